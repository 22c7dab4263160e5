//! [`serve`]: connections with TLS, each with deadlines, and so many at once.

use std::{fs, path::Path, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{ServingCertificate, connections::Connections, read_certificates};

/// How many connections there are at once; an API server opens one for each review that it waits for. A process often has
/// no more than 1,024 files, some of which it needs to ask the API server.
const CONNECTIONS: usize = 512;
/// How many more of them have not agreed on TLS yet: whoever does not speak it takes no place of those who do.
const HANDSHAKES: usize = 256;
/// How long TLS may take to agree.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a connection may rest, and the head of a request take: the API server closes those that rest first.
///
/// # Source
/// Kubernetes, `staging/src/k8s.io/apimachinery/pkg/util/net/http.go`: 90 seconds.
const REST: Duration = Duration::from_secs(120);
/// For how long reviews still arrive when the process is told to stop: other nodes learn of it a little later.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long the last ones may take.
const LAST: Duration = Duration::from_secs(10);

/// How TLS is spoken: who connects must show a certificate where there are authorities for that.
///
/// # Errors
/// Why the file with the authorities cannot be used.
pub(crate) fn tls(
    serving: Arc<ServingCertificate>,
    client_ca: Option<&Path>,
) -> Result<Arc<ServerConfig>, String> {
    let builder = ServerConfig::builder();
    let builder = match client_ca {
        None => builder.with_no_client_auth(),
        Some(file) => {
            let unusable = |error: String| format!("cannot use {}: {error}", file.display());
            let pem = fs::read(file).map_err(|error| unusable(error.to_string()))?;
            let mut authorities = RootCertStore::empty();
            for authority in read_certificates(&pem).map_err(unusable)? {
                authorities.add(authority).map_err(|error| unusable(error.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(authorities)).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| unusable(error.to_string()))?)
        }
    };
    let mut config = builder.with_cert_resolver(serving);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Answers until this is over, the process being told to stop, and then those that are at it.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    router: Router,
    stopped: impl Future<Output = ()>,
) {
    let acceptor = TlsAcceptor::from(tls);
    let (handshakes, connections) = (Connections::new(HANDSHAKES), Connections::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut end = Box::pin(async {
        stopped.await;
        sleep(FAREWELL).await;
    });
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of files, most likely.
            handshakes.close_one();
            connections.close_one();
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Some(handshake) = handshakes.open() else { continue };
        let (acceptor, watcher) = (acceptor.clone(), graceful.watcher());
        let (router, connections) = (router.clone(), Arc::clone(&connections));
        tokio::spawn(async move {
            let stream = tokio::select! {
                () = handshake.is_closed() => None,
                stream = agree(stream, &acceptor) => stream,
            };
            drop(handshake);
            let (Some(stream), Some(open)) = (stream, connections.open()) else { return };
            let router = router.layer(Extension(Arc::clone(&open)));
            tokio::select! {
                () = open.is_closed() => {}
                () = connection(stream, router, watcher) => {}
            }
        });
    }
    if timeout(LAST, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopping in the middle of requests");
    }
}

/// The stream with TLS, if the other side speaks it in time.
async fn agree(stream: TcpStream, acceptor: &TlsAcceptor) -> Option<TlsStream<TcpStream>> {
    // An answer is one small packet.
    let _ = stream.set_nodelay(true);
    match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
        Err(_) => tracing::debug!("no TLS in time"),
    }
    None
}

async fn connection(stream: TlsStream<TcpStream>, router: Router, watcher: Watcher) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REST)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
}
