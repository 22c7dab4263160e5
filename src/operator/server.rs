//! The HTTP servers of probes and metrics.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{Router, http::StatusCode, http::header::CONTENT_TYPE, response::IntoResponse, routing::get};
use tokio::net::TcpListener;

use super::{api::error::Error, metrics::Metrics};

/// Whether the operator is ready: it watches, or it stands by for another replica.
#[derive(Debug, Clone, Default)]
pub(crate) struct Readiness(Arc<AtomicBool>);

impl Readiness {
    pub(crate) fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Answers `/healthz` and `/readyz` at `address` until the process ends.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(crate) async fn serve_health(address: SocketAddr, ready: Readiness) -> Result<(), Error> {
    let readiness = move || async move {
        if ready.is_ready() { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "starting") }
    };
    serve(address, Router::new().route("/healthz", get(|| async { "ok" })).route("/readyz", get(readiness)))
        .await
}

/// Answers `/metrics` at `address` until the process ends.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(crate) async fn serve_metrics(address: SocketAddr, metrics: Metrics) -> Result<(), Error> {
    let text = move || async move {
        match metrics.text() {
            Ok(text) => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                ([(CONTENT_TYPE, kind)], text).into_response()
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    serve(address, Router::new().route("/metrics", get(text))).await
}

async fn serve(address: SocketAddr, router: Router) -> Result<(), Error> {
    let listener = match TcpListener::bind(address).await {
        // A host without IPv6.
        Err(_) if address.ip().is_unspecified() => {
            TcpListener::bind((Ipv4Addr::UNSPECIFIED, address.port())).await
        }
        bound => bound,
    };
    let listener = listener.map_err(|error| Error::Start(format!("cannot listen on {address}: {error}")))?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "serving failed");
        }
    });
    Ok(())
}
