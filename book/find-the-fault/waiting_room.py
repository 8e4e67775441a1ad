"""A chat with two seats."""
# ANCHOR: program
import socket

SEATS = 2

server = socket.socket()
server.bind(("127.0.0.1", 0))
# No more than SEATS clients can be connected at a time.
server.listen(SEATS)
print("listening on %s:%d" % server.getsockname())

clients = []
while True:
    client, address = server.accept()
    clients.append(client)
    print("seats taken:", len(clients), "of", SEATS)
# ANCHOR_END: program
