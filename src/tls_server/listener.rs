//! [`serve`]: connections with TLS, each with deadlines, and so many at once.

use std::{fs, path::Path, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{ServingCertificate, read_certificates};

/// How many connections there are at once; an API server opens one for each review that it waits for.
const CONNECTIONS: usize = 1_024;
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
    let (connections, graceful) = (Arc::new(Semaphore::new(CONNECTIONS)), GracefulShutdown::new());
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
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&connections).try_acquire_owned() else { continue };
        let (acceptor, router, watcher) = (acceptor.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            connection(stream, acceptor, router, watcher).await;
        });
    }
    if timeout(LAST, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopping in the middle of requests");
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, router: Router, watcher: Watcher) {
    // An answer is one small packet.
    let _ = stream.set_nodelay(true);
    let stream = match timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::debug!(%error, "no TLS"),
        Err(_) => return tracing::debug!("no TLS in time"),
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REST)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke off");
    }
}
