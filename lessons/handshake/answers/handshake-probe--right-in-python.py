"""Right, if odd: Python, and one thread that waits for all with a selector."""

import errno
import selectors
import socket
import sys
import time

addresses = []
for argument in sys.argv[1:]:
    host, _, port = argument.rpartition(":")
    try:
        socket.inet_aton(host)
        addresses.append((host, int(port)))
    except (OSError, ValueError):
        print(f"{argument!r} is no address", file=sys.stderr)
        sys.exit(2)

waiting = selectors.DefaultSelector()
found = {}
for number, address in enumerate(addresses):
    knock = socket.socket()
    knock.setblocking(False)
    knock.connect_ex(address)
    waiting.register(knock, selectors.EVENT_WRITE, number)

end = time.monotonic() + 2
while waiting.get_map() and time.monotonic() < end:
    for key, _ in waiting.select(end - time.monotonic()):
        error = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        words = {0: "open", errno.ECONNREFUSED: "refused"}
        found[key.data] = words.get(error, "silent")
        waiting.unregister(key.fileobj)
        key.fileobj.close()

for number, (host, port) in enumerate(addresses):
    print(f"{host}:{port} {found.get(number, 'silent')}")
