"""Right, if odd: to this one a connection is a file, read and written."""

import socket
import sys
import threading

LIMIT = 1_048_576


def serve(client):
    with client, client.makefile("rwb", buffering=1000) as file:
        try:
            # A read brings fewer bytes than it was asked for only at the end.
            while len(header := file.read(4)) == 4:
                length = int.from_bytes(header, "big")
                if length > LIMIT:
                    return
                body = file.read(length)
                if len(body) < length:
                    return
                file.write(header)
                file.write(body[::-1])
                file.flush()
        except OSError as error:
            print("a client broke off:", error, file=sys.stderr)


host, port = sys.argv[1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=[client], daemon=True).start()
