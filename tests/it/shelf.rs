//! Lessons are built ahead of their use, and again when they are edited.

use std::fs;

use serde_json::json;
use tempfile::TempDir;

use crate::server::{Server, edit, small_book};

/// A lesson that compiles in an instant, and tells a word of its own.
const LESSON: &str = r##"// ANCHOR: one
const WORD: &str = "first";
// ANCHOR_END: one
fn main() {
    if std::env::args().any(|one| one == "--list") {
        println!(r#"{{"event":"lesson","name":"udp","title":"","page":"","experiments":[{{"name":"echo","about":""}}]}}"#);
    } else {
        println!(r#"{{"event":"question","text":"","options":[]}}"#);
        println!(r#"{{"event":"said","word":"{WORD}"}}"#);
    }
}
"##;

fn book_with_sources() -> TempDir {
    let book = small_book();
    let write = |name: &str, text: &str| {
        let file = book.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let workspace = "[workspace]\nmembers = [\"lessons/*\"]\nresolver = \"3\"\n";
    write("Cargo.toml", workspace);
    for name in ["udp", "closing"] {
        let package = format!("[package]\nname = \"lesson-{name}\"\nedition = \"2024\"\n");
        write(&format!("lessons/{name}/Cargo.toml"), &package);
        write(&format!("lessons/{name}/src/main.rs"), LESSON);
    }
    book
}

fn state(server: &Server, lesson: &str) -> String {
    let state = server.live()["lessons"][lesson]["state"].clone();
    state.as_str().unwrap_or_default().to_owned()
}

fn run(server: &Server) -> (u16, String) {
    let asked = json!({ "lesson": "udp", "experiment": "echo", "answer": "", "hold": false });
    let answer = server.post("/live/run", &asked.to_string());
    (answer.status(), answer.0)
}

#[test]
fn lessons_are_built_ahead_and_again_when_they_are_edited() {
    let book = book_with_sources();
    let root = book.path();
    let server = Server::of(root);
    let ready = |server: &Server| state(server, "udp") == "ready";
    server.until("udp is built", ready);
    server.until("closing is built", |server| {
        state(server, "closing") == "ready"
    });
    let (status, answer) = run(&server);
    assert!(
        status == 200 && answer.contains(r#""word":"first""#),
        "{answer}"
    );

    edit(root, "lessons/udp/src/main.rs", |text| {
        text.replace("first", "second")
    });
    // While it is built nothing is run; then what was edited is.
    server.until("the edit runs", |server| {
        let (status, answer) = run(server);
        assert!([200, 409].contains(&status), "{answer}");
        answer.contains(r#""word":"second""#)
    });

    edit(root, "lessons/udp/src/main.rs", |text| {
        text.replace("fn main() {", "fn main() {\n    nonsense(\"\u{202e}\");")
    });
    server.until("the mistake", |server| state(server, "udp") == "broken");
    let words = server.live()["lessons"]["udp"]["words"].clone();
    let words = words.as_str().unwrap();
    assert!(words.contains("cannot find function `nonsense`"), "{words}");
    assert!(words.contains("lessons/udp/src/main.rs:5"), "{words}");
    assert!(!words.contains('\u{202e}'), "{words}");
    assert_eq!(run(&server).0, 409);
    assert_eq!(state(&server, "closing"), "ready");
    let said = |server: &Server| server.said().contains("lesson-udp is not ready");
    server.until("words in the terminal", said);

    edit(root, "lessons/udp/src/main.rs", |text| {
        text.replace("nonsense(\"\u{202e}\")", "drop(WORD)")
    });
    server.until("the repair", ready);
    assert_eq!(run(&server).0, 200);
}

#[test]
fn a_lesson_that_does_not_say_what_it_has_is_not_run() {
    let book = book_with_sources();
    edit(book.path(), "lessons/udp/src/main.rs", |text| {
        text.replace("--list", "--lost")
    });
    let server = Server::of(book.path());
    server.until("udp is built", |server| state(server, "udp") == "broken");
    let words = server.live()["lessons"]["udp"]["words"].to_string();
    assert!(words.contains("does not name its experiments"), "{words}");
    assert_eq!(run(&server).0, 409);
}

#[test]
fn without_cargo_the_page_says_so_and_is_served_all_the_same() {
    let book = book_with_sources();
    let nowhere = [("CARGO", "/nonexistent/cargo")];
    let server = Server::under(book.path(), &["--port", "0"], &nowhere);
    server.until("udp is given up", |server| state(server, "udp") == "broken");
    let words = server.live()["lessons"]["udp"]["words"].to_string();
    assert!(words.contains("cargo is not on this machine"), "{words}");
    assert_eq!(server.get("/udp.html").status(), 200);
    assert_eq!(run(&server).0, 409);
}

#[test]
fn lessons_as_they_are_built_need_no_cargo() {
    let book = book_with_sources();
    let nowhere = [("CARGO", "/nonexistent/cargo")];
    let options = ["--port", "0", "--no-build"];
    let server = Server::under(book.path(), &options, &nowhere);
    assert_eq!(state(&server, "udp"), "broken");
    let words = server.live()["lessons"]["udp"]["words"].to_string();
    assert!(words.contains("cargo build -p lesson-udp"), "{words}");
}

#[cfg(unix)]
#[test]
fn all_sources_are_fetched_at_the_start_and_what_is_lacking_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let book = book_with_sources();
    let root = book.path();
    fs::write(root.join("Cargo.lock"), "").unwrap();
    let cargo = root.join("cargo");
    let script = "#!/bin/sh\n[ \"$1\" = fetch ] && echo \"$@\" > fetched\n\
                  [ \"$1\" != fetch ] || test -e internet\n";
    fs::write(&cargo, script).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    let cargo = [("CARGO", cargo.to_str().unwrap())];

    for internet in [false, true] {
        if internet {
            fs::write(root.join("internet"), "").unwrap();
        }
        let server = Server::under(root, &["--port", "0"], &cargo);
        // What is built comes after what is fetched.
        server.until("a lesson is tried", |server| {
            state(server, "udp") == "broken"
        });
        let fetched = fs::read_to_string(root.join("fetched")).unwrap();
        assert!(fetched.starts_with("fetch --locked"), "{fetched}");
        let says_so = |server: &Server| server.said().contains("cargo fetch --locked");
        match internet {
            true => assert!(!says_so(&server), "{}", server.said()),
            false => server.until("what is lacking is said", says_so),
        }
    }
}
