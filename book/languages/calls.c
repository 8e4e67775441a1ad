// The calls of the workbook in C: TCP, UDP, a deadline, an end.
//
//     cc -Wall -Wextra -o calls calls.c && ./calls

#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// Every call can fail, and says so by -1; errno says why.
static int check(int result, const char *call) {
    if (result == -1) {
        perror(call);
        exit(1);
    }
    return result;
}

static struct sockaddr *any_port(struct sockaddr_in *address) {
    *address = (struct sockaddr_in){.sin_family = AF_INET};
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK); // in network order
    address->sin_port = htons(0); // the kernel chooses
    return (struct sockaddr *)address;
}

// ANCHOR: tcp
static void tcp(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;

    // The server: socket, bind and listen.
    int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(listener, any_port(&address), length), "bind");
    check(listen(listener, 128), "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &length),
          "getsockname");

    // The client: socket and connect. The kernel completes the connection;
    // nobody has called accept yet.
    int client = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(connect(client, (struct sockaddr *)&address, length), "connect");

    // The server again: accept and send. A short send is no error: a longer
    // message needs a loop. MSG_NOSIGNAL asks for EPIPE instead of a signal.
    int connection = check(accept(listener, NULL, NULL), "accept");
    const char message[] = "hello, client";
    check(send(connection, message, sizeof message - 1, MSG_NOSIGNAL), "send");
    close(connection);

    // The client again: receive until the end, however many reads it takes.
    char piece[100];
    ssize_t got, all = 0;
    while ((got = check(recv(client, piece, sizeof piece, 0), "recv")) > 0)
        all += got;
    printf("tcp: the client received %zd bytes\n", all);
    close(client);
    close(listener);
}
// ANCHOR_END: tcp

// ANCHOR: udp
static void udp(void) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int receiver = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    check(bind(receiver, any_port(&address), length), "bind");
    check(getsockname(receiver, (struct sockaddr *)&address, &length),
          "getsockname");

    int sender = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    struct sockaddr *to = (struct sockaddr *)&address;
    check(sendto(sender, "first", 5, 0, to, length), "sendto");
    check(sendto(sender, "second", 6, 0, to, length), "sendto");

    // One receive takes one datagram, and says who sent it.
    char datagram[1500];
    struct sockaddr_in from;
    length = sizeof from;
    ssize_t got = check(recvfrom(receiver, datagram, sizeof datagram, 0,
                                 (struct sockaddr *)&from, &length),
                        "recvfrom");
    printf("udp: the first receive returned %zd bytes\n", got);
    close(sender);
    close(receiver);
}
// ANCHOR_END: udp

// ANCHOR: deadline
static void deadline(void) {
    struct sockaddr_in address;
    int receiver = check(socket(AF_INET, SOCK_DGRAM, 0), "socket");
    check(bind(receiver, any_port(&address), sizeof address), "bind");
    struct timeval patience = {.tv_sec = 0, .tv_usec = 100000};
    check(setsockopt(receiver, SOL_SOCKET, SO_RCVTIMEO, &patience,
                     sizeof patience),
          "setsockopt");
    char datagram[1500];
    ssize_t got = recvfrom(receiver, datagram, sizeof datagram, 0, NULL, NULL);
    if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
        printf("deadline: nothing came in 100 ms\n");
    close(receiver);
}
// ANCHOR_END: deadline

// ANCHOR: end_of_stream
static void end_of_stream(void) {
    int ends[2]; // a connection without a network
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "socketpair");
    int client = ends[0], server = ends[1];
    check(send(client, "all I have", 10, MSG_NOSIGNAL), "send");
    check(shutdown(client, SHUT_WR), "shutdown"); // reading goes on

    char piece[100];
    ssize_t got, question = 0;
    while ((got = check(recv(server, piece, sizeof piece, 0), "recv")) > 0)
        question += got;
    check(send(server, "answer after your end", 21, MSG_NOSIGNAL), "send");
    ssize_t answer = check(recv(client, piece, sizeof piece, 0), "recv");
    printf("end: %zd bytes, and then an answer of %zd\n", question, answer);
    close(client);
    close(server);
}
// ANCHOR_END: end_of_stream

int main(void) {
    tcp();
    udp();
    deadline();
    end_of_stream();
}
