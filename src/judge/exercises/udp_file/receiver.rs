//! The receiver of `udp-file`: it takes blocks, and compares them with the file.

use std::net::SocketAddr;

use super::causes::{AS_IT_LIES, NO_NUMBER};
use crate::judge::Ruling;
use crate::judge::bench::{Bench, REPLY, START};
use crate::judge::bytes::{counted, difference, shown};
use crate::judge::fault::{Fault, Stop};
use crate::judge::relay::Road;
use crate::judge::udp::{Datagram, Udp};

/// The longest block of a file.
const BLOCK: usize = 1_024;

/// Where the program sends its file.
pub struct Receiver {
    /// Its socket.
    pub udp: Udp,
    /// The number of the block that it waits for.
    pub next: u32,
    file: Vec<u8>,
    got: Vec<u8>,
    ended: bool,
}

/// A block that came, or the end.
pub struct Block {
    /// Its number.
    pub number: u32,
    /// All of it, with the number.
    pub datagram: Vec<u8>,
    /// Who sent it.
    pub from: SocketAddr,
}

impl Block {
    /// Whether it is the end: a number and no data.
    pub fn is_end(&self) -> bool {
        self.datagram.len() == 4
    }
}

impl Receiver {
    /// Starts the program with this file as its standard input.
    pub fn started(bench: &mut Bench, file: Vec<u8>) -> Result<Receiver, Stop> {
        let udp = Udp::new(bench, "the receiver")?;
        // A refusal while the verdict is made up would change the program.
        bench.keep(udp.socket.try_clone()?);
        bench.start(&[&udp.address()?.to_string()])?;
        bench.did(format!("give it a file of {}", counted(file.len())));
        let program = bench.program()?;
        program.types(&file);
        program.ends_input();
        Ok(Receiver {
            udp,
            next: 0,
            file,
            got: Vec::new(),
            ended: false,
        })
    }

    /// Waits for the next block. Those before it may come once more.
    pub fn block(&mut self, bench: &mut Bench) -> Result<Block, Stop> {
        let patience = if self.next == 0 { START } else { REPLY };
        loop {
            let heard = self.udp.hears_within(bench, patience)?;
            let Datagram::Came(datagram, from) = &heard else {
                return Fault::new(self.wish(), heard.words()).stop();
            };
            let number = self.next;
            if self.number_if_new(datagram).is_some() {
                self.udp.did(format!("gets {}", described(datagram)));
                return Ok(Block {
                    number,
                    datagram: datagram.clone(),
                    from: *from,
                });
            }
            let repeated = number_of(datagram).is_some_and(|other| other < number);
            if !repeated {
                return self.is_wrong(datagram).stop();
            }
        }
    }

    /// Takes a datagram in if it is the block that comes next; its number.
    pub fn number_if_new(&mut self, datagram: &[u8]) -> Option<u32> {
        let number = number_of(datagram)?;
        let data = &datagram[4..];
        let rest = &self.file[self.got.len()..];
        let fits = data.len() <= BLOCK && rest.starts_with(data);
        let complete = !data.is_empty() || rest.is_empty();
        if number != self.next || !fits || !complete || self.ended {
            return None;
        }
        self.got.extend_from_slice(data);
        self.next += 1;
        self.ended = data.is_empty();
        Some(number)
    }

    /// Acknowledges a block.
    pub fn acknowledges(&self, block: &Block) -> Result<(), Stop> {
        self.sends_ack(block.number, block.from)
    }

    /// Sends an acknowledgment of this number.
    pub fn sends_ack(&self, number: u32, to: SocketAddr) -> Result<(), Stop> {
        self.udp.did(format!("acknowledges {number}"));
        self.ack_silently(number, to)
    }

    /// Sends an acknowledgment without a line in the log.
    pub fn ack_silently(&self, number: u32, to: SocketAddr) -> Result<(), Stop> {
        self.udp.socket.send_to(&number.to_be_bytes(), to)?;
        Ok(())
    }

    /// Takes and acknowledges every block up to the end.
    pub fn takes_all(&mut self, bench: &mut Bench) -> Ruling {
        while !self.ended {
            let block = self.block(bench)?;
            self.acknowledges(&block)?;
        }
        Ok(())
    }

    /// Takes what comes through a relay, until the program ends; its
    /// acknowledgments go back through it, too.
    pub fn takes_through_a_relay(&mut self, bench: &mut Bench) -> Ruling {
        let mut there = Road::new(&mut bench.random);
        let mut back = Road::new(&mut bench.random);
        let mut patience = START;
        while let Datagram::Came(sent, from) = self.udp.hears_within(bench, patience)? {
            patience = REPLY;
            for one in there.takes(bench, &sent, described) {
                let taken = self.number_if_new(&one).is_some();
                let number = match number_of(&one) {
                    Some(number) if taken || number < self.next => number,
                    _ => return self.is_wrong(&one).stop(),
                };
                let ack = number.to_be_bytes();
                for one in back.takes(bench, &ack, acknowledgment) {
                    self.udp.socket.send_to(&one, from)?;
                }
            }
        }
        Ok(())
    }

    /// The rule is kept if the whole file has come, and its end.
    pub fn has_all(&self) -> Ruling {
        match self.ended {
            true => Ok(()),
            false => {
                let got = format!("{} and no end", counted(self.got.len()));
                Fault::new("the whole file, and its end", got).stop()
            }
        }
    }

    /// What should come next, in words.
    fn wish(&self) -> String {
        let rest = &self.file[self.got.len()..];
        let next = self.next;
        match rest.len() {
            0 => format!("number {next} without data, as the file has ended"),
            _ => format!("number {next} with the bytes {}", kit::quoted(rest)),
        }
    }

    /// What is wrong with a datagram that is not the one that comes next.
    fn is_wrong(&self, datagram: &[u8]) -> Fault {
        let rest = &self.file[self.got.len()..];
        let data = datagram.get(4..).unwrap_or_default();
        let raw = !datagram.is_empty() && rest.starts_with(datagram);
        let turned = self.next > 0 && datagram.starts_with(&self.next.to_le_bytes());
        let got = match number_of(datagram) {
            _ if raw || turned => shown(datagram),
            None => shown(datagram),
            Some(_) if data.len() > BLOCK => format!("{} in one block", counted(data.len())),
            Some(number) if number == self.next && !data.is_empty() => {
                let length = data.len().min(rest.len());
                let difference = difference(&rest[..length], data);
                format!("number {number} with {difference}")
            }
            Some(_) => described(datagram),
        };
        Fault::new(self.wish(), got)
            .because_if(raw, &NO_NUMBER)
            .because_if(turned, &AS_IT_LIES)
    }
}

/// A block in words: its number and its data.
pub fn described(datagram: &[u8]) -> String {
    match (number_of(datagram), datagram.len()) {
        (None, _) => shown(datagram),
        (Some(number), 4) => format!("number {number} without data"),
        (Some(number), _) => format!("number {number} with {}", shown(&datagram[4..])),
    }
}

fn acknowledgment(datagram: &[u8]) -> String {
    let number = number_of(datagram).unwrap_or_default();
    format!("the acknowledgment of {number}")
}

/// The number that a datagram begins with.
fn number_of(datagram: &[u8]) -> Option<u32> {
    let number = datagram.first_chunk()?;
    Some(u32::from_be_bytes(*number))
}
