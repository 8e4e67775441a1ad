"""Right, if odd: Python, and one thread that waits for both with a selector."""

import os
import selectors
import socket
import sys

group, port, interface = sys.argv[1], int(sys.argv[2]), sys.argv[3]
member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
member.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
member.bind((group, port))
both = socket.inet_aton(group) + socket.inet_aton(interface)
member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, both)
print(f"listening on {group}:{port}", flush=True)

waiting = selectors.DefaultSelector()
waiting.register(member, selectors.EVENT_READ)
waiting.register(sys.stdin, selectors.EVENT_READ)
typed = b""
while True:
    for key, _ in waiting.select():
        if key.fileobj is member:
            data, (host, sender) = member.recvfrom(65_507)
            text = "".join(chr(b) if 0x20 <= b <= 0x7E else "." for b in data)
            print(f"{host}:{sender} {text}", flush=True)
        else:
            more = os.read(0, 1000)
            typed += more
            if not more or b"quit\n" in typed:
                member.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, both)
                sys.exit(0)
