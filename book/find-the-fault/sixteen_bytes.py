"""Directions for a driver, from one end of a pair of sockets to the other."""
# ANCHOR: program
import socket

# A socket that keeps messages apart and loses none would be the thing, but
# sequenced packets are dead: no system has them any more. So we take a
# stream and make every message 16 bytes long, with spaces at its end.
SIZE = 16

navigator, driver = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
for message in ["left", "right", "straight on, please"]:
    navigator.sendall(message.encode().ljust(SIZE))
navigator.close()

while message := driver.recv(SIZE):
    print("do:", message.decode().rstrip())
# ANCHOR_END: program
