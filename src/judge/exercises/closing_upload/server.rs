//! The server of `closing-upload`: takes a file and answers with a line.

use std::env::temp_dir;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::Shutdown;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::judge::bench::{Bench, REPLY};
use crate::judge::bytes::{counted, difference, shown};
use crate::judge::fault::{Fault, Stop};
use crate::judge::heard::Then;
use crate::judge::listener::Listener;
use crate::judge::program::words;
use crate::judge::tcp::Tcp;

use super::causes::SENT_IS_COMPLETE;

/// The program, connected to our server, with a file to send.
pub struct Upload {
    /// Our end of the connection.
    pub server: Tcp,
    file: Scratch,
}

/// A file that goes away.
struct Scratch(PathBuf);

impl Upload {
    /// Starts the program with a file of these bytes, and accepts it.
    ///
    /// # Errors
    /// `Broken` if it does not connect.
    pub fn begins(bench: &mut Bench, bytes: &[u8]) -> Result<Upload, Stop> {
        let file = Scratch::with(bytes)?;
        let listener = Listener::new()?;
        let address = listener.address;
        let what = match bytes.len() {
            0..1000 => shown(bytes),
            length => counted(length),
        };
        bench.did(format!("start it with {address} and a file of {what}"));
        bench.launch(&[&address.to_string(), file.name()?])?;
        let server = listener.accept(bench, "our server")?;
        Ok(Upload { server, file })
    }

    /// The name of the file.
    ///
    /// # Errors
    /// `Trouble` if it is no text.
    pub fn file_name(&self) -> Result<&str, Stop> {
        self.file.name()
    }

    /// These bytes come first.
    ///
    /// # Errors
    /// The fault, whose belief the caller may name.
    pub fn gets(&mut self, file: &[u8]) -> Result<(), Fault> {
        let heard = self.server.hears(file.len());
        match heard.bytes == file {
            true => Ok(()),
            false => Err(unlike(file, &heard.bytes, heard.ending())),
        }
    }

    /// These bytes come, and then the end of the program's side.
    ///
    /// # Errors
    /// The fault; its belief is named if it is the end that does not come.
    pub fn gets_all(&mut self, file: &[u8]) -> Result<(), Fault> {
        self.gets(file)?;
        let rest = self.server.reads(1000, REPLY, |_| true);
        let expected = "the program ends its side";
        match rest.then {
            Then::End => {}
            Then::Silence => {
                return Err(
                    Fault::new(expected, "silence after the file").because(&SENT_IS_COMPLETE)
                );
            }
            Then::Enough => return Err(unlike(file, &[file, &rest.bytes].concat(), "")),
            Then::Broken(why) => return Err(Fault::new(expected, why)),
        }
        self.server.did("gets the file and the end");
        Ok(())
    }

    /// What our server says of such a file: a line.
    pub fn answer(&self, file: &[u8]) -> String {
        // FNV-1a: short, and different for files that differ in little.
        let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        let digest = file.iter().fold(0xcbf2_9ce4_8422_2325, mix);
        format!("got {} bytes, digest {digest:016x}\n", file.len())
    }

    /// Breaks off with a reset.
    ///
    /// # Errors
    /// As setsockopt(2).
    pub fn resets(self) -> io::Result<()> {
        self.server.resets()
    }

    /// Ends our server's side.
    pub fn ends(&mut self) {
        self.server.did("ends its side");
        // The program may have gone; what it printed tells.
        let _ = self.server.stream.shutdown(Shutdown::Write);
    }

    /// Whether the program's kernel has answered with a reset: nobody was there
    /// to read any more.
    pub fn was_refused(&self) -> bool {
        let error = self.server.stream.take_error();
        error.is_ok_and(|error| error.is_some())
    }

    /// Lets the program fill the queues before the first read.
    ///
    /// # Errors
    /// As setsockopt(2).
    pub fn reads_late(&mut self, bench: &mut Bench) -> Result<(), Stop> {
        SockRef::from(&self.server.stream).set_recv_buffer_size(128 * 1024)?;
        self.server.did("waits a little, and then reads");
        bench.lets_it_work(Duration::from_millis(100))
    }

    /// The program prints this line and ends with success.
    ///
    /// # Errors
    /// The fault, whose belief the caller may name.
    pub fn is_printed(&self, bench: &mut Bench, line: &str) -> Result<(), Fault> {
        let line = line.trim_end();
        let (success, got) = outcome(bench)?;
        let lines = String::from_utf8_lossy(&got.output).into_owned();
        if success && lines.lines().any(|one| one == line) {
            return Ok(());
        }
        let expected = format!("it prints \"{line}\" and ends with exit status 0");
        Err(Fault::new(expected, got.words()))
    }
}

/// How a program ended, and what it had printed.
struct Outcome {
    status: String,
    output: Vec<u8>,
}

impl Outcome {
    fn words(&self) -> String {
        match self.output.is_empty() {
            true => format!("nothing printed, and {}", self.status),
            false => format!("{} printed, and {}", shown(&self.output), self.status),
        }
    }
}

/// The program ends, and says by its exit status that it has failed.
///
/// # Errors
/// The fault, whose belief the caller may name.
pub fn fails(bench: &mut Bench) -> Result<(), Fault> {
    let (success, got) = outcome(bench)?;
    match success {
        false => Ok(()),
        true => Err(Fault::new("an exit status other than 0", got.words())),
    }
}

fn outcome(bench: &mut Bench) -> Result<(bool, Outcome), Fault> {
    let trouble = |_| Fault::new("it is started", "it was not");
    let program = bench.program().map_err(trouble)?;
    match program.wait(Instant::now() + REPLY) {
        Some(status) => {
            let (output, _) = program.output(Instant::now() + REPLY);
            let words = words(&status);
            Ok((
                status.success(),
                Outcome {
                    status: words,
                    output,
                },
            ))
        }
        None => Err(Fault::new(
            "it ends",
            "it goes on, though the connection is over",
        )),
    }
}

/// The fault of bytes that are not those of the file.
fn unlike(file: &[u8], got: &[u8], ending: &str) -> Fault {
    let expected = format!("our server gets the {} of the file", counted(file.len()));
    let got = match got.len() {
        0 => ending.into(),
        _ if got.len() < file.len() => format!("{}, then {ending}", difference(file, got)),
        _ => difference(file, got),
    };
    Fault::new(expected, got)
}

impl Scratch {
    fn with(bytes: &[u8]) -> Result<Scratch, Stop> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("upload-{}-{number}.bin", process::id());
        let scratch = Scratch(temp_dir().join(name));
        // Never somebody else's file, and never through a link.
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&scratch.0)
            .and_then(|mut file| file.write_all(bytes));
        match made {
            Ok(()) => Ok(scratch),
            Err(error) => {
                let name = kit::visible(&scratch.0.to_string_lossy());
                let why = kit::describe_error(&error);
                Err(Stop::Trouble(format!("cannot write {name}: {why}")))
            }
        }
    }

    fn name(&self) -> Result<&str, Stop> {
        let words = "the name of the folder for temporary files is no text: TMPDIR";
        self.0.to_str().ok_or_else(|| Stop::Trouble(words.into()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may be gone already; there is nothing else to try.
        let _ = fs::remove_file(&self.0);
    }
}
