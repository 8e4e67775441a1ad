//! The exercises, one a file: rules, checks, beliefs and hints.

pub mod handshake_probe;
pub mod multicast_listen;
pub mod threading_serve;
pub mod threading_stop;
pub mod udp_echo;
