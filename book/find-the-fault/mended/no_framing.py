"""A guest book: a line for the name, and a line for the greeting."""
import socket

server = socket.create_server(("127.0.0.1", 0))

visitor = socket.create_connection(server.getsockname())
visitor.sendall("Ada\n".encode())
visitor.sendall("Good morning!\n".encode())
visitor.close()

book, address = server.accept()
# ANCHOR: mend
lines = book.makefile(encoding="utf-8", newline="\n")
name = lines.readline().rstrip("\n")
greeting = lines.readline().rstrip("\n")
# ANCHOR_END: mend
print(f"{name!r} wrote {greeting!r}")
