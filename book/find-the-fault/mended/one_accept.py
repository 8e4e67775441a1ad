"""A server that shouts, with a thread for each client."""
import socket
import threading

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())


def shout(client):
    with client:
        while heard := client.recv(1024):
            client.sendall(heard.upper())


# ANCHOR: mend
while True:
    client, address = server.accept()
    threading.Thread(target=shout, args=[client]).start()
# ANCHOR_END: mend
