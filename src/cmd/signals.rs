//! Ctrl-C, and the system's request to end.

use std::thread;

use anyhow::{Context, Result};

use crate::cmd::serve;

/// Does this when somebody asks us to end, in a thread of its own.
pub fn when_asked_to_end(tell: impl FnOnce() + Send + 'static) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    let runtime = runtime.context("cannot watch for Ctrl-C")?;
    let ended = {
        // Signals can only be listened for inside a runtime.
        let _inside = runtime.enter();
        serve::ended().context("cannot watch for Ctrl-C")?
    };
    thread::spawn(move || {
        runtime.block_on(ended);
        tell();
    });
    Ok(())
}
