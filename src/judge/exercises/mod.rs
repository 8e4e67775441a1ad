//! The exercises, one a file: rules, checks, beliefs and hints.

pub mod chat_client;
pub mod chat_server;
pub mod closing_upload;
pub mod framing_length;
pub mod handshake_probe;
pub mod multicast_listen;
pub mod sockets_get;
pub mod stream_echo;
pub mod stream_lines;
pub mod threading_serve;
pub mod threading_stop;
pub mod udp_ask;
pub mod udp_echo;
pub mod udp_file;
