//! Two hosts and the cable between them: whether this machine allows them.

use std::path::Path;

use super::child::{self, Failure};
use super::{Check, State};
use crate::keep;

/// Makes two hosts and lets them shake hands, in a child process, because a
/// process that has entered its own namespaces cannot leave them.
pub fn check() -> Check {
    let (state, found, get) = match probe() {
        Ok(Some(Ok(()))) => (State::Ok, "two hosts, and a handshake".to_owned(), None),
        Ok(Some(Err(refusal))) => {
            let remedy = refusal.remedy().to_owned();
            (State::Refused, refusal.to_string(), Some(remedy))
        }
        Ok(None) => (State::Unknown, "the try gave no answer".to_owned(), None),
        Err(why) => (State::Unknown, why, None),
    };
    Check {
        what: "the wire".to_owned(),
        state,
        found,
        needed_for: "seeing and steering every packet; without it, lessons use loopback",
        get,
    }
}

/// The line that the hidden command `probe-wire` prints, read back.
fn probe() -> Result<Option<Result<(), wire::Refusal>>, String> {
    match child::ask(Path::new("/"), &keep::ourselves(), &["probe-wire"]) {
        Ok(answer) => Ok(wire::probe::read(&answer.said)),
        Err(Failure::Missing) => Err("this program is gone from its place".to_owned()),
        Err(Failure::Other(why)) => Err(why),
    }
}
