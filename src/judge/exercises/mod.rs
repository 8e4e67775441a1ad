//! The exercises, one a file: rules, checks, beliefs and hints.

pub mod chat_client;
pub mod chat_server;
pub mod udp_echo;
