"""Right, if odd: it reads the file piece by piece and the answer byte by byte,
and tells on its standard output how far it is."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
try:
    with open(sys.argv[2], "rb") as file, socket.create_connection((host, int(port))) as server:
        while piece := file.read(50_000):
            server.sendall(piece)
        print("sent; now it is the server's turn")
        server.shutdown(socket.SHUT_WR)
        answer = b""
        while byte := server.recv(1):
            answer += byte
except OSError as error:
    sys.exit(f"the upload failed: {error}")
if not answer.endswith(b"\n"):
    sys.exit(f"the answer is not whole: {answer!r}")
print(answer.decode(), end="")
