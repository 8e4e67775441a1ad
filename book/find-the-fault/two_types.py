"""A game of chess over the network, with its table and a player."""
# ANCHOR: program
import socket

# The table takes moves as datagrams, because a datagram is one whole move.
table = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
table.bind(("127.0.0.1", 0))
table.settimeout(5)

# The player uses a stream, because a stream loses nothing. The address and
# the port are the same, so the two find each other.
player = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
player.connect(table.getsockname())
player.send(b"e2 e4")
print("the table got", table.recv(64))
# ANCHOR_END: program
