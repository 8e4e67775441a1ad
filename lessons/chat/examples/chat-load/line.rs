//! A line that says who sent it, which one it is, and when.

/// The mark, four hex digits of sender, eight of number, sixteen of time.
pub const SHORTEST: usize = 2 + 4 + 8 + 16 + 1;

/// A line that arrived as it was sent.
pub struct Arrived {
    pub sender: usize,
    pub number: u64,
    pub nanos: u64,
}

/// `size` bytes with the newline; `nanos` since the program began.
pub fn written(sender: usize, number: u64, nanos: u64, size: usize) -> Vec<u8> {
    let mut line =
        format!("@@{sender:04x}{number:08x}{nanos:016x}").into_bytes();
    line.resize(size - 1, b'.');
    line.push(b'\n');
    line
}

/// What a line says, wherever in `line` it begins; `None` if there is no mark
/// in it, `Some(None)` if it is not as it was sent.
pub fn read(line: &[u8], size: usize) -> Option<Option<Arrived>> {
    let start = line.windows(2).position(|two| two == b"@@")?;
    Some(whole(&line[start..], size))
}

fn whole(line: &[u8], size: usize) -> Option<Arrived> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let padding = line.get(SHORTEST - 1..)?;
    if line.len() != size - 1 || padding.iter().any(|&byte| byte != b'.') {
        return None;
    }
    let hex = |from: usize, to: usize| {
        u64::from_str_radix(str::from_utf8(&line[from..to]).ok()?, 16).ok()
    };
    Some(Arrived {
        sender: hex(2, 6)? as usize,
        number: hex(6, 14)?,
        nanos: hex(14, 30)?,
    })
}
