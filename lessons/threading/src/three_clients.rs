//! The clients of `slow-client`: ann and ben read, zoe never does.

use crate::{PATIENCE, STUCK};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

// ANCHOR: three_clients
/// The server's ends of three connections, and what belongs to the clients.
pub struct Clients {
    pub ends: [TcpStream; 3],
    /// Kept open, and never read from.
    pub _zoe: TcpStream,
    /// How many bytes ann and ben each got, told when their streams end.
    pub reports: Receiver<u64>,
}

pub fn connect() -> io::Result<Clients> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (sender, reports) = mpsc::channel();
    let join = || {
        let client = TcpStream::connect_timeout(&address, PATIENCE)?;
        let (end, _) = listener.accept()?;
        // The server's patience with this client, at each single write.
        end.set_write_timeout(Some(STUCK))?;
        client.set_read_timeout(Some(PATIENCE))?;
        io::Result::Ok((client, end))
    };
    let [(ann, one), (ben, two), (_zoe, three)] = [join()?, join()?, join()?];
    for mut client in [ann, ben] {
        let sender = sender.clone();
        thread::spawn(move || {
            let bytes = io::copy(&mut client, &mut io::sink());
            sender.send(bytes.unwrap_or(0))
        });
    }
    let ends = [one, two, three];
    Ok(Clients {
        ends,
        _zoe,
        reports,
    })
}
// ANCHOR_END: three_clients
