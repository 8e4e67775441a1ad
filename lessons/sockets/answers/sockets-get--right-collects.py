"""Right, if odd: it ends its own side, and prints nothing before the end."""

import socket
import sys

host, _, port = sys.argv[1].rpartition(":")
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"get\n")
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(100_000):
            parts.append(part)
except OSError as error:
    sys.exit(f"sockets-get: {error}")
sys.stdout.buffer.write(b"".join(parts))
