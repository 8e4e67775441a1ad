"""A server that counts the letters of a long text, once it has all of it."""
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

client, address = server.accept()
# ANCHOR: mend
whole = b""
while piece := client.recv(1024):
    whole += piece
text = whole.decode()
# ANCHOR_END: mend
print(len(text), "letters")
