//! An HTTP server on loopback that answers every request and counts it by its path.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

#[derive(Clone, Default)]
pub(crate) struct Requests(Arc<Mutex<BTreeMap<String, u64>>>);

impl Requests {
    /// Serves until the test's process ends; the address to ask at.
    pub(crate) fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = self.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let requests = requests.clone();
                // A connection that a user of Locust cuts off is the end of it, and nothing more.
                thread::spawn(move || connection.and_then(|connection| requests.answer(&connection)));
            }
        });
        address
    }

    /// How many requests there were, by path.
    pub(crate) fn by_path(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap().clone()
    }

    /// Answers GET requests, which have no body, for as long as the connection lasts.
    fn answer(&self, mut connection: &TcpStream) -> std::io::Result<()> {
        let mut path = String::new();
        for line in BufReader::new(connection).lines() {
            let line = line?;
            if path.is_empty() {
                line.split(' ').nth(1).unwrap_or("?").clone_into(&mut path);
            } else if line.is_empty() {
                *self.0.lock().unwrap().entry(std::mem::take(&mut path)).or_default() += 1;
                connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")?;
            }
        }
        Ok(())
    }
}
