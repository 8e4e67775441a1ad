"""A game of chess over the network, in datagrams at both ends."""
import socket

table = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
table.bind(("127.0.0.1", 0))
table.settimeout(5)

# ANCHOR: mend
player = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
# ANCHOR_END: mend
player.connect(table.getsockname())
player.send(b"e2 e4")
print("the table got", table.recv(64))
