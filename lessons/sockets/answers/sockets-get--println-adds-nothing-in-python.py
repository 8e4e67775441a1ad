"""Wrong on purpose: it believes that print prints just what it is given."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
with socket.create_connection((host, int(port))) as connection:
    connection.sendall(b"get\n")
    answer = b""
    while received := connection.recv(4096):
        answer += received
print(answer.decode())
