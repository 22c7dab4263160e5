//! [`companion`]: the webhook beside the operator, or alone.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use kube::Client;
use podgraft_locust::config::Config;

use super::{
    certificate::{ca_bundle::BundleTarget, self_managed::SelfManaged},
    endpoints::{Endpoints, router},
    reviewer::Reviewer,
    settings::{CertificateSource, SelfManagedSettings, WebhookSettings},
};
use crate::{
    operator::{
        Companion, Error, SharedParts,
        cache::{overlay_store::OverlayStore, test_store::TestStore},
        server::listen,
        settings::ProcessSettings,
        until,
    },
    tls_server::{ServingCertificate, folder, serve, tls},
};

/// The webhook, to be served beside an operator with these settings, or alone.
pub(crate) fn companion(settings: WebhookSettings, process: &ProcessSettings) -> Companion {
    let (config, namespaces) = (process.config.clone(), process.namespaces.clone());
    Box::new(move |shared, overlay_store| run(settings, config, namespaces, shared, overlay_store).boxed())
}

async fn run(
    settings: WebhookSettings,
    config: Config,
    namespaces: Vec<String>,
    shared: SharedParts,
    overlay_store: Arc<OverlayStore>,
) -> Result<(), Error> {
    let SharedParts { client, metrics, readiness, stopped } = shared;
    let shown = metrics.clone();
    let serving = Arc::new(ServingCertificate::telling(move |end| shown.certificate_ends(end)));
    let tls = tls(Arc::clone(&serving), settings.client_ca.as_deref()).map_err(Error::Start)?;
    let listener = listen(settings.address).await?;
    tokio::spawn(certificate(&client, settings.certificate, settings.converts, Arc::clone(&serving)));
    let (tests, watching) = TestStore::watch(&client, &namespaces);
    tokio::spawn(watching);
    let reviewer = Arc::new(Reviewer::new(
        client,
        config,
        namespaces,
        overlay_store,
        tests,
        settings.authorizes_authors,
    ));
    let ready = Arc::clone(&reviewer);
    tokio::spawn(async move {
        ready.wait_until_ready().await;
        while !serving.is_set() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        readiness.set_webhook(true);
        tracing::info!(address = %settings.address, "the webhook answers");
    });
    let router = router(Arc::new(Endpoints::new(reviewer, metrics)), settings.converts);
    serve(listener, tls, router, until(stopped)).await;
    Ok(())
}

/// Keeps the certificate up to date.
fn certificate(
    client: &Client,
    source: CertificateSource,
    converts: bool,
    serving: Arc<ServingCertificate>,
) -> BoxFuture<'static, ()> {
    match source {
        CertificateSource::Folder(path) => folder::keep_up_to_date(path, serving).boxed(),
        CertificateSource::SelfManaged(settings) => {
            let SelfManagedSettings { namespace, secret, service, configuration } = settings;
            let validation = configuration.map(|name| BundleTarget::validation(client, &name));
            let conversion = converts.then(|| BundleTarget::conversion(client));
            let targets = validation.into_iter().chain(conversion).collect();
            SelfManaged::new(client, (&namespace, &secret), &service, targets, serving)
                .keep_up_to_date()
                .boxed()
        }
    }
}
