//! [`ServiceProxy`]: how the API server reaches Services where no kube-proxy runs.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How the addresses of Services begin.
const SERVICE_NETWORK: &str = "10.0.";

/// Where each Service leads: ports of loopback by the Service's address and port, `10.0.0.7:443`.
type ServicePorts = Arc<Mutex<BTreeMap<String, Vec<u16>>>>;

/// An HTTP `CONNECT` proxy on a unix socket, which an API server asks by its egress selector. It knows where Services
/// lead; every other address it connects to itself.
#[derive(Debug, Clone, Default)]
pub struct ServiceProxy {
    ports: ServicePorts,
    turns: Arc<AtomicUsize>,
}

/// One port that a Service leads to, until this is dropped: an endpoint.
#[derive(Debug)]
pub struct ServiceRoute {
    ports: ServicePorts,
    service: String,
    port: u16,
}

impl ServiceProxy {
    /// Answers at this socket for as long as the process runs.
    pub fn serve(&self, socket: &Path) {
        let listener = UnixListener::bind(socket).unwrap();
        let proxy = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let proxy = proxy.clone();
                thread::spawn(move || proxy.tunnel(stream));
            }
        });
    }

    /// Lets a Service, `10.0.0.7:443`, lead to this port of loopback as well.
    pub fn route(&self, service: &str, port: u16) -> ServiceRoute {
        self.ports.lock().unwrap().entry(service.to_owned()).or_default().push(port);
        ServiceRoute { ports: Arc::clone(&self.ports), service: service.to_owned(), port }
    }

    /// Connects to what is asked for, and passes on what comes from both sides until they have ended.
    fn tunnel(&self, client: UnixStream) -> Option<()> {
        let mut from_client = BufReader::new(client.try_clone().ok()?);
        let address = read_address(&mut from_client)?;
        let mut to_client = client;
        let Ok(server) = self.connect(&address) else {
            return to_client
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
                .ok();
        };
        to_client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
        let mut to_server = server.try_clone().ok()?;
        let upload = thread::spawn(move || {
            let _ = io::copy(&mut from_client, &mut to_server);
            let _ = to_server.shutdown(Shutdown::Write);
        });
        let mut from_server = server;
        let _ = io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
        upload.join().ok()
    }

    fn connect(&self, address: &str) -> io::Result<TcpStream> {
        let ports = self.ports.lock().unwrap().get(address).cloned();
        match ports {
            None if address.starts_with(SERVICE_NETWORK) => Err(io::ErrorKind::ConnectionRefused.into()),
            None => TcpStream::connect(address),
            // Each endpoint in turn; nobody listens where there is none.
            Some(ports) => {
                let turn = self.turns.fetch_add(1, Ordering::Relaxed);
                let port = ports.get(turn % ports.len().max(1)).ok_or(io::ErrorKind::ConnectionRefused)?;
                TcpStream::connect(("127.0.0.1", *port))
            }
        }
    }
}

impl Drop for ServiceRoute {
    fn drop(&mut self) {
        let mut ports = self.ports.lock().unwrap();
        if let Some(ports) = ports.get_mut(&self.service)
            && let Some(index) = ports.iter().position(|port| *port == self.port)
        {
            ports.remove(index);
        }
    }
}

/// Reads the head of a `CONNECT` request; the address that it names.
fn read_address(request: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if request.by_ref().take(4_096).read_line(&mut head).ok()? == 0 || head.len() > 65_536 {
            return None;
        }
    }
    Some(head.strip_prefix("CONNECT ")?.split(' ').next()?.to_owned())
}
