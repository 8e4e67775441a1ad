//! The exercises, one a file: rules, checks, beliefs and hints.

pub mod closing_upload;
pub mod framing_length;
pub mod stream_echo;
pub mod stream_lines;
pub mod udp_echo;
