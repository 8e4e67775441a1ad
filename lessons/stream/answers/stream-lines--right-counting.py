"""Right, if odd: it counts bytes, and never keeps a line at all."""

import socket
import sys
import threading

LIMIT = 65_536


def serve(client):
    """Counts up to each newline, over as many reads as it takes."""
    count = 0
    while received := client.recv(1000):
        *ended, rest = received.split(b"\n")
        for part in ended:
            count += len(part)
            if count > LIMIT:
                return
            client.sendall(b"%d\n" % count)
            count = 0
        count += len(rest)
        if count > LIMIT:
            return
    if count:
        client.sendall(b"%d\n" % count)


def serve_and_close(client):
    with client:
        try:
            serve(client)
        except OSError as error:
            print("a client broke off:", error, file=sys.stderr)


host, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve_and_close, args=[client], daemon=True).start()
