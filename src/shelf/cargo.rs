//! One lesson through the compiler.

use std::io::ErrorKind;
use std::process::Stdio;

use crate::place::Place;

/// How much of the compiler's words is kept: the first mistakes are enough.
const WORDS_BYTES: usize = 4 * 1024;

/// Builds a lesson as `cargo run -p lesson-NAME` would, so that this is
/// compiled once for both; else says why not.
pub fn build(place: &Place, lesson: &str) -> Result<(), String> {
    let mut cargo = place.cargo();
    cargo
        .args([
            "build",
            "--quiet",
            "--color",
            "never",
            "--bins",
            "--package",
        ])
        .arg(format!("lesson-{lesson}"))
        .arg("--target-dir")
        .arg(&place.target)
        .stdin(Stdio::null());
    match cargo.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(shown(&String::from_utf8_lossy(&output.stderr))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("cargo is not on this machine, so no lesson can be built; \
             the page shows the recorded runs."
                .to_owned())
        }
        Err(error) => Err(format!("cannot start cargo: {error}")),
    }
}

/// Words of the compiler, which quote what a learner typed: no control
/// character but the end of a line, and not without end.
fn shown(words: &str) -> String {
    let mut shown = String::new();
    for line in words.trim().lines() {
        let line = kit::visible(line);
        if shown.len() + line.len() > WORDS_BYTES {
            shown.push_str("... and more\n");
            break;
        }
        shown.push_str(&line);
        shown.push('\n');
    }
    match shown.is_empty() {
        true => "cargo gave no reason.\n".to_owned(),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_compiler_are_harmless_and_bounded() {
        let words = shown("error: \u{1b}[31mred\u{202e}\n  --> a\n");
        assert_eq!(words, "error: \\u{1b}[31mred\\u{202e}\n  --> a\n");
        let many = shown(&"error: one of very many\n".repeat(1000));
        assert!(many.len() < WORDS_BYTES + 20, "{}", many.len());
        assert!(many.ends_with("... and more\n"));
        assert!(shown(&"x".repeat(100_000)).len() < WORDS_BYTES);
    }
}
