//! `multicast-listen`: a program that joins a group and prints what comes.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Instant;

use kit::belief;
use socket2::SockRef;

use crate::judge::announce::FLOOD;
use crate::judge::bench::{Bench, REPLY, START};
use crate::judge::bytes::shown;
use crate::judge::cause::Cause;
use crate::judge::fault::{Fault, Stop};
use crate::judge::program::{Line, words};
use crate::judge::{Exercise, Rule, Ruling};

/// The exercise.
pub const EXERCISE: Exercise = Exercise {
    name: "multicast-listen",
    lesson: "multicast",
    about: "A program that joins a group, prints a line for each datagram, and leaves when it is told to.",
    rules: &[
        Rule {
            says: "it says when it has joined",
            check: says_when,
        },
        Rule {
            says: "it hears a stranger who sends to the group",
            check: hears,
        },
        Rule {
            says: "it tells several senders apart",
            check: senders,
        },
        Rule {
            says: "an empty datagram is a line, too",
            check: empty,
        },
        Rule {
            says: "what is not printable is printed as a dot",
            check: dots,
        },
        Rule {
            says: "two of them on one host both hear everything",
            check: two,
        },
        Rule {
            says: "it does not hear another group, nor what is for the host",
            check: only_its_group,
        },
        Rule {
            says: "it ends when its standard input does",
            check: ends,
        },
    ],
    causes: &[
        &NO_JOIN,
        &OWN_ADDRESS,
        &EMPTY_IS_THE_END,
        &JOINING_FILTERS,
        &PORT_IS_MINE,
        &TERMINAL_IS_MINE,
    ],
    hints: [
        "Three things have to be right: what the socket is bound to, which group it joins on which interface, and that others on this host may have the same port. `ss -uanm` and /proc/net/igmp show the first two.",
        "Set SO_REUSEADDR before bind (socket2 can, std cannot), bind to the group's own address and port, and join the group on the interface of the third argument. Read standard input in a second thread.",
        r"
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::from((group, port)).into())?;
    socket.join_multicast_v4(&group, &interface)?;
    let socket: UdpSocket = socket.into();
A thread reads lines of standard input until `quit` or the end, and then calls `std::process::exit(0)`.",
    ],
};

const NO_JOIN: Cause = Cause {
    name: "bound-is-joined",
    says: "Who binds to the port of a group hears the group.",
    truth: "the host throws away what comes for a group that nobody on it has joined: IP_ADD_MEMBERSHIP in ip(7).",
    belief: Some(&belief::M55),
    see: ("multicast", "join"),
};

const OWN_ADDRESS: Cause = Cause {
    name: "bound-to-its-own-address",
    says: "A socket on this host is bound to an address of this host.",
    truth: "a bound address is a filter on where datagrams were sent to, and these were sent to the group: bind to the group, or to 0.0.0.0.",
    belief: Some(&belief::M19),
    see: ("multicast", "bound"),
};

const EMPTY_IS_THE_END: Cause = Cause {
    name: "nothing-is-no-message",
    says: "0 bytes received: there was nothing, or it is over.",
    truth: "a datagram of 0 bytes is a datagram; it has a sender, and it was sent.",
    belief: Some(&belief::M49),
    see: ("udp", "empty"),
};

const JOINING_FILTERS: Cause = Cause {
    name: "joining-filters",
    says: "A socket hears the groups that it has joined, and no others.",
    truth: "joining tells the host, not the socket: bound to 0.0.0.0 it hears every group that anybody on the host has joined, and what is for the host itself.",
    belief: None,
    see: ("multicast", "eavesdrop"),
};

const PORT_IS_MINE: Cause = Cause {
    name: "the-port-is-mine",
    says: "A port belongs to one program.",
    truth: "members of a group on one host share its port, if each of them sets SO_REUSEADDR before it binds.",
    belief: Some(&belief::M16),
    see: ("sockets", "one-port"),
};

const TERMINAL_IS_MINE: Cause = Cause {
    name: "what-comes-is-text",
    says: "What comes can be printed.",
    truth: "it was written by a stranger: a few bytes clear a screen or hide a line; print only what is printable.",
    belief: None,
    see: ("chat", "escape"),
};

/// A group and a port that no other judge uses at this moment.
#[derive(Clone, Copy)]
struct Group {
    group: Ipv4Addr,
    port: u16,
}

/// The interface of all of it.
const LO: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn says_when(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)
}

fn hears(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    let stranger = sender()?;
    let sent = bench.word(8);
    send(bench, "a stranger", &stranger, &sent, group)?;
    hear(bench, &stranger, &sent).map_err(|fault| {
        // Who has ended is a member no more.
        let member = group.is_joined() || bench.has_ended();
        let fault = match member {
            true => fault,
            false => Fault {
                got: format!("{}; nobody has joined it, says /proc/net/igmp", fault.got),
                ..fault
            },
        };
        fault
            .because_if(!member, &NO_JOIN)
            .because_if(group.is_bound_to(LO), &OWN_ADDRESS)
            .into()
    })
}

fn senders(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    let (one, two) = (sender()?, sender()?);
    for (name, from) in [("one", &one), ("the other", &two), ("one", &one)] {
        let sent = bench.word(6);
        send(bench, name, from, &sent, group)?;
        hear(bench, from, &sent)?;
    }
    Ok(())
}

fn empty(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    let from = sender()?;
    for sent in [Vec::new(), bench.word(5)] {
        send(bench, "a stranger", &from, &sent, group)?;
        hear(bench, &from, &sent).map_err(|fault| fault.because(&EMPTY_IS_THE_END))?;
    }
    Ok(())
}

fn dots(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    let from = sender()?;
    let sent = [&bench.word(4)[..], b"\x1b[2J\n\xe9", &bench.word(4)].concat();
    send(bench, "a stranger", &from, &sent, group)?;
    hear(bench, &from, &sent).map_err(|fault| fault.because(&TERMINAL_IS_MINE))?;
    Ok(())
}

fn two(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    let first = bench.take_program()?;
    let second = listen(bench, group);
    if let Err(Stop::Broken(fault)) = second {
        bench.keep(first);
        return fault.because(&PORT_IS_MINE).stop();
    }
    second?;
    let from = sender()?;
    let sent = bench.word(7);
    send(bench, "a stranger", &from, &sent, group)?;
    hear(bench, &from, &sent).map_err(|fault| fault.because(&PORT_IS_MINE))?;
    let second = bench.exchange_program(first);
    bench.keep(second);
    hear(bench, &from, &sent).map_err(|fault| fault.because(&PORT_IS_MINE))?;
    Ok(())
}

fn only_its_group(bench: &mut Bench) -> Ruling {
    let group = Group::new()?;
    listen(bench, group)?;
    // Somebody else on this host is a member of the other group, so that the
    // host takes in what is sent to it.
    let other = Group {
        group: Ipv4Addr::from(u32::from(group.group) ^ 0x10_0000),
        ..group
    };
    let member = UdpSocket::bind("0.0.0.0:0")?;
    member.join_multicast_v4(&other.group, &LO)?;
    bench.did(format!("somebody else joins {}", other.group));
    let from = sender()?;
    let (to_other, to_host, to_group) = (bench.word(5), bench.word(6), bench.word(7));
    send(bench, "a stranger", &from, &to_other, other)?;
    bench.did(format!(
        "a stranger sends {} to the host, 127.0.0.1",
        shown(&to_host)
    ));
    // Where nobody is bound to it, this one meets no socket.
    let _ = from.send_to(&to_host, (LO, group.port));
    send(bench, "a stranger", &from, &to_group, group)?;
    hear(bench, &from, &to_group).map_err(|fault| fault.because(&JOINING_FILTERS))?;
    Ok(())
}

fn ends(bench: &mut Bench) -> Ruling {
    for way in ["a line `quit` on", "the end of"] {
        let group = Group::new()?;
        listen(bench, group)?;
        bench.did(format!("{way} its standard input"));
        let program = bench.program()?;
        match way {
            "the end of" => program.ends_input(),
            _ => program.types(b"quit\n"),
        }
        let got = match program.wait(Instant::now() + REPLY) {
            Some(status) if status.success() => continue,
            Some(status) => words(&status),
            None => "it still runs".into(),
        };
        return Fault::new("it ends with exit status 0", got).stop();
    }
    Ok(())
}

impl Group {
    fn new() -> Result<Group, Stop> {
        // A port that is free now; the group is made from it.
        let port = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port();
        let [high, low] = port.to_be_bytes();
        let group = Ipv4Addr::new(239, 77, high, low);
        Ok(Group { group, port })
    }

    /// Whether anybody in this network namespace has joined it, on any
    /// interface: /proc/net/igmp writes addresses as the machine stores them.
    fn is_joined(self) -> bool {
        let group = u32::from_ne_bytes(self.group.octets());
        let group = format!("{group:08X}");
        fs::read_to_string("/proc/thread-self/net/igmp").is_ok_and(|list| list.contains(&group))
    }

    /// Whether a socket is bound to the port at this address: /proc/net/udp.
    fn is_bound_to(self, address: Ipv4Addr) -> bool {
        let address = u32::from_ne_bytes(address.octets());
        let bound = format!("{address:08X}:{:04X}", self.port);
        fs::read_to_string("/proc/thread-self/net/udp").is_ok_and(|list| list.contains(&bound))
    }
}

/// Starts the program, and waits until it says that it has joined.
fn listen(bench: &mut Bench, Group { group, port }: Group) -> Ruling {
    bench.start(&[&group.to_string(), &port.to_string(), &LO.to_string()])?;
    let wish = format!("listening on {group}:{port}");
    let until = Instant::now() + START;
    let (mut first, mut others) = (None, 0);
    let nothing = loop {
        match bench.program()?.line(until) {
            Line::Text(line) if line.trim_ascii_end() == wish.as_bytes() => return Ok(()),
            Line::Text(line) => {
                first.get_or_insert(line);
                others += 1;
            }
            Line::End(_) => break "the end of its output",
            Line::Silence(_) => break "nothing (was its output flushed?)",
        }
        if others == FLOOD {
            break "other lines only";
        }
    };
    let got = match first {
        Some(line) => format!("only {}", kit::quoted(&line)),
        None => nothing.into(),
    };
    Fault::new(format!("a line `{wish}`"), got).stop()
}

/// Somebody who is no member, on the loopback interface.
fn sender() -> Result<UdpSocket, Stop> {
    let socket = UdpSocket::bind((LO, 0))?;
    SockRef::from(&socket).set_multicast_if_v4(&LO)?;
    Ok(socket)
}

fn send(bench: &Bench, who: &str, from: &UdpSocket, bytes: &[u8], to: Group) -> Ruling {
    let Group { group, port } = to;
    bench.did(format!("{who} sends {} to {group}:{port}", shown(bytes)));
    from.send_to(bytes, SocketAddr::from((group, port)))?;
    Ok(())
}

/// The next line must tell this datagram.
fn hear(bench: &mut Bench, from: &UdpSocket, sent: &[u8]) -> Result<(), Fault> {
    let printable = |byte: &u8| match byte {
        0x20..=0x7e => char::from(*byte),
        _ => '.',
    };
    let text: String = sent.iter().map(printable).collect();
    let address = from.local_addr().map(|address| address.to_string());
    let wish = format!("{} {text}", address.unwrap_or_default());
    let until = Instant::now() + REPLY;
    let got = match bench.program().map(|program| program.line(until)) {
        Ok(Line::Text(line)) if line.trim_ascii_end() == wish.trim_end().as_bytes() => {
            return Ok(());
        }
        Ok(Line::Text(line)) => format!("the line {}", kit::quoted(&line)),
        Ok(Line::End(_)) => "the end of its output".into(),
        Ok(Line::Silence(rest)) if rest.is_empty() => "no line".into(),
        Ok(Line::Silence(rest)) => format!("{} without a newline", kit::quoted(&rest)),
        Err(_) => "no program".into(),
    };
    Err(Fault::new(
        format!("the line {}", kit::quoted(wish.as_bytes())),
        got,
    ))
}
