"""A guest book: the visitor sends a name, and then a greeting."""
# ANCHOR: program
import socket

server = socket.create_server(("127.0.0.1", 0))

visitor = socket.create_connection(server.getsockname())
visitor.sendall("Ada".encode())
visitor.sendall("Good morning!".encode())
visitor.close()

book, address = server.accept()
name = book.recv(1024).decode()
greeting = book.recv(1024).decode()
print(f"{name!r} wrote {greeting!r}")
# ANCHOR_END: program
