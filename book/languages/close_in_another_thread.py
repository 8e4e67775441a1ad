"""A waiting recv does not notice that its descriptor is closed (Linux)."""

import os
import queue
import socket
import threading

# ANCHOR: close_in_another_thread
listener = socket.create_server(("127.0.0.1", 0))
stream = socket.create_connection(listener.getsockname())
peer, _ = listener.accept()
received = queue.Queue()

# The thread asks for the bytes of a descriptor, a plain number.
descriptor = stream.detach()
threading.Thread(
    target=lambda: received.put(os.read(descriptor, 100)), daemon=True
).start()
threading.Event().wait(0.2)  # the read is waiting by now

os.close(descriptor)
try:
    print("after the close, read returned", received.get(timeout=0.5))
except queue.Empty:
    print("half a second after the close, the read still waits")

# The number is closed, but the socket is alive, and its bytes arrive.
peer.sendall(b"are you still there?")
print("the read returned", received.get(timeout=5))
# ANCHOR_END: close_in_another_thread
