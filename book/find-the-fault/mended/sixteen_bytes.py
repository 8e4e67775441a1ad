"""Directions for a driver, in sequenced packets."""
import socket

# ANCHOR: mend
navigator, driver = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
for message in ["left", "right", "straight on, please"]:
    navigator.send(message.encode())
# ANCHOR_END: mend
navigator.close()

while message := driver.recv(1024):
    print("do:", message.decode())
