import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("10.0.0.1", 7777))
s.settimeout(1)
for n in range(1, 7):
    s.send(b"question %d" % n)
    try:
        print(s.recv(100).decode())
    except TimeoutError:
        print("no answer to question", n)
