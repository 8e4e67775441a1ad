"""An echo for one client, which ends when the client does."""
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

client, address = server.accept()
while True:
    heard = client.recv(1024)
    # ANCHOR: mend
    if not heard:
        break
    # ANCHOR_END: mend
    print(len(heard), "bytes")
    client.sendall(heard)
