//! Programs on the hosts, and more than one lab.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wire::{Entered, Lab, Options, Packet};

use crate::tools::{Outcome, SOON, check, connect, equal, read, text, write};

/// A shell on each host; what one says through the other's port crosses the wire.
pub fn two_programs(lab: &Lab) -> Outcome {
    let listener = crate::tools::listen(lab)?;
    // bash has a socket of its own: /dev/tcp.
    let mut client = Command::new("bash");
    client.args([
        "-c",
        "exec 3<>/dev/tcp/10.0.0.2/4242; echo hello >&3; read -r l <&3; echo $l",
    ]);
    client.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut client = lab.a.spawn(client).map_err(text)?;
    let (stream, _) = listener.accept().map_err(text)?;
    equal(read(&stream, 6)?, b"hello\n".to_vec(), "what B reads")?;
    write(&stream, b"welcome\n")?;
    let mut said = String::new();
    let mut out = client.stdout.take().ok_or("no stdout")?;
    out.read_to_string(&mut said).map_err(text)?;
    equal(said.as_str(), "welcome\n", "what A prints")?;
    let status = client.wait(SOON).map_err(text)?.ok_or("it still runs")?;
    check(status.success(), "it ends well")?;
    check(
        lab.wire.packets().iter().any(Packet::is_data),
        "the data crossed the wire",
    )
}

/// Exit codes, signals, descendants, and a program that is not there.
pub fn ends(lab: &Lab) -> Outcome {
    use std::os::unix::process::ExitStatusExt;
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        lab.a.spawn(command).map_err(text)
    };
    let mut seven = shell("exit 7")?;
    equal(
        seven.wait(SOON).map_err(text)?.and_then(|s| s.code()),
        Some(7),
        "exit code",
    )?;
    let mut abort = shell("kill -SEGV $$")?;
    equal(
        abort.wait(SOON).map_err(text)?.and_then(|s| s.signal()),
        Some(11),
        "signal",
    )?;
    let mut polite = shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done")?;
    wait_line(&mut polite)?;
    polite.terminate().map_err(text)?;
    equal(
        polite.wait(SOON).map_err(text)?.and_then(|s| s.code()),
        Some(5),
        "on SIGTERM",
    )?;
    let mut plain = shell("echo ready; exec sleep 1000")?;
    wait_line(&mut plain)?;
    equal(
        plain.wait(Duration::from_millis(20)).map_err(text)?,
        None,
        "it runs",
    )?;
    plain.terminate().map_err(text)?;
    equal(
        plain.wait(SOON).map_err(text)?.and_then(|s| s.signal()),
        Some(15),
        "by default",
    )?;
    // The grandchild has the pipe: it closes only when that is dead too.
    let mut family = shell("sleep 1000 & (setsid sleep 1000 &) ; echo ready; exit 0")?;
    let mut out = family.stdout.take().ok_or("no stdout")?;
    out.read_to_string(&mut String::new()).map_err(text)?;
    let mut dropped = shell("sleep 1000 & echo ready; sleep 1000")?;
    wait_line(&mut dropped)?;
    let mut out = dropped.stdout.take().ok_or("no stdout")?;
    drop(dropped);
    out.read_to_string(&mut String::new()).map_err(text)?;
    let missing = lab.a.spawn(Command::new("/nowhere/at/all"));
    equal(
        missing.err().map(|e| e.kind()),
        Some(std::io::ErrorKind::NotFound),
        "not there",
    )
}

fn wait_line(program: &mut wire::Program) -> Outcome {
    let out = program.stdout.as_mut().ok_or("no stdout")?;
    let mut byte = [0; 6];
    out.read_exact(&mut byte).map_err(text)?;
    equal(byte, *b"ready\n", "first line")
}

/// Starts a family of programs, says so, and waits to be killed.
pub fn linger(lab: &Lab) -> Outcome {
    let mut command = Command::new("sh");
    // A number that nobody else sleeps for, so that the test can look for it.
    let nap = format!("sleep 1000.{}", std::process::id());
    let script = format!("{nap} & (setsid {nap} &) ; echo ready; {nap}");
    command.args(["-c", &script]).stdout(Stdio::piped());
    let mut program = lab.a.spawn(command).map_err(text)?;
    let out = program.stdout.take().ok_or("no stdout")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line).map_err(text)?;
    println!("{line}{}", lab.a.look_inside());
    std::io::stdout().flush().map_err(text)?;
    program.wait(Duration::from_secs(60)).map_err(text)?;
    Err("nobody killed it".into())
}

/// Labs one after the other, and two at a time.
pub fn many_labs(entered: &Entered) -> Outcome {
    let quick = || Options {
        latency: Duration::ZERO,
        ..Options::default()
    };
    let start = Instant::now();
    for round in 0..10 {
        let lab = Lab::with(entered, quick()).map_err(|e| e.to_string())?;
        let connection = connect(&lab)?;
        write(&connection.a, &[round])?;
        equal(read(&connection.b, 1)?, vec![round], "what B reads")?;
    }
    let (one, two) = (Lab::with(entered, quick()), Lab::with(entered, quick()));
    let (one, two) = (
        one.map_err(|e| e.to_string())?,
        two.map_err(|e| e.to_string())?,
    );
    let first = connect(&one)?;
    let second = connect(&two)?;
    write(&first.a, b"1")?;
    write(&second.a, b"2")?;
    equal(read(&first.b, 1)?, b"1".to_vec(), "in the first lab")?;
    equal(read(&second.b, 1)?, b"2".to_vec(), "in the second lab")?;
    println!("{:?}", start.elapsed());
    Ok(())
}
