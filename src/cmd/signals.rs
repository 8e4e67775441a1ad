//! Ctrl-C, and the system's request to end.

use std::future::Future;
use std::io;
use std::thread;

use anyhow::{Context, Result};

/// Does this when somebody asks us to end, in a thread of its own.
pub fn when_asked_to_end(tell: impl FnOnce() + Send + 'static) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    let runtime = runtime.context("cannot watch for Ctrl-C")?;
    let ended = {
        // Signals can only be listened for inside a runtime.
        let _inside = runtime.enter();
        ended().context("cannot watch for Ctrl-C")?
    };
    thread::spawn(move || {
        runtime.block_on(ended);
        tell();
    });
    Ok(())
}

/// Ready when the user or the system asks us to end.
#[cfg(unix)]
pub fn ended() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready when the user asks us to end.
#[cfg(not(unix))]
pub fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // An error means that nobody can ask: then there is no end.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
