"""Right, if odd: blocks of 700 bytes, and it looks at the sender itself."""

import select
import socket
import sys
import time

host, _, port = sys.argv[1].rpartition(":")
receiver = (host, int(port))
file = sys.stdin.buffer.read()
sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def deliver(number, data):
    name = number.to_bytes(4, "big")
    for _ in range(5):
        sending.sendto(name + data, receiver)
        deadline = time.monotonic() + 0.12
        while (left := deadline - time.monotonic()) > 0:
            if select.select([sending], [], [], left)[0]:
                datagram, sender = sending.recvfrom(2_000)
                if sender == receiver and datagram == name:
                    return
    sys.exit(f"udp-file: nobody acknowledges {number}")


blocks = [file[at : at + 700] for at in range(0, len(file), 700)]
for number, data in enumerate(blocks + [b""]):
    deliver(number, data)
