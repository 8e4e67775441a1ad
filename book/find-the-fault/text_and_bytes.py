"""A server that repeats what it was told."""
# ANCHOR: program
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

while True:
    client, address = server.accept()
    heard = client.recv(1024)
    client.sendall("You said: " + heard)
    client.close()
# ANCHOR_END: program
