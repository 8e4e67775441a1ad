//! Errors by the names that man pages use.

use std::io::{Error, ErrorKind};

/// The error as its man page names it: `ECONNREFUSED (Connection refused)`.
///
/// See errno(3). An error that did not come from the system, or that is not
/// in the table, is described in the words of the standard library.
pub fn describe(error: &Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words);
    match name(error) {
        Some(name) => format!("{name} ({words})"),
        None => match error.raw_os_error() {
            Some(number) => format!("error {number} ({words})"),
            None => words.to_string(),
        },
    }
}

fn name(error: &Error) -> Option<&'static str> {
    let number = error.raw_os_error()?;
    if cfg!(target_os = "linux") {
        return linux(number);
    }
    // Elsewhere the numbers differ, but the standard library knows the kinds.
    Some(match error.kind() {
        ErrorKind::AddrInUse => "EADDRINUSE",
        ErrorKind::AddrNotAvailable => "EADDRNOTAVAIL",
        ErrorKind::BrokenPipe => "EPIPE",
        ErrorKind::ConnectionRefused => "ECONNREFUSED",
        ErrorKind::ConnectionReset => "ECONNRESET",
        ErrorKind::NotConnected => "ENOTCONN",
        ErrorKind::TimedOut => "ETIMEDOUT",
        ErrorKind::WouldBlock => "EAGAIN",
        _ => return None,
    })
}

/// Numbers from Linux's asm-generic/errno.h.
fn linux(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "EPERM",
        2 => "ENOENT",
        4 => "EINTR",
        9 => "EBADF",
        11 => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        17 => "EEXIST",
        20 => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        28 => "ENOSPC",
        30 => "EROFS",
        32 => "EPIPE",
        71 => "EPROTO",
        88 => "ENOTSOCK",
        89 => "EDESTADDRREQ",
        90 => "EMSGSIZE",
        91 => "EPROTOTYPE",
        92 => "ENOPROTOOPT",
        93 => "EPROTONOSUPPORT",
        94 => "ESOCKTNOSUPPORT",
        95 => "EOPNOTSUPP",
        97 => "EAFNOSUPPORT",
        98 => "EADDRINUSE",
        99 => "EADDRNOTAVAIL",
        100 => "ENETDOWN",
        101 => "ENETUNREACH",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        106 => "EISCONN",
        107 => "ENOTCONN",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        113 => "EHOSTUNREACH",
        114 => "EALREADY",
        115 => "EINPROGRESS",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_system_error_has_its_name_and_its_words() {
        let refused = Error::from_raw_os_error(111);
        assert_eq!(describe(&refused), "ECONNREFUSED (Connection refused)");
    }

    #[test]
    fn an_error_of_our_own_has_its_words_only() {
        assert_eq!(describe(&Error::other("no luck")), "no luck");
    }
}
