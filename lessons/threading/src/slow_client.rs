//! One client that does not read stops the news for all.
//!
//! One thread sends each message to three clients in turn.
//!
//!     cargo run -p lesson-threading -- slow-client

use crate::three_clients::{Clients, connect};
use kit::{Choice, Experiment, Narrator, Outcome, belief};
use std::io::{self, ErrorKind::*, Write};
use std::sync::mpsc;
use std::thread;

/// Settled by how many messages reached the clients that do read.
pub const EXPERIMENT: Experiment = Experiment {
    name: "slow-client",
    about: "Three clients of a broadcast, of which one never reads.",
    file: file!(),
    question: "A server sends 400 messages of 64 KiB to ann, ben and zoe, \
        each message to one after the other. ann and ben read all the time. \
        zoe never reads. What do ann and ben get?",
    choices: &[
        Choice::new("stop", "The first ones, then none: all wait for zoe"),
        Choice::believing(
            "all",
            "All 400: zoe's queue fills up, and that is her own loss",
            &belief::M65,
        ),
        Choice::new("error", "The first ones: then sending to zoe fails"),
    ],
    run,
};

const MESSAGES: usize = 400;
static MESSAGE: [u8; 65_536] = [b'x'; 65_536];

// ANCHOR: slow_client
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let Clients {
        ends,
        _zoe,
        reports,
    } = connect()?;
    let sent = (0..MESSAGES).try_for_each(|_| {
        // write_all waits for room in the queue of this one client. It has a
        // deadline here; without one, this would be the end of the story.
        ends.iter().try_for_each(|mut end| end.write_all(&MESSAGE))
    });
    drop(ends); // the streams end, and ann and ben count what they got
    let sent = sent.map(|()| "no error");
    me.returns("server", "sending to each in turn", &sent);
    let counts = kit::list(reports.iter().map(messages));
    me.does("ann, ben", format!("got {counts} of {MESSAGES} messages"));

    // The cure: a queue and a thread for each client, so that only zoe's
    // thread waits. These queues have no limit, and zoe's would grow as long
    // as there is news: use sync_channel, and send a client away who is full.
    let Clients {
        ends,
        _zoe,
        reports,
    } = connect()?;
    let mut queues = Vec::new();
    for mut end in ends {
        let (queue, news) = mpsc::channel::<&[u8]>();
        thread::spawn(move || news.iter().try_for_each(|m| end.write_all(m)));
        queues.push(queue);
    }
    for _ in 0..MESSAGES {
        // An error says that the thread behind this queue has given up.
        queues.retain(|queue| queue.send(&MESSAGE).is_ok());
    }
    drop(queues); // each thread sends what is queued, and ends
    me.says("now a queue and a thread for each client:");
    let cured = kit::list(reports.iter().map(messages));
    me.does("ann, ben", format!("got {cured} of {MESSAGES} messages"));

    let evidence = format!("ann and ben got {counts} of {MESSAGES} messages");
    Ok(match sent.map_err(|e| e.kind()) {
        Ok(_) => Outcome::chose("all", evidence),
        Err(WouldBlock | TimedOut) => Outcome::chose("stop", evidence),
        Err(kind) => Outcome::chose("error", format!("{kind}; {evidence}")),
    })
}

fn messages(bytes: u64) -> u64 {
    bytes / MESSAGE.len() as u64
}
// ANCHOR_END: slow_client
