//! What is told of a run, for as long as somebody reads it.

use std::io::ErrorKind;

use kit::{Event, Format, Ladder, Output};

use crate::cli::WireArgs;
use crate::cmd::complain;

/// Standard output, whose end is the end of the run, but not of what the run
/// has to keep.
pub struct Voice {
    format: Format,
    output: Output,
    /// Nobody reads any more, and with which status that ends.
    pub unheard: Option<u8>,
}

impl Voice {
    pub fn new(args: &WireArgs) -> Voice {
        let ladder = Ladder {
            ascii: args.ascii || !kit::draws(),
            width: kit::width(),
        };
        Voice {
            format: args.format,
            output: Output::new(args.format, ladder),
            unheard: None,
        }
    }

    pub fn tell(&mut self, event: Event) {
        let text = self.output.render(event);
        self.print(&text);
    }

    /// A line that is no event: with JSON, or if nobody reads any more, it goes
    /// to standard error.
    pub fn note(&mut self, text: &str) {
        match self.format {
            Format::Text if self.unheard.is_none() => self.print(&format!("{text}\n")),
            _ => complain(text),
        }
    }

    pub fn print(&mut self, text: &str) {
        if self.unheard.is_some() {
            return;
        }
        if let Err(error) = kit::try_print(text) {
            // The reader has seen enough, as in `workbook wire ... | head`.
            let enough = error.kind() == ErrorKind::BrokenPipe;
            self.unheard = Some(if enough { 0 } else { 2 });
            complain(&match enough {
                true => "nobody reads the output any more, so the run ends here".into(),
                false => format!("cannot write the output: {}", kit::describe_error(&error)),
            });
        }
    }
}
