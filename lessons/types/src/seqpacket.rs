//! A sequenced-packet socket is a connection that keeps messages whole.
//!
//! A Unix-domain server and client, with listen, connect and accept.
//!
//!     cargo run -p lesson-types -- seqpacket

use crate::PATIENCE;
use crate::private_folder::PrivateFolder;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{self, Read};

/// Settled by what five receives return.
pub const EXPERIMENT: Experiment = Experiment {
    name: "seqpacket",
    about: "A connection of messages.",
    file: file!(),
    question: "A program asks for a Unix-domain socket of the type \
        SOCK_SEQPACKET and listens. A client connects, sends \"first\", \
        \"second\" and \"0123456789\", and closes. The third receive has \
        room for 4 bytes. What does the server see?",
    choices: &[
        Choice::believing(
            "dead",
            "No such type: sequenced packets died long ago",
            &belief::M56,
        ),
        Choice::new(
            "stream",
            "\"firstsecond0123456789\", cut by the size of the buffer only",
        ),
        Choice::new("packets", "\"first\", \"second\", \"0123\", and the end"),
        Choice::believing(
            "rest",
            "\"first\", \"second\", \"0123\", \"4567\", \"89\", and the end",
            &belief::M48,
        ),
    ],
    run,
};

// ANCHOR: seqpacket
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let folder = PrivateFolder::new("seqpacket")?;
    // In the Unix domain a name is a path, and bind makes a file of it.
    let name = SockAddr::unix(folder.file("server"))?;

    let listener = match Socket::new(Domain::UNIX, Type::SEQPACKET, None) {
        Ok(listener) => listener,
        Err(error) => {
            let evidence = kit::describe_error(&error);
            me.does("server", format!("gets no socket: {evidence}"));
            return Ok(Outcome::chose("dead", evidence));
        }
    };
    listener.bind(&name)?;
    listener.listen(1)?;
    let client = Socket::new(Domain::UNIX, Type::SEQPACKET, None)?;
    client.connect(&name)?;
    let (mut server, _) = listener.accept()?;
    server.set_read_timeout(Some(PATIENCE))?;
    me.does("server", "has accepted a client, as on a stream");

    for message in ["first", "second", "0123456789"] {
        me.sends("client", message.as_bytes(), "the server");
        client.send(message.as_bytes())?;
    }
    drop(client);

    // What does not fit is lost, as with a datagram, and the end is told, as
    // with a stream. An empty message would look like the end: send none.
    let mut came = Vec::new();
    for room in [1500, 1500, 4, 4, 4] {
        let mut buffer = vec![0; room];
        let length = server.read(&mut buffer)?;
        me.receives("server", &buffer[..length], "the client");
        came.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    let evidence = format!("the receives returned {}", kit::list_quoted(&came));
    let came: Vec<&str> = came.iter().map(String::as_str).collect();
    Ok(match came[..] {
        ["first", "second", "0123", "", _] => {
            Outcome::chose("packets", evidence)
        }
        [.., "4567", "89"] => Outcome::chose("rest", evidence),
        ["firstsecond0123456789", ..] => Outcome::chose("stream", evidence),
        _ => Outcome::unlisted(evidence),
    })
}
// ANCHOR_END: seqpacket
