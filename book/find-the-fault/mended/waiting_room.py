"""A chat with two seats, which counts its clients itself."""
import socket

SEATS = 2

server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print("listening on %s:%d" % server.getsockname())

clients = []
while True:
    # ANCHOR: mend
    client, address = server.accept()
    if len(clients) == SEATS:
        client.close()
        print("a client is sent away")
        continue
    # ANCHOR_END: mend
    clients.append(client)
    print("seats taken:", len(clients), "of", SEATS)
