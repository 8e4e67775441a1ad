//! What the page shows of what the learner did: the diary, and nothing else.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::server::{Server, small_book};
use crate::workspace::{lesson, output};

fn asked(server: &Server, path: &str) -> Value {
    let answer = server.get(path);
    assert_eq!(answer.status(), 200, "{path}\n{}", answer.0);
    serde_json::from_str(answer.body()).unwrap()
}

#[test]
fn a_prediction_made_in_a_lesson_is_seen_on_the_page() {
    let book = small_book();
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().to_str().unwrap();
    let variables = [(kit::diary::VARIABLE, folder)];
    let server = Server::under(book.path(), &["--port", "0"], &variables);
    let before = asked(&server, "/live/progress");
    assert_eq!(before["predictions"], json!([]));
    assert_eq!(before["kept"], true);
    let open = |exercise: &Value| exercise["state"] == "open";
    assert!(before["exercises"].as_array().unwrap().iter().all(open));

    let predict = |key: &str| {
        let mut run = Command::new(lesson("udp"));
        run.args(["--format", "json", "echo"]);
        let run = output(run.env(kit::diary::VARIABLE, folder), &format!("{key}\n"));
        assert!(run.status.success(), "{run:?}");
    };
    predict("1");
    predict("carried");
    let after = asked(&server, "/live/progress");
    let [last] = &after["predictions"].as_array().unwrap()[..] else {
        panic!("{after}");
    };
    assert_eq!(
        (&last["lesson"], &last["experiment"]),
        (&json!("udp"), &json!("echo"))
    );
    assert_eq!(last["predicted"], "carried");
    assert_eq!(last["happened"], "carried");
    assert!(last["at"].as_u64().unwrap() > 1_700_000_000_000);

    // What is torn or of another version is told, and hides nothing else.
    let diary = kept.path().join("diary.jsonl");
    let text = fs::read_to_string(&diary).unwrap();
    fs::write(&diary, format!("{text}{{\"v\":1,\"at")).unwrap();
    let torn = asked(&server, "/live/progress");
    assert_eq!(torn["predictions"], after["predictions"]);
    assert!(
        torn["complaint"].as_str().unwrap().contains("1 line"),
        "{torn}"
    );
    // A diary that cannot be read is an error in words, and no end of the page.
    fs::remove_file(&diary).unwrap();
    fs::create_dir(&diary).unwrap();
    let answer = server.get("/live/progress");
    assert_eq!(answer.status(), 500);
    assert!(answer.body().contains("cannot be read"), "{}", answer.0);
    assert_eq!(server.get("/").status(), 200);
}

#[test]
fn an_exercise_shows_its_file_its_rules_and_its_last_verdict() {
    let book = small_book();
    let kept = tempfile::tempdir().unwrap();
    let variables = [(kit::diary::VARIABLE, kept.path().to_str().unwrap())];
    let server = Server::under(book.path(), &["--port", "0"], &variables);
    let exercise = asked(&server, "/live/exercise?name=udp-echo");
    assert_eq!(exercise["file"], "lessons/udp/exercises/udp-echo.rs");
    assert!(
        exercise["rules"].as_array().unwrap().len() > 2,
        "{exercise}"
    );
    assert_eq!(exercise["state"], "open");
    assert_eq!(exercise["last"], Value::Null);

    let diary = kit::diary::Diary::in_folder(kept.path());
    let verdict = |passed| kit::diary::Deed::Verdict {
        exercise: "udp-echo".into(),
        passed,
        seed: 7,
        rules: Vec::new(),
        failed: None,
        command: None,
    };
    diary.add(verdict(false)).unwrap();
    let exercise = asked(&server, "/live/exercise?name=udp-echo");
    assert_eq!(exercise["state"], "failed");
    assert_eq!(exercise["last"]["passed"], false);
    assert_eq!(exercise["last"]["seed"], 7);
    diary.add(verdict(true)).unwrap();
    let exercise = asked(&server, "/live/exercise?name=udp-echo");
    assert_eq!(
        (&exercise["state"], &exercise["last"]["passed"]),
        (&json!("passed"), &json!(true))
    );
    let begun_again = kit::diary::Deed::Reset {
        exercise: "udp-echo".into(),
        copy: "udp-echo.1.rs".into(),
    };
    diary.add(begun_again).unwrap();
    let exercise = asked(&server, "/live/exercise?name=udp-echo");
    assert_eq!(
        (&exercise["state"], &exercise["last"]),
        (&json!("open"), &Value::Null)
    );

    for query in [
        "",
        "?name=",
        "?name=udp",
        "?name=../../book.toml",
        "?nam=udp-echo",
        "?name=%00",
    ] {
        let answer = server.get(&format!("/live/exercise{query}"));
        assert_eq!(answer.status(), 404, "{query}");
    }
}
