//! HTTP servers, and the one of probes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, http::StatusCode, routing::get};
use tokio::net::TcpListener;

use super::api::error::Error;

/// Whether the process is ready: the operator watches, or stands by for another replica, and the webhook answers where
/// it is served; and why it is not.
#[derive(Debug, Clone)]
pub(crate) struct Readiness {
    operator: Arc<RwLock<Result<(), String>>>,
    webhook: Arc<AtomicBool>,
}

impl Default for Readiness {
    /// The operator starts, and serves no webhook.
    fn default() -> Self {
        let operator = Arc::new(RwLock::new(Err("starting".to_owned())));
        Self { operator, webhook: Arc::new(AtomicBool::new(true)) }
    }
}

impl Readiness {
    /// The operator is ready.
    pub(crate) fn ready(&self) {
        self.set(Ok(()));
    }

    /// It is not, because of this.
    pub(crate) fn unready(&self, why: &str) {
        self.set(Err(why.to_owned()));
    }

    /// Sets whether the webhook answers.
    pub(crate) fn set_webhook(&self, ready: bool) {
        self.webhook.store(ready, Ordering::Relaxed);
    }

    fn set(&self, state: Result<(), String>) {
        *self.operator.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    fn state(&self) -> Result<(), String> {
        if !self.webhook.load(Ordering::Relaxed) {
            return Err("the webhook does not answer yet".to_owned());
        }
        self.operator.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers `/healthz` and `/readyz` at `address` until the process ends.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(crate) async fn serve_health(address: SocketAddr, ready: Readiness) -> Result<(), Error> {
    let readiness = move || async move {
        match ready.state() {
            Ok(()) => (StatusCode::OK, "ok".to_owned()),
            Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
        }
    };
    serve(address, Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", get(readiness)))
        .await
}

/// Listens at `address`.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    let listener = match TcpListener::bind(address).await {
        // A host without IPv6.
        Err(_) if address.ip().is_unspecified() => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port())).await
        }
        bound => bound,
    };
    listener.map_err(|error| Error::Start(format!("cannot listen on {address}: {error}")))
}

/// Answers at `address` until the process ends.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(super) async fn serve(address: SocketAddr, router: Router) -> Result<(), Error> {
    let listener = listen(address).await?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "serving failed");
        }
    });
    Ok(())
}
