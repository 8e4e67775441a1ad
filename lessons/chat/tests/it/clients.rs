//! The client in pipes, plain programs, and step 1 with Python.

use crate::server::{DEADLINE, Guest, Server, chat, wait};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

pub fn client(address: &str, options: &[&str]) -> Child {
    let mut program = chat();
    program.args(["client", address]).args(options);
    program.stdin(Stdio::piped()).stdout(Stdio::piped());
    program.stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end of a program and returns what it printed.
fn printed(mut child: Child) -> (String, Option<i32>) {
    drop(child.stdin.take());
    let code = wait(&mut child).code();
    let mut text = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut text).unwrap();
    (text, code)
}

#[test]
fn the_client_works_in_a_pipe_and_leaves_at_its_end() {
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let mut bob = client(&server.address.to_string(), &["--name", "bob"]);
    ada.hears("* bob has entered the room");
    ada.say("hello");
    let mut out = BufReader::new(bob.stdout.take().unwrap()).lines();
    let hello = out.find(|line| line.as_ref().unwrap().contains("hello"));
    assert_eq!(hello.unwrap().unwrap(), "[ada] hello");
    let mut typing = bob.stdin.take().unwrap();
    typing.write_all(b"hi\nno newline").unwrap();
    drop(typing);
    ada.hears("[bob] hi");
    ada.hears("[bob] no newline");
    ada.hears("* bob has left the room");
    assert_eq!(wait(&mut bob).code(), Some(0));
}

#[test]
fn a_server_that_is_not_there_is_an_error_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let (_, code) = printed(client(&address, &["--name", "ada"]));
    assert_eq!(code, Some(1));
}

#[test]
fn a_client_whose_output_is_closed_ends_and_has_not_failed() {
    let server = Server::start(&[]);
    let mut ada = Guest::enter(server.address, "ada");
    let mut bob = client(&server.address.to_string(), &["--name", "bob"]);
    ada.hears("* bob has entered the room");
    let typing = bob.stdin.take().unwrap();
    drop(bob.stdout.take());
    ada.say("hello");
    assert_eq!(wait(&mut bob).code(), Some(0));
    drop(typing);
}

#[cfg(unix)]
#[test]
fn a_first_word_that_is_no_text_is_refused_with_a_sentence() {
    use std::os::unix::ffi::OsStrExt;
    let word = std::ffi::OsStr::from_bytes(b"serv\xffer");
    let output = chat().arg(word).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.starts_with("error: "), "{words}");
}

#[test]
fn the_client_shows_no_command_even_if_the_server_lets_one_through() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let client = client(&address, &["--no-reconnect"]);
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(b"[eve] \x1b[2J\xff\xe2\x80\xae\n").unwrap();
    drop(peer);
    let (text, _) = printed(client);
    let first = text.lines().next().unwrap();
    assert_eq!(first, "[eve] \\u{1b}[2J\u{fffd}\\u{202e}");
}

#[test]
fn a_client_finds_a_server_that_was_started_again() {
    let mut first = Server::start(&[]);
    let address = first.address.to_string();
    let mut bob = client(&address, &["--name", "bob"]);
    let mut out = BufReader::new(bob.stdout.take().unwrap()).lines();
    let mut shows = |wanted: &str| {
        let found = out.find(|line| line.as_ref().unwrap() == wanted);
        assert!(found.is_some(), "{wanted} was not shown");
    };
    shows("* The room contains: ");
    first.signal("TERM");
    assert_eq!(first.wait().code(), Some(0));
    shows("* The server is gone");
    let mut program = chat();
    program.args(["server", &address, "--quiet"]);
    let again = Instant::now();
    let second = Server::run(program);
    shows("* The room contains: ");
    assert!(again.elapsed() < DEADLINE);
    let mut ada = Guest::enter(second.address, "ada");
    ada.say("/who");
    ada.hears("* The room contains: bob, ada");
    drop(bob.stdin.take());
    wait(&mut bob);
}

#[test]
fn a_client_that_must_not_try_again_ends_with_the_server() {
    let mut server = Server::start(&[]);
    let options = ["--name", "bob", "--no-reconnect"];
    let mut bob = client(&server.address.to_string(), &options);
    let mut ada = Guest::enter(server.address, "ada");
    ada.say("/who");
    let start = Instant::now();
    while !ada.hear().unwrap().contains("bob") {
        ada.say("/who");
        assert!(start.elapsed() < DEADLINE);
    }
    let typing = bob.stdin.take().unwrap();
    server.signal("TERM");
    server.wait();
    assert_eq!(wait(&mut bob).code(), Some(1));
    drop(typing);
}

#[test]
fn nc_can_chat_with_either_end_of_a_line() {
    // With -C it ends its lines with CR LF; other netcats lack one or both.
    for options in [&["-N"][..], &["-N", "-C"]] {
        let server = Server::start(&[]);
        let mut ada = Guest::enter(server.address, "ada");
        let mut nc = Command::new("nc");
        let port = server.address.port().to_string();
        nc.args(options).args(["127.0.0.1", &port]);
        nc.stdin(Stdio::piped()).stdout(Stdio::piped());
        let Ok(mut nc) = nc.spawn() else {
            eprintln!("NOT CHECKED: there is no nc here");
            return;
        };
        let mut typing = nc.stdin.take().unwrap();
        typing.write_all(b"net\nfrom nc\n").unwrap();
        drop(typing);
        ada.hears("* net has entered the room");
        ada.hears("[net] from nc");
        ada.hears("* net has left the room");
        let (text, code) = printed(nc);
        assert_eq!(code, Some(0));
        assert!(text.ends_with("* The room contains: ada\n"), "{text}");
    }
}

const PYTHON_CLIENT: &str = "import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
s.sendall('grüße'.encode('utf-8'))
print(s.recv(1024).decode('utf-8'))
s.close()";

const PYTHON_SERVER: &str = "import socket
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen(1)
print('listening on 127.0.0.1:%d' % s.getsockname()[1], flush=True)
c, a = s.accept()
c.sendall(b'from python')
assert c.recv(1024).decode('utf-8') == 'from rust'
c.close()";

#[test]
fn step_1_talks_with_python_in_both_directions() {
    if Command::new("python3").arg("-V").output().is_err() {
        eprintln!("NOT CHECKED: there is no python3 here");
        return;
    }
    let mut program = chat();
    program.args(["step1", "server", "127.0.0.1:0"]);
    let mut server = Server::run(program);
    let mut python = Command::new("python3");
    python.args(["-c", PYTHON_CLIENT, &server.address.port().to_string()]);
    python.stdin(Stdio::null()).stdout(Stdio::piped());
    let python = python.spawn().unwrap();
    let mut typing = server.child.stdin.take().unwrap();
    typing.write_all(b"from rust\n").unwrap();
    let (text, code) = printed(python);
    assert_eq!((&*text, code), ("from rust\n", Some(0)));

    let mut python = Command::new("python3");
    python.args(["-c", PYTHON_SERVER]);
    let mut server = Server::run(python);
    let mut client = chat();
    client.args(["step1", "client", &server.address.to_string()]);
    client.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = client.spawn().unwrap();
    let mut typing = client.stdin.take().unwrap();
    typing.write_all(b"from rust\n").unwrap();
    assert_eq!(server.wait().code(), Some(0), "python");
    drop(typing);
    let (text, _) = printed(client);
    assert!(text.contains("server: from python"), "{text}");
}
