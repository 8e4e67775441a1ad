import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 7777))
while True:
    question, peer = s.recvfrom(100)
    s.sendto(b"answer to " + question, peer)
