"""Right, if odd: Python, which reads and prints addresses as pairs."""

import socket
import sys

host, _, port = sys.argv[1].rpartition(":")
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((host, int(port)))
# Port 0 has become a free one, and only the socket knows which.
host, port = server.getsockname()
print(f"listening on {host}:{port}", flush=True)

# The largest datagram has 65,507 bytes; of an empty one, data is b"", which
# is a datagram like any other.
while True:
    data, peer = server.recvfrom(65507)
    server.sendto(data, peer)
