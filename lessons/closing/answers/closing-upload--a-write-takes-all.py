"""Wrong on purpose: it believes that a write takes everything that it is given."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
with open(sys.argv[2], "rb") as file:
    content = file.read()
# With a timeout, Python's socket does not block, and send takes what fits.
with socket.create_connection((host, int(port)), timeout=10) as server:
    if content:
        server.send(content)
    server.shutdown(socket.SHUT_WR)
    answer = b""
    while piece := server.recv(1000):
        answer += piece
if not answer.endswith(b"\n"):
    sys.exit("the answer is not whole")
print(answer.decode(), end="")
