//! A text can be a command to the terminal that shows it.
//!
//! ada sends a line that clears a screen and sets the title of a window.
//!
//!     cargo run -p lesson-chat -- escape

use crate::guest::{Guest, enter, hear, say, start, start_full};
use crate::step3;
use kit::{Choice, Experiment, Narrator, Outcome};
use std::io;

/// Settled by whether the byte 0x1b is in what bob gets.
pub const EXPERIMENT: Experiment = Experiment {
    name: "escape",
    about: "A line that is a command to a terminal.",
    file: file!(),
    question: "ada's line is no text: it begins with the byte 0x1b, by \
        which a terminal knows a command, and says \"clear the screen\". \
        Step 3 and the full chat pass it on. What gets through to bob?",
    choices: &[
        Choice::new(
            "neither",
            "Text only: a command works only where it is typed",
        ),
        Choice::new(
            "step3",
            "The command from step 3; harmless text from step 5",
        ),
        Choice::new("both", "The command from both: a server passes on bytes"),
    ],
    run,
};

/// ESC [ 2 J clears the screen; ESC ] 0 ; ... BEL sets the window's title.
const LINE: &str = "\u{1b}[2J\u{1b}]0;pay ada\u{7}h\u{e9}";

// ANCHOR: escape
fn run(me: &mut Narrator) -> io::Result<Outcome> {
    let address = start(step3::serve)?;
    let (bob, ada) = (enter(address, "bob")?, enter(address, "ada")?);
    me.sends("ada", LINE.as_bytes(), address);
    let of_step3 = passed_on(ada, bob)?;
    let bytes = of_step3.iter().filter(|&&byte| byte == 0x1b).count();
    me.does("bob", format!("gets 0x1b {bytes} times"));

    let (address, _stop) = start_full()?;
    let (bob, ada) = (enter(address, "bob")?, enter(address, "ada")?);
    me.sends("ada", LINE.as_bytes(), address);
    let of_the_hub = passed_on(ada, bob)?;
    let text = String::from_utf8_lossy(&of_the_hub);
    me.does("bob", format!("gets {}", text.trim_end()));

    // A letter that is not English is no control character and stays.
    let kept = text.trim_end().ends_with('\u{e9}');
    let evidence = format!("0x1b {bytes} times; then {}", text.trim_end());
    Ok(match (bytes, of_the_hub.contains(&0x1b)) {
        (0, false) => Outcome::chose("neither", evidence),
        (1.., false) if kept => Outcome::chose("step3", evidence),
        (1.., true) => Outcome::chose("both", kit::visible(&evidence)),
        _ => Outcome::unlisted(kit::visible(&evidence)),
    })
}

/// What bob gets of ada's line.
fn passed_on(ada: Guest, mut bob: Guest) -> io::Result<Vec<u8>> {
    say(&ada, LINE)?;
    loop {
        let line = hear(&mut bob)?;
        if !line.starts_with(b"* ") {
            return Ok(line);
        }
    }
}
// ANCHOR_END: escape
