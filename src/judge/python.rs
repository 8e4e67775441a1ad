//! What learners who write Python are told in their own language.

use kit::diary::{Deed, Entry};

use super::Exercise;

/// The last hint of each exercise, nearly the answer.
const LAST_HINTS: &[(&str, &str)] = &[
    (
        "sockets-get",
        r"
    s.sendall(b'get\n')
    while data := s.recv(4096):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
An exception that nobody catches ends the program with status 1.",
    ),
    (
        "stream-echo",
        r"
    while True:
        client, _ = listener.accept()
        try:
            while data := client.recv(4096):
                client.sendall(data)
        except OSError:
            pass
        finally:
            client.close()
The try is inside the outer loop.",
    ),
    (
        "stream-lines",
        r"
    kept = b''
    while data := client.recv(4096):
        kept += data
        while b'\n' in kept:
            line, kept = kept.split(b'\n', 1)
            # send str(len(line)).encode() + b'\n'
If len(line) or len(kept) is more than 65,536: close. At the end, kept is a last line if it is not empty. An OSError ends this client only.",
    ),
    (
        "framing-length",
        r"
Write exactly(sock, n), which calls `recv(n - len(got))` until it has n bytes, and raises EOFError if recv returns b''. Then loop:
    length = int.from_bytes(exactly(sock, 4), 'big')
    # above 1,048,576: close
    body = exactly(sock, length)
    sock.sendall(length.to_bytes(4, 'big') + body[::-1])
An error ends this client only.",
    ),
    (
        "handshake-probe",
        r"
Parse all arguments first, and sys.exit(2) if one is no address. Then `ThreadPoolExecutor(len(addresses)).map(knock, addresses)`, which keeps the order:
    def knock(address):
        try:
            socket.create_connection(address, timeout=2).close()
            return 'open'
        except ConnectionRefusedError:
            return 'refused'
        except OSError:
            return 'silent'",
    ),
    (
        "closing-upload",
        r"
    s.sendall(open(file, 'rb').read())
    s.shutdown(socket.SHUT_WR)
    answer = b''.join(iter(lambda: s.recv(4096), b''))
    if not answer.endswith(b'\n'):
        sys.exit('the answer is not whole')
    sys.stdout.buffer.write(answer)
An exception that nobody catches ends the program with status 1.",
    ),
    (
        "udp-echo",
        r"
    while True:
        data, peer = s.recvfrom(65507)
        s.sendto(data, peer)
Nothing is decoded, and b'' is a datagram like any other.",
    ),
    (
        "udp-ask",
        r"
    for _ in range(5):
        s.send(datagram)
        deadline = time.monotonic() + 0.1
        while (left := deadline - time.monotonic()) > 0:
            s.settimeout(left)
            try:
                answer = s.recv(65535)
            except TimeoutError:
                break
            # return the answer if its number is the right one
Then fail. `s.connect(server)` keeps strangers out.",
    ),
    (
        "udp-file",
        r"
    def deliver(s, number, data):
        for _ in range(5):
            s.send(number.to_bytes(4, 'big') + data)
            # until a deadline in 0.1 s: if exactly
            # number.to_bytes(4, 'big') comes, return
        raise TimeoutError
main: read up to 1,024 bytes in binary, deliver them as 0, 1, 2, and so on; when read returns b'', deliver that, too.",
    ),
    (
        "multicast-listen",
        r"
    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    s.bind((group, port))
    both = socket.inet_aton(group) + socket.inet_aton(interface)
    s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, both)
A thread reads lines of sys.stdin until `quit` or the end, and then calls os._exit(0).",
    ),
    (
        "threading-serve",
        r"
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()
serve, where upper of bytes changes a to z only:
    for line in client.makefile('rb'):
        client.sendall(line.upper())
An OSError there is a return.",
    ),
    (
        "threading-stop",
        "Keep each client in a list, under a Lock. When sys.stdin has ended: set a flag, listener.shutdown(SHUT_RDWR) so that accept returns with an error, close the listener, client.shutdown(SHUT_RD) for each client, join all threads, and return.",
    ),
    (
        "chat-server",
        "One thread with selectors: every socket non-blocking, and for each client a bytearray of what came and one of what is to go. send takes what it can; register EVENT_WRITE while something is left, and let go who has more than 1 MiB of it, or who has taken nothing or said no name for 4 seconds. When accept fails, pause it. `signal.signal(SIGTERM, lambda *_: None)`, the same for SIGINT, and signal.set_wakeup_fd make each signal one more thing to read.",
    ),
    (
        "chat-client",
        "A thread: read from the socket, cut at b'\\n', at most 64 KiB, make it harmless, write and flush; at the end, os._exit(0) if leaving, else say `* The server is gone` and os._exit(1). main: `for line in sys.stdin.buffer`: sendall it, with b'\\n' at its end; then `leaving = True`, s.shutdown(SHUT_WR), and join the thread.",
    ),
];

/// The last hint of the exercise in the words of Python.
pub fn last_hint(exercise: &Exercise) -> Option<&'static str> {
    let found = LAST_HINTS.iter().find(|(name, _)| *name == exercise.name);
    found.map(|(_, hint)| *hint)
}

/// Whether the last program that was judged by this exercise was in Python.
pub fn was_judged(entries: &[Entry], name: &str) -> bool {
    let last = entries.iter().rev().find_map(|entry| match &entry.deed {
        Deed::Verdict {
            exercise, command, ..
        } if exercise == name => Some(command.as_deref()),
        _ => None,
    });
    last.flatten().is_some_and(is_python)
}

/// Whether a command line starts Python: `python3 my_echo.py`, `./echo.py`.
pub fn is_python(command: &str) -> bool {
    let word = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word);
        name.starts_with("python") || name.ends_with(".py")
    };
    command.split_whitespace().any(word)
}

#[cfg(test)]
mod tests {
    use super::{is_python, last_hint};
    use crate::judge::EXERCISES;

    #[test]
    fn every_exercise_has_its_last_hint_in_python() {
        for exercise in EXERCISES {
            assert!(last_hint(exercise).is_some(), "{}", exercise.name);
        }
    }

    #[test]
    fn a_command_is_known_for_python_by_its_words() {
        for command in [
            "python3 my_echo.py",
            "/usr/bin/python3.12 -u x",
            "./echo.py",
        ] {
            assert!(is_python(command), "{command}");
        }
        for command in ["node echo.js", "./pythonic/echo", "java Echo"] {
            assert!(!is_python(command), "{command}");
        }
    }
}
