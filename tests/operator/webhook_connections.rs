//! Connections to the webhook that are there to keep others out: more than it takes, and good reviews beside them.

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use podgraft_testkit::webhook_process::{WebhookProcess, write_certificate};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{cluster, webhook_load::review};

/// How many connections of each kind there are.
const CONNECTIONS: usize = 700;
/// How many good reviews are asked for beside them.
const REVIEWS: usize = 40;
/// How long one of them may take, on a machine that is busy with the others too.
const DEADLINE: Duration = Duration::from_secs(5);
/// How much memory the webhook may have in use, in KiB.
const MEMORY: u64 = 400 * 1_024;

/// What is sent on a connection with TLS, at once and then again and again.
const ATTACKS: [(&str, &[u8], &[u8]); 5] = [
    ("nothing after TLS", b"", b""),
    ("a head that never ends", b"POST /validate HTTP/1.1\r\nHost: a\r\n", b"X: y\r\n"),
    (
        "a small body that never ends",
        b"POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
        b"{",
    ),
    (
        "a large body that never ends",
        b"POST /validate HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n",
        b"{",
    ),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", b"\0\0\x08\x06\0\0\0\0\0abcdefgh"),
];

/// Where the webhook is, and how TLS is spoken with it.
#[derive(Clone)]
struct Target {
    port: u16,
    tls: TlsConnector,
}

impl Target {
    fn new(port: u16, authority: &str) -> Self {
        let mut authorities = RootCertStore::empty();
        authorities.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(authorities).with_no_client_auth();
        Self { port, tls: TlsConnector::from(Arc::new(config)) }
    }

    async fn connect(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        self.tls.connect(ServerName::try_from("localhost").unwrap(), stream).await
    }

    /// A good review on a connection of its own, as an API server asks that has none left.
    async fn review(&self, number: usize) -> std::io::Result<Value> {
        let body = review(number).to_string();
        let mut stream = self.connect().await?;
        let head = format!(
            "POST /validate?timeout=10s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        // Without a farewell of TLS the answer is there all the same.
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        serde_json::from_str(body).map_err(|error| std::io::Error::other(format!("{error}: {answer}")))
    }

    /// Good reviews, each of which is answered in time; the slowest.
    async fn reviews(&self, attack: &str) {
        let mut slowest = Duration::ZERO;
        for number in 0..REVIEWS {
            let started = Instant::now();
            let answer = timeout(DEADLINE, self.review(number)).await;
            let answer = answer.unwrap_or_else(|_| panic!("{attack}: no answer in time")).unwrap();
            assert_eq!(answer["response"]["allowed"], true, "{attack}: {answer}");
            slowest = slowest.max(started.elapsed());
        }
        println!(
            "{CONNECTIONS} connections with {attack}: the slowest of {REVIEWS} reviews took {} ms",
            slowest.as_millis()
        );
    }
}

/// Keeps connections open on which this is sent; whatever is closed is opened again.
fn attack(target: &Target, start: &'static [u8], again: &'static [u8]) -> JoinSet<()> {
    let mut attackers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let target = target.clone();
        attackers.spawn(async move {
            loop {
                if let Ok(mut stream) = target.connect().await
                    && stream.write_all(start).await.is_ok()
                {
                    let mut answer = [0; 1_024];
                    loop {
                        if !again.is_empty() && stream.write_all(again).await.is_err() {
                            break;
                        }
                        let read = timeout(Duration::from_secs(1), stream.read(&mut answer)).await;
                        if matches!(read, Ok(Ok(0) | Err(_))) {
                            break;
                        }
                    }
                }
                sleep(Duration::from_secs(1)).await;
            }
        });
    }
    attackers
}

/// Connections on which nobody speaks TLS.
fn silence(target: &Target) -> JoinSet<()> {
    let mut attackers = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let port = target.port;
        attackers.spawn(async move {
            loop {
                if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await {
                    let _ = stream.read(&mut [0; 16]).await;
                }
                sleep(Duration::from_millis(200)).await;
            }
        });
    }
    attackers
}

#[test]
fn webhook_connections_that_rest_keep_nobody_out() {
    let (_turn, cluster) = cluster();
    let folder = cluster.plane.folder().join("webhook");
    let authority = write_certificate(&folder);
    let mut webhook = WebhookProcess::of_folder(&cluster, &folder, &[]);
    let target = Target::new(webhook.port, &authority);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let measure = async |what: &str, mut attackers: JoinSet<()>| {
            // All of them are there.
            sleep(Duration::from_secs(3)).await;
            target.reviews(what).await;
            attackers.shutdown().await;
        };
        measure("no TLS", silence(&target)).await;
        for (what, start, again) in ATTACKS {
            measure(what, attack(&target, start, again)).await;
        }
    });
    let status = fs::read_to_string(format!("/proc/{}/status", webhook.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    println!("memory at most: {} MiB", peak / 1_024);
    assert!(peak < MEMORY, "{peak} KiB");
    assert_eq!(webhook.stop(), Some(0), "it ends in order");
}
