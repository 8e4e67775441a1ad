//! What people believe about sockets, by stable names.
//!
//! The numbers are names: they are never reused and never renumbered.

/// A belief that many people hold until a kernel shows them otherwise.
#[derive(Debug, PartialEq, Eq)]
pub struct Belief {
    /// The stable name, such as `M47`.
    pub id: &'static str,
    /// The belief in one sentence.
    pub says: &'static str,
    /// Why people hold it; follows "Tempting, because".
    pub tempting: &'static str,
    /// What is true instead; follows "But".
    pub truth: &'static str,
}

/// One send is one receive.
pub const M01: Belief = Belief {
    id: "M01",
    says: "One send is one receive.",
    tempting: "that is what it looks like in a test with short messages on one machine.",
    truth: "the stream carries bytes, not calls: two writes can come out of one read.",
};

/// One receive returns the whole message.
pub const M02: Belief = Belief {
    id: "M02",
    says: "One receive returns the whole message.",
    tempting: "the buffer has room for it, and with short messages it works.",
    truth: "a read returns what has arrived so far, and that may be any part of it.",
};

/// A write takes everything that it is given.
pub const M03: Belief = Belief {
    id: "M03",
    says: "A write takes everything that it is given.",
    tempting: "it nearly always does: the kernel's queue is large, and a write waits for room.",
    truth: "it takes what fits while it may wait, and returns how much that was; write_all is the loop around it.",
};

/// When a send has returned, the other program has got the bytes.
pub const M04: Belief = Belief {
    id: "M04",
    says: "When a send has returned, the other program has got the bytes.",
    tempting: "a function that returns without an error has done its work.",
    truth: "its work is to put the bytes into a queue of your own kernel; only an answer tells that a program has read them.",
};

/// TCP_NODELAY keeps messages apart.
pub const M05: Belief = Belief {
    id: "M05",
    says: "TCP_NODELAY keeps messages apart.",
    tempting: "with it each small write leaves at once, as a segment of its own.",
    truth: "segments are not kept apart where they arrive: a read returns all bytes that are there.",
};

/// Each write makes one packet.
pub const M06: Belief = Belief {
    id: "M06",
    says: "Each write makes one packet.",
    tempting: "a write is what a program sends, and a packet is what a network sends.",
    truth: "TCP collects small writes and cuts long ones; where one segment ends and the next begins is its own affair.",
};

/// The size of my buffer is the size of the packets.
pub const M07: Belief = Belief {
    id: "M07",
    says: "The size of my buffer is the size of the packets.",
    tempting: "the buffer is the only size that the program ever mentions.",
    truth: "the path sets the limit of a segment (TCP_MAXSEG), and the buffer only says how much a read may return.",
};

/// The bytes of one read can be decoded as text.
pub const M08: Belief = Belief {
    id: "M08",
    says: "The bytes of one read can be decoded as text.",
    tempting: "with English text and short messages it always works.",
    truth: "a read can end in the middle of a character; decode when the message is whole.",
};

/// A reader that is too slow loses data.
pub const M09: Belief = Belief {
    id: "M09",
    says: "A reader that is too slow loses data.",
    tempting: "a queue that is full must drop something, and UDP does.",
    truth: "TCP tells the sender how much room is left, and the sender has to wait.",
};

/// A sender has to wait as soon as nobody reads.
pub const M10: Belief = Belief {
    id: "M10",
    says: "A sender has to wait as soon as nobody reads.",
    tempting: "sending and reading look like two ends of one act.",
    truth: "the kernels on both sides have queues, and a sender waits only when both are full.",
};

/// The number given to listen is how many clients the server allows.
pub const M11: Belief = Belief {
    id: "M11",
    says: "The number given to listen is how many clients the server allows.",
    tempting: "it is called a backlog of connections, and many examples pass the number of clients that they expect.",
    truth: "it is the length of the queue of connections that wait for accept; whoever is accepted has left the queue.",
};

/// accept() performs the handshake.
pub const M12: Belief = Belief {
    id: "M12",
    says: "accept performs the handshake.",
    tempting: "accept waits for a client and returns a connection, so it seems to make it.",
    truth: "the kernel shakes hands by itself once a socket listens, and accept takes a finished connection out of a queue.",
};

/// accept makes a new port for each client.
pub const M13: Belief = Belief {
    id: "M13",
    says: "accept makes a new port for each client.",
    tempting: "each client has a socket of its own, and a socket has a port.",
    truth: "a connection is named by both addresses together, so the port of the server serves for all of them.",
};

/// A client may not send before the server has accepted it.
pub const M14: Belief = Belief {
    id: "M14",
    says: "A client may not send before the server has accepted it.",
    tempting: "accept sounds like a consent, and before it the server does not know of the client.",
    truth: "the kernel completes the connection by itself and keeps the bytes until the server takes them.",
};

/// When connect succeeds, the program on the other side is at work.
pub const M15: Belief = Belief {
    id: "M15",
    says: "When connect succeeds, the program on the other side is at work.",
    tempting: "somebody must have answered.",
    truth: "the kernel has answered; the program may be busy with others, or may hang.",
};

/// A port belongs to one program.
pub const M16: Belief = Belief {
    id: "M16",
    says: "A port belongs to one program.",
    tempting: "the second program that wants it usually gets the error EADDRINUSE.",
    truth: "what must be unique is the protocol, the address and the port together, and even these can be shared by sockets that agree to.",
};

/// A client uses the server's port, and cannot choose one.
pub const M17: Belief = Belief {
    id: "M17",
    says: "A client uses the server's port, and cannot choose one.",
    tempting: "one talks of connecting to a port, and only servers are seen to bind.",
    truth: "each end has a port of its own: the kernel picks one for a client, unless the client has bound one itself.",
};

/// Connection refused means that the machine is down.
pub const M18: Belief = Belief {
    id: "M18",
    says: "Connection refused means that the machine is down.",
    tempting: "both times connect fails, and a program often prints both in the same way.",
    truth: "a refusal is a packet that a living host has sent; a host that is down says nothing at all.",
};

/// 127.0.0.1, 0.0.0.0 and my machine's address are the same.
pub const M19: Belief = Belief {
    id: "M19",
    says: "127.0.0.1, 0.0.0.0 and my machine's address are the same.",
    tempting: "all of them lead to the program on this machine, most of the time.",
    truth: "a socket is reached only at the address that it is bound to, and 0.0.0.0 is no address but stands for all of them.",
};

/// A socket bound to 0.0.0.0 talks from 0.0.0.0.
pub const M20: Belief = Belief {
    id: "M20",
    says: "A socket bound to 0.0.0.0 talks from 0.0.0.0.",
    tempting: "that is what it was bound to, and what it shows as its address.",
    truth: "each connection has an exact address at both ends: the server's end has the one that the client called.",
};

/// A connection needs a server.
pub const M21: Belief = Belief {
    id: "M21",
    says: "A connection needs a server.",
    tempting: "every example has one side that listens.",
    truth: "TCP knows two ends that open a connection at the same time, and both ends may even be one socket.",
};

/// When the listening socket is closed, its connections end.
pub const M22: Belief = Belief {
    id: "M22",
    says: "When the listening socket is closed, its connections end.",
    tempting: "they came out of it.",
    truth: "an accepted socket stands on its own; only those who were not accepted yet lose their connection.",
};

/// Port 0 is illegal, and a port below 1024 always takes root.
pub const M23: Belief = Belief {
    id: "M23",
    says: "Port 0 is illegal, and a port below 1024 always takes root.",
    tempting: "no service has the number 0, and a web server on port 80 used to be started by root.",
    truth: "0 asks for any free port, and the low ports take a permission that a system may give to anybody.",
};

/// An IPv6 socket cannot serve IPv4 clients.
pub const M24: Belief = Belief {
    id: "M24",
    says: "An IPv6 socket cannot serve IPv4 clients.",
    tempting: "the two are different protocols, with addresses of different lengths.",
    truth: "with the option IPV6_V6ONLY off it takes both, and shows an IPv4 client by an IPv6 address that begins with ::ffff:.",
};

/// localhost is always 127.0.0.1.
pub const M25: Belief = Belief {
    id: "M25",
    says: "localhost is always 127.0.0.1.",
    tempting: "on many machines it is, and one reads the two as one word.",
    truth: "it is a name that each machine looks up: the answer may be ::1, 127.0.0.1 or both, in either order.",
};

/// Sequence numbers count packets from 0.
pub const M26: Belief = Belief {
    id: "M26",
    says: "Sequence numbers count packets, from 0.",
    tempting: "they are called numbers of a sequence, and most tools show them from 0.",
    truth: "they count bytes, from a number that differs with every connection; SYN and FIN count as one byte each.",
};

/// A read that returns 0 only means that nothing has come yet.
pub const M27: Belief = Belief {
    id: "M27",
    says: "A read that returns 0 only means that nothing has come yet.",
    tempting: "0 bytes look like an empty queue.",
    truth: "an empty queue makes a read wait, or fail with EAGAIN; 0 is the end of the stream, now and at every later read.",
};

/// After the end of the stream there is no connection any more.
pub const M28: Belief = Belief {
    id: "M28",
    says: "After the end of the stream there is no connection any more.",
    tempting: "the other side has ended, and one thinks of a connection as one thing.",
    truth: "a connection is two directions: the end of one says nothing about the other, which may carry data for hours.",
};

/// shutdown() and close() are two names of one thing.
pub const M29: Belief = Belief {
    id: "M29",
    says: "shutdown() and close() are two names of one thing.",
    tempting: "most programs call only one of them, and the peer sees its end.",
    truth: "close gives back one handle and tells the peer only if it was the last one; shutdown ends a direction of the socket, whoever else holds it.",
};

/// close() delivers everything that was written before.
pub const M30: Belief = Belief {
    id: "M30",
    says: "close() delivers everything that was written before.",
    tempting: "every write returned Ok, and on a clean connection it is so.",
    truth: "if unread data is in the socket, or linger is 0, the kernel throws away what is still queued and sends RST; and by default close does not wait to see.",
};

/// After close() the connection is over.
pub const M31: Belief = Belief {
    id: "M31",
    says: "After close() the connection is over.",
    tempting: "for the program it is: the handle is gone.",
    truth: "the kernel still sends what is queued and says goodbye, and on one side a socket stays behind in TIME_WAIT.",
};

/// Closing a connection takes four packets.
pub const M32: Belief = Belief {
    id: "M32",
    says: "Closing a connection takes four packets.",
    tempting: "every textbook draws a FIN and an ACK in each direction.",
    truth: "an ACK travels along with a FIN that is ready in time, which makes three, and a RST ends everything alone.",
};

/// TIME_WAIT is a leak, and best got rid of.
pub const M33: Belief = Belief {
    id: "M33",
    says: "TIME_WAIT is a leak, and best got rid of.",
    tempting: "these sockets belong to no program, and busy machines show thousands.",
    truth: "somebody must be there to answer if the last ACK is lost, and to keep late packets out of the next connection.",
};

/// TIME_WAIT is a thing of servers.
pub const M34: Belief = Belief {
    id: "M34",
    says: "TIME_WAIT is a thing of servers.",
    tempting: "it is the server's restart that it gets in the way of.",
    truth: "it stays with whoever closes first, client or server.",
};

/// SO_REUSEADDR in the restarted program is enough.
pub const M35: Belief = Belief {
    id: "M35",
    says: "SO_REUSEADDR in the restarted program is enough.",
    tempting: "it is the restarted program that asks for the port.",
    truth: "on Linux the port is shared only if the socket that is still there was made with the option, too.",
};

/// A write to a peer that has closed fails at once.
pub const M36: Belief = Belief {
    id: "M36",
    says: "A write to a peer that has closed fails at once.",
    tempting: "the kernel has got the peer's FIN, so it knows.",
    truth: "a FIN says that the peer will not write, not that it will not read: only the RST that answers the first write tells that.",
};

/// A reset looks to the program like any other end.
pub const M37: Belief = Belief {
    id: "M37",
    says: "A reset looks to the program like any other end.",
    tempting: "both ways the connection is gone.",
    truth: "a FIN makes reads return 0 after the last byte; a RST makes a call fail, and what was under way is lost.",
};

/// When the cable is cut, a read or a write fails.
pub const M38: Belief = Belief {
    id: "M38",
    says: "When the cable is cut, a read or a write fails.",
    tempting: "somebody ought to notice.",
    truth: "silence is no packet: writes fill the queue, the kernel tries again, and both ends stay ESTABLISHED for minutes or for ever.",
};

/// TCP's keep-alive soon notices a peer that is gone.
pub const M39: Belief = Belief {
    id: "M39",
    says: "TCP's keep-alive soon notices a peer that is gone.",
    tempting: "the name promises it.",
    truth: "it is off unless a program switches it on, and then by default its first probe comes after two hours.",
};

/// What TCP has acknowledged, the other program has got.
pub const M40: Belief = Belief {
    id: "M40",
    says: "What TCP has acknowledged, the other program has got.",
    tempting: "TCP is called reliable.",
    truth: "the other kernel acknowledges what is in its queue; the program may read it later, or die before.",
};

/// A timeout ends the connection.
pub const M41: Belief = Belief {
    id: "M41",
    says: "A timeout ends the connection.",
    tempting: "it comes as an error, and errors of sockets are usually final.",
    truth: "the program stopped waiting, and no packet told anybody; what comes later is still there to be read.",
};

/// Only the two ends can end a connection.
pub const M42: Belief = Belief {
    id: "M42",
    says: "Only the two ends can end a connection.",
    tempting: "whoever is in between only has to pass on what they say.",
    truth: "a RST with the right addresses and the right sequence number is believed, whoever made it.",
};

/// A lost segment is sent again as it was.
pub const M43: Belief = Belief {
    id: "M43",
    says: "A lost segment is sent again as it was.",
    tempting: "the word retransmission sounds like it.",
    truth: "TCP numbers bytes, not packets, and may cut anew what it sends again.",
};

/// Damaged bytes reach the program.
pub const M44: Belief = Belief {
    id: "M44",
    says: "Damaged bytes reach the program.",
    tempting: "networks are not perfect, and UDP promises nothing.",
    truth: "both have a checksum over the data: what does not match is dropped and counted, and TCP sends it again.",
};

/// UDP loses nothing on the same machine.
pub const M45: Belief = Belief {
    id: "M45",
    says: "UDP loses nothing on the same machine.",
    tempting: "no cable and no router is involved that could lose anything.",
    truth: "the receiving socket's queue has a size, and a datagram that finds it full is dropped.",
};

/// UDP mixes up the order of datagrams.
pub const M46: Belief = Belief {
    id: "M46",
    says: "UDP mixes up the order of datagrams.",
    tempting: "every text says that UDP does not promise any order.",
    truth: "not promising is not doing: on one machine datagrams stay in order, and reordering needs a network path that reorders.",
};

/// UDP joins or splits messages as TCP does.
pub const M47: Belief = Belief {
    id: "M47",
    says: "UDP joins or splits messages as TCP does.",
    tempting: "both take bytes from the same kind of call, and TCP does it.",
    truth: "each send makes one datagram and each receive takes one datagram, whole.",
};

/// What did not fit into the buffer comes with the next receive.
pub const M48: Belief = Belief {
    id: "M48",
    says: "What did not fit into the buffer comes with the next receive.",
    tempting: "that is how a file, a pipe and a TCP stream behave.",
    truth: "the rest of a datagram is thrown away, and the next receive takes the next datagram.",
};

/// A receive of zero bytes means that the other side has closed.
pub const M49: Belief = Belief {
    id: "M49",
    says: "A receive of zero bytes means that the other side has closed.",
    tempting: "it does mean that on a TCP stream.",
    truth: "a datagram may be empty, and UDP has no connection that could close.",
};

/// connect() on a UDP socket shakes hands with the other side.
pub const M50: Belief = Belief {
    id: "M50",
    says: "connect() on a UDP socket shakes hands with the other side.",
    tempting: "on a TCP socket it does exactly that.",
    truth: "it only writes the peer's address into the socket; no packet is sent.",
};

/// Sending to a port where nobody listens fails.
pub const M51: Belief = Belief {
    id: "M51",
    says: "Sending to a port where nobody listens fails.",
    tempting: "somebody ought to notice, and TCP does at connect.",
    truth: "the send succeeds; the refusal comes back later as an ICMP message, and only a connected socket is told.",
};

/// Datagrams of 64 KiB are fine.
pub const M52: Belief = Belief {
    id: "M52",
    says: "Datagrams of 64 KiB are fine.",
    tempting: "the length field has 16 bits, so 65,535 looks like the limit.",
    truth: "65,507 bytes are the most over IPv4, after 20 of IP header and 8 of UDP header; and what a network has to carry in fragments is lost with any one of them.",
};

/// A UDP server listens and accepts like any other server.
pub const M53: Belief = Belief {
    id: "M53",
    says: "A UDP server listens and accepts like any other server.",
    tempting: "that is what the word server brings to mind, and TCP servers do.",
    truth: "without connections there is nothing to accept: a bound socket receives at once.",
};

/// Broadcast just works.
pub const M54: Belief = Belief {
    id: "M54",
    says: "Broadcast just works.",
    tempting: "a broadcast address looks like any other, and sendto takes any address.",
    truth: "the kernel refuses it with EACCES until the socket asks for SO_BROADCAST, so that nobody shouts by mistake.",
};

/// A sender must join the group, and what it sends reaches everyone.
pub const M55: Belief = Belief {
    id: "M55",
    says: "A sender must join the group, and what it sends there reaches everyone.",
    tempting: "a group sounds like a room, where those inside talk and all others can listen.",
    truth: "joining is for hearing: anybody may send, and a host takes in only what one of its sockets has joined.",
};

/// Sequenced packets are dead.
pub const M56: Belief = Belief {
    id: "M56",
    says: "Sequenced packets are dead.",
    tempting: "hardly any text shows them, and TCP and UDP have no use for them.",
    truth: "between programs on one machine they work: a connection, each message whole, and an end that is told.",
};

/// A Unix datagram is dropped like one of UDP.
pub const M57: Belief = Belief {
    id: "M57",
    says: "A Unix datagram is dropped like one of UDP.",
    tempting: "both are datagrams, and datagrams are what gets lost.",
    truth: "the sender of a Unix datagram is made to wait or told that there is no room, and what was taken arrives.",
};

/// Sockets of different types can talk to each other.
pub const M58: Belief = Belief {
    id: "M58",
    says: "Sockets of different types can talk to each other.",
    tempting: "an address and a port look like all that one needs.",
    truth: "a stream and a datagram socket with the same port number have nothing to do with each other: the connection is refused.",
};

/// A raw socket intercepts what is meant for others.
pub const M59: Belief = Belief {
    id: "M59",
    says: "A raw socket intercepts what is meant for others.",
    tempting: "the programs that show all traffic need the same permission.",
    truth: "it gets a copy, headers included, of what comes in for its protocol, and the socket that it was meant for gets it as ever.",
};

/// A TCP handshake can be made by hand from a raw socket.
pub const M60: Belief = Belief {
    id: "M60",
    says: "A TCP handshake can be made by hand from a raw socket.",
    tempting: "a handshake is three packets, and a raw socket sends any packet.",
    truth: "the answer comes to your own kernel too, which knows of no such connection and resets it.",
};

/// One thread serves many clients.
pub const M61: Belief = Belief {
    id: "M61",
    says: "One thread serves many clients.",
    tempting: "a server does serve many, and its loop calls accept again and again.",
    truth: "while the thread waits for one client it does not wait for another; the others stand in a queue.",
};

/// Threads make a program faster.
pub const M62: Belief = Belief {
    id: "M62",
    says: "Threads make a program faster.",
    tempting: "sixteen hands do more than two, and waiting really does get that much faster.",
    truth: "threads overlap waiting, however many they are; computing gains only as many cores as the machine has free.",
};

/// A message in two writes is safe from another thread.
pub const M63: Belief = Belief {
    id: "M63",
    says: "A message in two writes is safe from another thread.",
    tempting: "each write is safe, and they come one right after the other.",
    truth: "between the two writes any other thread can write; a lock, or one thread that writes, keeps a message together.",
};

/// Closing a socket in one thread wakes another that reads from it.
pub const M64: Belief = Belief {
    id: "M64",
    says: "Closing a socket in one thread wakes the thread that waits on it.",
    tempting: "a closed socket has nothing to wait for, so the wait ought to fail.",
    truth: "close gives up a descriptor, and the waiting call holds the socket itself; shutdown is what ends the connection.",
};

/// A slow client slows only itself.
pub const M65: Belief = Belief {
    id: "M65",
    says: "A slow client slows only itself.",
    tempting: "each client has a connection and queues of its own.",
    truth: "a thread that sends to all in turn waits for the slowest, and meanwhile nobody gets anything.",
};

/// `Arc<Mutex<TcpStream>>` lets one thread read while another writes.
pub const M66: Belief = Belief {
    id: "M66",
    says: "Arc<Mutex<TcpStream>> lets one thread read while another writes.",
    tempting: "it is how Rust shares a value that more than one thread changes.",
    truth: "the reader holds the lock for as long as its read waits; a &TcpStream or a try_clone needs no lock at all.",
};

/// Every belief of the table, in order.
pub const ALL: &[&Belief] = &[
    &M01, &M02, &M03, &M04, &M05, &M06, &M07, &M08, &M09, &M10, &M11, &M12,
    &M13, &M14, &M15, &M16, &M17, &M18, &M19, &M20, &M21, &M22, &M23, &M24,
    &M25, &M26, &M27, &M28, &M29, &M30, &M31, &M32, &M33, &M34, &M35, &M36,
    &M37, &M38, &M39, &M40, &M41, &M42, &M43, &M44, &M45, &M46, &M47, &M48,
    &M49, &M50, &M51, &M52, &M53, &M54, &M55, &M56, &M57, &M58, &M59, &M60,
    &M61, &M62, &M63, &M64, &M65, &M66,
];
