//! Whether to use colour: decided once, for the whole program.

use std::env;
use std::io::IsTerminal;

/// What the learner asked for on the command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// Colour at a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Colour, wherever the output goes.
    Always,
    /// No colour.
    Never,
}

/// Decides whether standard output is coloured, and tells `colored`.
///
/// The flag goes before `NO_COLOR`, which goes before `CLICOLOR_FORCE`, which
/// goes before what standard output is. An empty variable counts as unset.
pub fn decide(choice: ColorChoice) -> bool {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let colour = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => from_environment(
            set("NO_COLOR").is_some(),
            set("CLICOLOR_FORCE").is_some_and(|value| value != "0"),
            std::io::stdout().is_terminal()
                && env::var_os("TERM").is_none_or(|term| term != "dumb"),
        ),
    };
    colored::control::set_override(colour);
    colour
}

fn from_environment(no_color: bool, force: bool, terminal: bool) -> bool {
    !no_color && (force || terminal)
}

#[cfg(test)]
mod tests {
    use super::from_environment;

    #[test]
    fn no_color_goes_before_force_and_force_before_the_terminal() {
        assert!(!from_environment(true, true, true));
        assert!(from_environment(false, true, false));
        assert!(from_environment(false, false, true));
        assert!(!from_environment(false, false, false));
    }
}
