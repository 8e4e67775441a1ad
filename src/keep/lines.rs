//! Bytes cut into lines, none of them too long.

/// The lines of one stream.
pub struct Lines {
    /// How much of a line is kept.
    room: usize,
    line: Vec<u8>,
    begun: bool,
}

impl Lines {
    pub fn new(room: usize) -> Lines {
        let (line, begun) = (Vec::new(), false);
        Lines { room, line, begun }
    }

    /// Takes what was read, and gives each line that it ends, without its end.
    pub fn take(&mut self, bytes: &[u8], mut each: impl FnMut(Vec<u8>)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let room = self.room - self.line.len();
            self.line.extend(&text[..text.len().min(room)]);
            self.begun = true;
            if text.len() < piece.len() {
                each(std::mem::take(&mut self.line));
                self.begun = false;
            }
        }
    }

    /// What follows the last end of a line, if anything does.
    pub fn unfinished(&self) -> Option<&[u8]> {
        self.begun.then_some(&self.line)
    }

    /// Forgets what was not finished.
    pub fn forget(&mut self) {
        self.line.clear();
        self.begun = false;
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn lines(room: usize, chunks: &[&str]) -> (Vec<String>, Option<String>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (mut lines, mut all) = (Lines::new(room), Vec::new());
        for chunk in chunks {
            lines.take(chunk.as_bytes(), |line| all.push(text(&line)));
        }
        (all, lines.unfinished().map(text))
    }

    #[test]
    fn a_line_is_the_same_however_its_bytes_arrive() {
        let whole = (vec!["ab".into(), "".into(), "c".into()], Some("de".into()));
        assert_eq!(lines(9, &["ab\n\nc\nde"]), whole);
        assert_eq!(lines(9, &["a", "b", "\n", "\n", "c", "\nd", "e"]), whole);
        assert_eq!(lines(9, &["ab\n"]), (vec!["ab".into()], None));
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_not() {
        let cut = (vec!["abc".into(), "xyz".into()], Some("123".into()));
        assert_eq!(lines(3, &["abcdef\nxyz\n12345"]), cut);
        assert_eq!(lines(3, &["ab", "cd", "ef\nxyz\n1", "2345"]), cut);
    }
}
