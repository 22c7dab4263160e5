//! [`serve_metrics`]: the HTTP server of metrics, for everybody or for those whom the cluster lets.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::get,
};
use futures::{FutureExt, future::BoxFuture};
use kube::Client;
use rustls::pki_types::UnixTime;

use super::{
    api::error::Error,
    metrics::Metrics,
    metrics_gate::MetricsGate,
    server::{listen, serve},
    settings::{MetricsAccess, MetricsSettings},
};
use crate::tls_server::{self, ServingCertificate, folder, issue, read_pair};

/// How long a certificate is shown that was made here: it is good for a year.
const RENEWED: Duration = Duration::from_secs(90 * 24 * 3_600);
/// The name in a certificate that was made here.
const NAME: &str = "podgraft-metrics";

/// Answers `/metrics` until the process ends, with TLS until it is `stopped`.
///
/// # Errors
/// [`Error::Start`] when nothing can listen there.
pub(super) async fn serve_metrics(
    settings: &MetricsSettings,
    metrics: Metrics,
    client: &Client,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let text = move || async move {
        match metrics.text() {
            Ok(text) => {
                let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
                ([(CONTENT_TYPE, kind)], text).into_response()
            }
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    let router = Router::new().route("/metrics", get(text));
    let folder = match &settings.access {
        MetricsAccess::Open => return serve(settings.address, router).await,
        MetricsAccess::Authorized { certificate } => certificate.clone(),
    };
    let serving = Arc::new(ServingCertificate::default());
    tokio::spawn(certificate(folder, Arc::clone(&serving)));
    let tls = tls_server::tls(serving, None).map_err(Error::Start)?;
    let listener = listen(settings.address).await?;
    let gate = Arc::new(MetricsGate::new(client.clone()));
    let router = router.layer(from_fn_with_state(gate, MetricsGate::check));
    tokio::spawn(tls_server::serve(listener, tls, router, stopped));
    Ok(())
}

/// Shows the certificate of a folder, or one of its own.
fn certificate(folder: Option<PathBuf>, serving: Arc<ServingCertificate>) -> BoxFuture<'static, ()> {
    match folder {
        Some(folder) => folder::keep_up_to_date(folder, serving).boxed(),
        None => make(serving).boxed(),
    }
}

/// Makes certificates that nobody has reason to trust: they keep a token from who only listens.
async fn make(serving: Arc<ServingCertificate>) {
    loop {
        let made = issue(&[NAME.to_owned()], UnixTime::now()).map_err(|error| error.to_string());
        match made.and_then(|(_, pair)| read_pair(&pair.certificate, &pair.key)) {
            Ok(pair) => serving.set(pair),
            Err(error) => tracing::error!(error, "no certificate can be made for the metrics"),
        }
        tokio::time::sleep(RENEWED).await;
    }
}
