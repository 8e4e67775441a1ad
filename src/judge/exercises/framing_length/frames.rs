//! Messages with their length in front.

/// A message with its length in front, most significant byte first.
pub fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("our messages are short");
    [&length.to_be_bytes()[..], body].concat()
}

/// The answer to a message: its bytes backwards, with their length in front.
pub fn answer(body: &[u8]) -> Vec<u8> {
    let mut answer = frame(body);
    answer[4..].reverse();
    answer
}

/// The bodies of these frames, if they are frames from first to last.
pub fn answers_in(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        found.push(body);
        bytes = rest;
    }
    Some(found)
}

/// The bytes without their order.
pub fn sorted(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.sort_unstable();
    bytes
}
