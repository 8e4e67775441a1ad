"""An echo for one client."""
# ANCHOR: program
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

client, address = server.accept()
while True:
    heard = client.recv(1024)
    print(len(heard), "bytes")
    client.sendall(heard)
# ANCHOR_END: program
