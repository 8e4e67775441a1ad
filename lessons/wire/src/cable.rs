//! The thread that is the cable: it takes packets in, lets the state decide, and sends what is due.

use std::io::{self, PipeReader, Read};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use crate::packet::Side;
use crate::sys::{self, Inbox};
use crate::wire::Shared;

/// Runs until the state says that it is closing.
pub(crate) fn run(shared: &Arc<Shared>, wakes: PipeReader, mtu: usize) {
    let _guard = Stopped(shared.clone());
    if let Err(e) = turn(shared, wakes, mtu) {
        shared.lock().failure = Some(e.to_string());
    }
}

fn turn(shared: &Arc<Shared>, mut wakes: PipeReader, mtu: usize) -> io::Result<()> {
    let mut inbox = Inbox::new(mtu);
    let mut within = None;
    loop {
        let [a, b] = &shared.ports;
        let [a, b, woken] = sys::readable([a.as_fd(), b.as_fd(), wakes.as_fd()], within)?;
        if woken {
            let mut bytes = [0; 64];
            // Only what woke us; the state says the rest.
            let _ = wakes.read(&mut bytes);
        }
        for (side, ready) in [(Side::A, a), (Side::B, b)] {
            if ready {
                take_in(shared, side, &mut inbox)?;
            }
        }
        let mut state = shared.lock();
        if state.closing {
            return Ok(());
        }
        // A failed send is counted as lost.
        let _ = shared.flush(&mut state);
        within = state
            .next_due()
            .map(|due| due.saturating_duration_since(Instant::now()));
        drop(state);
        shared.changed.notify_all();
    }
}

fn take_in(shared: &Arc<Shared>, side: Side, inbox: &mut Inbox) -> io::Result<()> {
    let count = shared.ports[side.index()].receive(inbox)?;
    if count == 0 {
        return Ok(());
    }
    let mut state = shared.lock();
    for (bytes, time) in inbox.packets() {
        state.arrive(side, bytes, time);
    }
    Ok(())
}

/// However the thread ends, nobody must wait for it in vain.
struct Stopped(Arc<Shared>);

impl Drop for Stopped {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.lock().failure = Some("a function that decides panicked".into());
        }
        self.0.stopped.store(true, Ordering::Relaxed);
        self.0.changed.notify_all();
    }
}
