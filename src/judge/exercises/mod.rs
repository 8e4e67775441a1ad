//! The exercises, one a file: rules, checks, beliefs and hints.

pub mod udp_echo;
