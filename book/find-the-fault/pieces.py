"""A server that counts the letters of a long text."""
# ANCHOR: program
import socket

server = socket.create_server(("127.0.0.1", 0))
print("listening on %s:%d" % server.getsockname())

client, address = server.accept()
text = ""
while piece := client.recv(1024):
    text += piece.decode()
print(len(text), "letters")
# ANCHOR_END: program
