//! What is special about some commands of the pages.

/// Commands that do nothing alone, or go on until they are stopped: they run
/// one after the other, in several terminals as it were, in a network of their
/// own. Behind a command stands how to see that it is up, if it goes on.
pub const SCENES: &[&[(&str, &str)]] = &[
    &[("cargo run", "says http://127.0.0.1:")],
    &[("cargo run -- --port 4801", "says http://127.0.0.1:")],
    &[("WORKBOOK_STATE=off cargo run", "says http://127.0.0.1:")],
    &[("cargo run -- watch", "says 'Save the file'")],
    &[("cargo run -- watch udp-echo", "says 'Save the file'")],
    &[(
        "WORKBOOK_STATE=off cargo run -- watch udp-echo",
        "says 'Save the file'",
    )],
    &[("cargo run -- watch threading-serve", "says 'Save the file'")],
    &[
        ("cargo run -p lesson-chat -- server", "listens 12345"),
        (
            "echo 'a line from a script' | cargo run -q -p lesson-chat -- client --name robot",
            "",
        ),
        ("cargo run -p lesson-chat -- client --name ada", ""),
        ("nc 127.0.0.1 12345", "says 'Your name'"),
        ("ss -tn sport = :12345", ""),
    ],
    &[
        (
            "cargo run -p lesson-chat -- server 0.0.0.0:12345",
            "listens 12345",
        ),
        (
            "cargo run -p lesson-chat -- client 192.168.1.20:12345 --name ada",
            "",
        ),
    ],
    &[(
        "strace -f -e trace=sendto,recvfrom -s 200 target/debug/lesson-chat server",
        "listens 12345",
    )],
    &[(
        "cargo run -p lesson-chat -- server 127.0.0.1:5001",
        "listens 5001",
    )],
    &[
        ("cargo run -p lesson-chat -- step1 server", "listens 12345"),
        ("cargo run -p lesson-chat -- step1 client", ""),
    ],
    &[
        ("cargo run -p lesson-chat -- step2 server", "listens 12345"),
        ("nc 127.0.0.1 12345", "kill -0 $job"),
    ],
    &[
        ("target/release/lesson-chat server --quiet", "listens 12345"),
        (
            "target/release/examples/chat-load --clients 1000 --senders 1 --window 1",
            "",
        ),
    ],
    &[("cargo run -p lesson-chat -- step3 server", "listens 12345")],
    &[("cargo run -p lesson-chat -- step4 server", "listens 12345")],
    &[(
        "cargo run -p lesson-chat -- server --max-clients 10",
        "listens 12345",
    )],
    &[(
        "cargo run --release -p lesson-chat --example chat-epoll -- 127.0.0.1:0",
        "says 127.0.0.1:",
    )],
    &[(
        "cargo run -- wire --a 'nc -l 7777' --b 'nc 10.0.0.1 7777' --hold --pcap talk.pcapng",
        "says 'SYN, ACK'",
    )],
    &[
        (
            "cargo run -- wire --a 'python3 book/on-the-wire/answer.py' --b 'python3 book/on-the-wire/ask.py' --drop every=3 --pcap talk.pcapng",
            "",
        ),
        (
            "tshark -r talk.pcapng -T fields -e frame.number -e frame.interface_name -e udp.length -e frame.comment",
            "",
        ),
    ],
    &[
        ("ncat --chat -l 127.0.0.1 5000 -m 200", "listens 5000"),
        (
            "target/release/examples/chat-load 127.0.0.1:5000 --nameless",
            "",
        ),
    ],
    &[
        ("nc -l 127.0.0.1 4242", "listens 4242"),
        ("echo hello | nc -N 127.0.0.1 4242", ""),
    ],
    &[
        ("nc -l 127.0.0.1 4242", "listens 4242"),
        (
            "(printf 'half a li'; sleep 2; printf 'ne\\n') | nc 127.0.0.1 4242",
            "grep -q '^half a line' said.2",
        ),
    ],
    &[
        ("nc -l 127.0.0.1 4242", "listens 4242"),
        (
            "printf '\\377\\377\\377\\377' | nc 127.0.0.1 4242",
            "kill -0 $job",
        ),
    ],
    &[
        ("nc -u -l 127.0.0.1 4242", "listens 4242"),
        ("echo hello | nc -u -w 1 127.0.0.1 4242", ""),
        ("ss -uanm 'sport = :4242'", ""),
    ],
    &[
        ("nc -l 127.0.0.1 4242 | sleep 60", "listens 4242"),
        (
            "nc 127.0.0.1 4242 < /dev/zero",
            "[ -n \"$(ss -Htn 'sport = :4242')\" ]",
        ),
        ("ss -tn 'sport = :4242 or dport = :4242'", ""),
        ("ss -tln 'sport = :4242'", ""),
    ],
    &[
        ("sudo tcpdump -n -i lo 'udp or icmp'", "says 'listening on'"),
        ("cargo run -p lesson-udp -- nobody-home", ""),
    ],
    &[
        ("sudo tcpdump -n -ttt -i lo tcp", "says 'listening on'"),
        ("cargo run -p lesson-framing -- two-writes", ""),
    ],
    &[
        (
            "sudo tcpdump -n -i lo 'tcp and greater 67'",
            "says 'listening on'",
        ),
        ("cargo run -p lesson-stream -- nodelay", ""),
    ],
    &[
        (
            "sudo tcpdump -n -i lo 'net 127.128.0.0/10'",
            "says 'listening on'",
        ),
        ("sudo target/debug/lesson-types handcrafted --no-input", ""),
    ],
    &[
        (
            "sudo tcpdump -n -S -i lo 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'",
            "says 'listening on'",
        ),
        ("nc -v 127.0.0.1 9", ""),
        ("strace -f -e trace=network nc -z -v 127.0.0.1 9", ""),
    ],
    &[(
        "sudo tcpdump -n -i lo 'tcp port 4242 and (tcp[tcpflags] & (tcp-fin|tcp-rst) != 0)'",
        "says 'listening on'",
    )],
    &[("sudo tcpdump -n -v -i any igmp", "says 'listening on'")],
    &[
        // The experiment to look at is behind it, and most are still to come.
        ("cargo run -p lesson-threading", "says '^both-ways'"),
        ("ps -L -o tid,stat,wchan:24,comm -C lesson-threading", ""),
    ],
    &[(
        "python3 book/find-the-fault/waiting_room.py",
        "says 127.0.0.1",
    )],
];

/// What no test can type, and why. Each begins at least one command.
pub const NOT_RUN: &[(&str, &str)] = &[
    ("cargo test ", "it would run this test again"),
    (
        "BLESS=1 cargo test ",
        "the same, and it rewrites what is compared",
    ),
    ("JUDGE_RUNS=50 cargo test ", "the same, for hours"),
    ("CHAT_KILL_SECONDS=60 cargo test ", "the same, for a minute"),
    ("cargo clippy ", "a step of .ci/run itself"),
    ("bash .ci/run", "it runs all tests, this one among them"),
    ("cargo install mdbook", "it needs the internet"),
    (
        "mdbook serve",
        "mdBook's own; its book is built in another test",
    ),
    ("git clone ", "it needs the internet"),
    ("cargo vendor ", "it needs the internet"),
    ("ssh -L ", "it needs a second machine"),
    ("for p in handed-in", "it needs a class"),
    ("grep -c '\"kept\":true' handed-in", "the same"),
    ("grep -h '\"lesson\":\"udp\",", "the same"),
    ("grep -h '\"entry\":\"prediction\"'", "the same"),
    ("cp .workbook/diary.jsonl ", "it needs a diary"),
    ("tail -q -n 1 handed-in", "the same"),
    ("cd tokio", "what the command before it fetches"),
    ("cargo run --release --example chat 127", "the same"),
    (
        "target/release/examples/chat-load 127.0.0.1:6142",
        "tokio's chat",
    ),
    ("target/release/examples/chat-compare ", "it takes minutes"),
    (
        "nc 127.0.0.1 PORT",
        "PORT stands for what a program printed",
    ),
    (
        "nc -C 127.0.0.1 PORT",
        "PORT stands for what a program printed",
    ),
    ("pkill ", "it would stop somebody else's program"),
    (
        "ls /proc/$(pgrep ",
        "in a script, pgrep finds the script as well",
    ),
];

/// What ends with another exit status than 0, as the page or the help says.
pub const ANOTHER_STATUS: &[(&str, i32)] = &[
    // Nobody listens at port 9, and that is what is to be seen.
    ("nc -v 127.0.0.1 9", 1),
    ("strace -f -e trace=network nc -z -v 127.0.0.1 9", 1),
    // Step 3 of the chat breaks a rule.
    (
        "cargo run -- check chat-server --cmd 'target/debug/lesson-chat step3 server'",
        1,
    ),
    // The experiment ends with EMFILE, and that is what is to be seen.
    (
        "(ulimit -n 8; target/debug/lesson-threading slow-client --no-input)",
        2,
    ),
    // A wrong program, to be shown.
    (
        "cargo run -- check udp-echo --cmd target/debug/examples/udp-echo--reply-to-first-peer",
        1,
    ),
    // It says which options it needs.
    ("cargo run -- wire", 2),
    // It has not passed.
    ("cargo run -- solution udp-echo", 1),
];
