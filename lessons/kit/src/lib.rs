//! How a lesson speaks: events, predictions, terminal and JSON Lines.
//!
//! A lesson is a list of [`Experiment`]s given to [`teach()`].
//! Each experiment asks a question, runs real calls, tells what it does
//! through a [`Narrator`], and returns the [`Outcome`] that the kernel chose.
//! `kit` turns that into one stream of [`Event`]s, for a terminal or for a
//! program. It opens no socket and starts no thread.

mod arguments;
mod ask;
pub mod belief;
mod capture;
mod color;
pub mod diary;
mod errno;
mod escape;
mod event;
mod hold;
mod ladder;
mod lesson;
mod limit;
mod narrator;
mod output;
mod root;
mod teach;
mod terminal;
mod words;

pub use belief::Belief;
pub use capture::{capture, capture_is_lost};
pub use color::{ColorChoice, decide as decide_color};
pub use errno::describe as describe_error;
pub use escape::{grouped, quoted, visible};
pub use event::{
    At, Event, Line, Listed, Offered, Packet, Sequence, Status, VERSION,
};
pub use hold::{Becomes, Decision, holding};
pub use ladder::Ladder;
pub use lesson::{Choice, Experiment, Lesson, Outcome};
pub use limit::open_files;
pub use narrator::Narrator;
pub use output::{
    Format, Output, WIDTH, columns, draws, print, try_print, width,
};
pub use teach::{LEFT, teach, teach_beside};
pub use terminal::Terminal;
pub use words::{list, list_quoted, yes_or_no};
