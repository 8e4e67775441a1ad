//! End-to-end tests: what holds the design together.
//!
//! `BLESS=1 cargo test --workspace` re-makes the recordings of the book.

mod book;
mod lessons;
mod mask;
mod recordings;
mod terminal;
mod tools;
mod workspace;
