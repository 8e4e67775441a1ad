"""Wrong on purpose: it believes that what cuts lines for it takes off the
newline and nothing else."""

import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    client, _ = listener.accept()
    with client, client.makefile(encoding="utf-8") as lines:
        for line in lines:
            length = len(line.removesuffix("\n").encode())
            client.sendall(b"%d\n" % length)
