"""A server that shouts."""
# ANCHOR: program
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

# From here on everybody who calls is answered in capital letters.
client, address = server.accept()
while True:
    heard = client.recv(1024)
    if not heard:
        break
    client.sendall(heard.upper())
# ANCHOR_END: program
