"""Right, if odd: Python, and one thread for everybody, with selectors.

It looks at standard input as at any other file that can be waited for.
"""

import selectors
import socket
import sys

host, _, port = sys.argv[1].rpartition(":")
listener = socket.create_server((host, int(port)), backlog=100)
print("listening on %s:%d" % listener.getsockname(), flush=True)

waiting = selectors.DefaultSelector()
waiting.register(listener, selectors.EVENT_READ)
waiting.register(sys.stdin, selectors.EVENT_READ)
# Of each client: what came, what is to be sent, and whether its end was read.
clients = {}
stopping = False


def leave(client):
    waiting.unregister(client)
    client.close()
    del clients[client]


def step(client, events):
    state = clients[client]
    try:
        # Who does not read is not read from, either.
        if events & selectors.EVENT_READ and len(state["out"]) < 100_000:
            more = client.recv(65_536)
            state["in"] += more
            state["ended"] = not more
            lines, newline, rest = state["in"].rpartition(b"\n")
            state["out"] += (lines + newline).upper()
            state["in"] = rest
        if state["out"]:
            sent = client.send(state["out"])
            state["out"] = state["out"][sent:]
    except BlockingIOError:
        pass
    except ConnectionError:
        return leave(client)
    if state["ended"] and not state["out"]:
        return leave(client)
    wish = selectors.EVENT_WRITE if state["out"] else 0
    if not state["ended"] and len(state["out"]) < 100_000:
        wish |= selectors.EVENT_READ
    waiting.modify(client, wish)


while not stopping or clients:
    for key, events in waiting.select():
        if key.fileobj is listener:
            client, _ = listener.accept()
            client.setblocking(False)
            clients[client] = {"in": b"", "out": b"", "ended": False}
            waiting.register(client, selectors.EVENT_READ)
        elif key.fileobj is sys.stdin:
            if sys.stdin.read(1) == "":
                stopping = True
                waiting.unregister(sys.stdin)
                waiting.unregister(listener)
                listener.close()
                for client in list(clients):
                    client.shutdown(socket.SHUT_RD)
        elif key.fileobj in clients:
            step(key.fileobj, events)
