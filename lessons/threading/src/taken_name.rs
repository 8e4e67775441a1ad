//! A lock keeps data whole; it does not keep a decision true.
//!
//! Two clients want the same name, and each is served by its own thread.
//!
//!     cargo run -p lesson-threading -- taken-name

use crate::capitals::repeating_peer;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::{sync::Mutex, thread};

/// Settled by how often the name is in the list afterwards.
pub const EXPERIMENT: Experiment = Experiment {
    name: "taken-name",
    about: "Two clients want the same name at the same time.",
    file: file!(),
    question: "Two threads serve two clients who both want the name \"ann\". \
        Each locks the list to see that it is free, asks its client \"sure?\", \
        and locks it again to add the name. What is in it after that?",
    choices: &[
        Choice::new("never", "Always one ann: it is locked at each use"),
        Choice::new("twice", "At times two: both look before either adds"),
    ],
    run,
};

type Names = Mutex<Vec<&'static str>>;

// ANCHOR: taken_name
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let tally = |[none, once, twice]: [usize; 3]| {
        format!("in the list: {none} times not, {once} once, {twice} twice")
    };
    let seen = count(join_in_two_steps)?;
    me.does("2 locks", tally(seen));

    // The cure: look and add under one lock, or give the list to one thread
    // that gets each wish through a channel and decides one after the other.
    let cured = count(join_in_one_step)?;
    me.does("1 lock", tally(cured));
    Ok(match seen {
        [0, _, 0] => Outcome::chose("never", tally(seen)),
        [0, ..] => Outcome::chose("twice", tally(seen)),
        _ => Outcome::unlisted(tally(seen)),
    })
}

/// Nobody touches the list without the lock: the compiler sees to that. It
/// cannot see that the answer of the first look is old when it is used.
fn join_in_two_steps(names: &Names, client: &TcpStream) -> Option<()> {
    if names.lock().ok()?.contains(&"ann") {
        return None;
    }
    ask(client)?;
    names.lock().ok()?.push("ann");
    Some(())
}

fn join_in_one_step(names: &Names, client: &TcpStream) -> Option<()> {
    let mut list = names.lock().ok()?;
    if list.contains(&"ann") {
        return None;
    }
    list.push("ann");
    drop(list); // or all others would wait while this client is asked
    ask(client)
}

fn ask(mut client: &TcpStream) -> Option<()> {
    client.write_all(b"sure?").ok()?;
    client.read_exact(&mut [0; 5]).ok()
}

/// In how many of 100 tries the name is in the list not at all, once, twice.
fn count(join: fn(&Names, &TcpStream) -> Option<()>) -> io::Result<[usize; 3]> {
    let clients = [repeating_peer()?, repeating_peer()?];
    let mut seen = [0; 3];
    for _ in 0..100 {
        let names = Names::default();
        thread::scope(|scope| {
            for client in &clients {
                scope.spawn(|| join(&names, client));
            }
        });
        seen[names.into_inner().unwrap_or_default().len()] += 1;
    }
    Ok(seen)
}
// ANCHOR_END: taken_name
