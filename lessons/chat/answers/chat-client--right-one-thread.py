"""Right, if odd: one thread that waits for both at once, with selectors.

A line that is very long is shown in pieces.
"""

import os
import selectors
import socket
import sys

host, port = sys.argv[1].rsplit(":", 1)
server = socket.create_connection((host, int(port)))
server.setblocking(False)
waiting = selectors.DefaultSelector()
waiting.register(server, selectors.EVENT_READ)
waiting.register(0, selectors.EVENT_READ)
unsent, unshown, typing = b"", b"", True


def show(line):
    text = line.decode("utf-8", "replace")
    show = [c if c.isprintable() or c == " " else ascii(c)[1:-1] for c in text]
    sys.stdout.buffer.write(("".join(show) + "\n").encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def lost():
    show(b"* The server is gone")
    sys.exit(1)


while True:
    # The keyboard is read only when there is room; the socket is written to
    # only when it has room.
    keyboard = typing and len(unsent) < 64 * 1024
    if keyboard != (0 in waiting.get_map()):
        if keyboard:
            waiting.register(0, selectors.EVENT_READ)
        else:
            waiting.unregister(0)
    wish = selectors.EVENT_WRITE if unsent else 0
    waiting.modify(server, selectors.EVENT_READ | wish)
    for key, ready in waiting.select():
        if key.fd == 0:
            typed = os.read(0, 64 * 1024)
            unsent += typed
            typing = bool(typed)
            if not typed and not unsent:
                server.shutdown(socket.SHUT_WR)
            continue
        try:
            if ready & selectors.EVENT_WRITE:
                unsent = unsent[server.send(unsent) :]
                if not typing and not unsent:
                    server.shutdown(socket.SHUT_WR)
            if ready & selectors.EVENT_READ:
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
