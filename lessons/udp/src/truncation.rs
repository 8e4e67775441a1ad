//! What does not fit into the buffer is lost.
//!
//! A datagram of ten bytes meets a buffer of four, and another one follows.
//!
//!     cargo run -p lesson-udp -- truncation

use crate::PATIENCE;
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use socket2::{MaybeUninitSlice, SockRef};
use std::io;
use std::mem::MaybeUninit;
use std::net::UdpSocket;

/// Settled by what the second receive returns.
pub const EXPERIMENT: Experiment = Experiment {
    name: "truncation",
    about: "A datagram that is longer than the buffer.",
    file: file!(),
    question: "A datagram \"0123456789\" and then a datagram \"next\" arrive. \
        The receiver reads with a buffer of 4 bytes and gets \"0123\". What \
        does the same call return the second time?",
    choices: &[
        Choice::believing(
            "rest",
            "\"4567\": the first datagram goes on",
            &belief::M48,
        ),
        Choice::new("next", "\"next\": the rest of the first one is gone"),
        Choice::new("error", "Neither: a call fails, the buffer is too small"),
    ],
    run,
};

// ANCHOR: truncation
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let receiver = UdpSocket::bind("127.0.0.1:0")?;
    receiver.set_read_timeout(Some(PATIENCE))?;
    let address = receiver.local_addr()?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;

    me.sends("sender", b"0123456789", address);
    sender.send_to(b"0123456789", address)?;
    me.sends("sender", b"next", address);
    sender.send_to(b"next", address)?;

    let mut buffer = [0; 4];
    // Windows reports the cut as an error; Linux does not.
    let (length, from) = match receiver.recv_from(&mut buffer) {
        Ok(first) => first,
        Err(e) => return Ok(Outcome::chose("error", kit::describe_error(&e))),
    };
    me.receives("receiver", &buffer[..length], from);

    // Nothing so far told the program that six bytes are missing.
    let (length, from) = receiver.recv_from(&mut buffer)?;
    me.receives("receiver", &buffer[..length], from);
    let second = buffer[..length].to_vec();

    told_by_the_kernel(me, &sender, &receiver)?;
    let evidence = format!("the second receive got {}", kit::quoted(&second));
    Ok(match &second[..] {
        b"next" => Outcome::chose("next", evidence),
        b"4567" => Outcome::chose("rest", evidence),
        _ => Outcome::unlisted(evidence),
    })
}

/// The kernel does know: it sets MSG_TRUNC in the flags of recvmsg(2).
///
/// The standard library does not show these flags; `socket2` does.
fn told_by_the_kernel(
    me: &mut Narrator,
    sender: &UdpSocket,
    receiver: &UdpSocket,
) -> io::Result<()> {
    sender.send_to(b"0123456789", receiver.local_addr()?)?;
    let mut room = [MaybeUninit::uninit(); 4];
    let mut buffers = [MaybeUninitSlice::new(&mut room)];
    let receiver = SockRef::from(receiver);
    let (length, flags) = receiver.recv_vectored(&mut buffers)?;
    let cut = flags.is_truncated();
    me.returns("receiver", "recvmsg", &Ok(length));
    me.says(format!("its flags say MSG_TRUNC: {cut}"));
    Ok(())
}
// ANCHOR_END: truncation
