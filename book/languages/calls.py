"""The calls of the workbook in Python: TCP, UDP, a deadline, an end.

    python3 calls.py
"""

import socket


def main():
    tcp()
    udp()
    deadline()
    end_of_stream()


# ANCHOR: tcp
def tcp():
    # The server: socket, bind and listen; port 0 lets the kernel choose.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen()

    # The client: socket and connect. The kernel completes the connection;
    # nobody has called accept yet.
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(listener.getsockname())

    # The server again: accept and send.
    connection, address = listener.accept()
    connection.sendall(b"hello, client")
    connection.close()

    # The client again: receive until the end, however many reads it takes.
    message = b""
    while piece := client.recv(100):
        message += piece
    print("tcp: the client received", len(message), "bytes")
# ANCHOR_END: tcp


# ANCHOR: udp
def udp():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"first", receiver.getsockname())
    sender.sendto(b"second", receiver.getsockname())

    # One receive takes one datagram, and says who sent it.
    datagram, address = receiver.recvfrom(1500)
    print("udp: the first receive returned", len(datagram), "bytes")
# ANCHOR_END: udp


# ANCHOR: deadline
def deadline():
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    receiver.settimeout(0.1)
    try:
        receiver.recvfrom(1500)
    except TimeoutError:
        print("deadline: nothing came in 100 ms")
# ANCHOR_END: deadline


# ANCHOR: end_of_stream
def end_of_stream():
    client, server = socket.socketpair()  # a connection without a network
    client.sendall(b"all I have")
    client.shutdown(socket.SHUT_WR)  # no more from here; reading goes on

    question = b""
    while piece := server.recv(100):
        question += piece
    server.sendall(b"answer after your end")
    answer = client.recv(100)
    print("end:", len(question), "bytes, and then an answer of", len(answer))
# ANCHOR_END: end_of_stream


main()
