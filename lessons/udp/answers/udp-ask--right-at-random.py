"""Right, if odd: numbers at random, a socket for each question, and a patience
of its own; it looks at the sender itself."""

import random
import socket
import sys
import time

host, _, port = sys.argv[1].rpartition(":")
server = (host, int(port))


def ask(question):
    number = str(random.randrange(1, 2**63))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _ in range(5):
            asking.sendto(f"{number} {question}".encode(), server)
            deadline = time.monotonic() + 0.13
            while (left := deadline - time.monotonic()) > 0:
                asking.settimeout(left)
                try:
                    datagram, sender = asking.recvfrom(65_535)
                except TimeoutError:
                    break
                of, space, answer = datagram.partition(b" ")
                if sender == server and space and of == number.encode():
                    return answer
    sys.exit(f"udp-ask: no answer to {question!r}")


print("about to ask", file=sys.stderr)
for question in sys.stdin.read().splitlines():
    sys.stdout.buffer.write(ask(question) + b"\n")
    sys.stdout.buffer.flush()
