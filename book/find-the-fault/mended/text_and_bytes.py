"""A server that repeats what it was told, in bytes."""
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

while True:
    client, address = server.accept()
    heard = client.recv(1024)
    # ANCHOR: mend
    client.sendall("You said: ".encode() + heard)
    # ANCHOR_END: mend
    client.close()
