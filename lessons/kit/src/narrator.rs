//! The narrator: an experiment tells what it does, line by line.

use crate::output::Output;
use crate::{At, Event, Packet, errno, escape, hold};
use std::fmt::Display;
use std::io;
use std::panic::Location;

/// Tells what an experiment does; in an experiment it is called `me`.
///
/// A line that starts with `me.` can be deleted: the networking stays the same.
pub struct Narrator<'a> {
    output: &'a mut Output,
}

impl<'a> Narrator<'a> {
    pub(crate) fn new(output: &'a mut Output) -> Narrator<'a> {
        Narrator { output }
    }

    /// `who` makes a call, or sees what a call did: `what`.
    #[track_caller]
    pub fn does(&mut self, who: &str, what: impl Display) {
        self.call(who, what.to_string(), Location::caller());
    }

    /// `who` is about to send `bytes` to the address `to`.
    #[track_caller]
    pub fn sends(&mut self, who: &str, bytes: &[u8], to: impl Display) {
        let what = format!("sends {} to {to}", escape::counted(bytes));
        self.call(who, what, Location::caller());
    }

    /// `who` has received `bytes` from the address `from`.
    #[track_caller]
    pub fn receives(&mut self, who: &str, bytes: &[u8], from: impl Display) {
        let what = format!("receives {} from {from}", escape::counted(bytes));
        self.call(who, what, Location::caller());
    }

    /// `who` made the call `what`, and it returned `result`.
    #[track_caller]
    pub fn returns<T: Display>(
        &mut self,
        who: &str,
        what: &str,
        result: &io::Result<T>,
    ) {
        let came = match result {
            Ok(value) => value.to_string(),
            Err(error) => errno::describe(error),
        };
        self.call(who, format!("{what} returns {came}"), Location::caller());
    }

    /// The kernel says of a socket of `who`: `state`, read at `source`.
    #[track_caller]
    pub fn state(&mut self, who: &str, state: impl Display, source: &str) {
        self.output.tell(Event::State {
            who: who.into(),
            state: state.to_string(),
            source: source.into(),
            at: At::from(Location::caller()),
        });
    }

    /// The packets that a wire has seen, oldest first.
    ///
    /// Where the reader decides about each, they were told when it was there.
    pub fn packets(&mut self, packets: impl IntoIterator<Item = Packet>) {
        if hold::holding().is_some() {
            return;
        }
        for packet in packets {
            self.output.tell(Event::Packet(packet));
        }
    }

    /// The states of both ends of a connection, read at `source`.
    #[track_caller]
    pub fn ends(&mut self, left: &str, right: &str, source: &str) {
        self.output.tell(Event::Ends {
            left: left.into(),
            right: right.into(),
            source: source.into(),
            at: At::from(Location::caller()),
        });
    }

    /// A remark that belongs to nobody.
    #[track_caller]
    pub fn says(&mut self, text: impl Display) {
        self.output.tell(Event::Said {
            text: text.to_string(),
            at: At::from(Location::caller()),
        });
    }

    fn call(
        &mut self,
        who: &str,
        what: String,
        place: &'static Location<'static>,
    ) {
        self.output.tell(Event::Call {
            who: who.into(),
            what,
            at: At::from(place),
        });
    }
}
