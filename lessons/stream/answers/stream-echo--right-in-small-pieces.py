"""Right, if odd: a thread a client, small reads, writes in two halves."""

import socket
import sys
import threading


def serve(client):
    with client:
        try:
            while received := client.recv(5000):
                half = len(received) // 2
                client.sendall(received[:half])
                client.sendall(received[half:])
        except OSError as error:
            print("a client broke off:", error, file=sys.stderr)


host, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
print("I am about to start.")
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=[client], daemon=True).start()
