"""Wrong on purpose: it believes that a send never waits."""

import os
import selectors
import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
server = socket.create_connection((host, int(port)))
waiting = selectors.DefaultSelector()
waiting.register(server, selectors.EVENT_READ)
waiting.register(0, selectors.EVENT_READ)
unshown, typing = b"", True


def show(line):
    text = line.decode("utf-8", "replace")
    show = [c if c.isprintable() or c == " " else ascii(c)[1:-1] for c in text]
    sys.stdout.buffer.write(("".join(show) + "\n").encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def lost():
    show(b"* The server is gone")
    sys.exit(1)


while True:
    for key, _ in waiting.select():
        if key.fd == 0:
            typed = os.read(0, 64 * 1024)
            if typed:
                server.sendall(typed)
            else:
                typing = False
                waiting.unregister(0)
                server.shutdown(socket.SHUT_WR)
            continue
        try:
            heard = server.recv(64 * 1024)
            *lines, unshown = (unshown + heard).split(b"\n")
            if not heard or len(unshown) > 64 * 1024:
                lines, unshown = lines + [unshown], b""
            for line in lines:
                if line:
                    show(line)
            if not heard:
                sys.exit(0) if not typing else lost()
        except ConnectionError:
            lost()
