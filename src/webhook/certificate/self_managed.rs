//! [`keep_up_to_date`]: a certificate of the webhook's own, in a Secret that all replicas share.
//!
//! A new certificate has an authority of its own. First the Secret holds both certificates and the API server is told to
//! trust both authorities; only when it has been so for a while, the new one is shown. Replicas agree by the version of
//! the Secret: whoever writes second reads what the first has written.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::{join_all, select_all};
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, Client, ResourceExt, api::PostParams};
use rustls::pki_types::UnixTime;

use super::{
    ca_bundle::BundleTarget,
    certificate_set::{CertificateSet, SecretChange},
    wait::changed,
};
use crate::{
    operator::api::{
        error::{is_conflict, is_missing},
        error_message::error_message,
    },
    tls_server::{ServingCertificate, read_pair},
};

/// How long both authorities are trusted before the next certificate is shown: every API server has learnt of it by then.
const SETTLED: Duration = Duration::from_secs(20);
/// How often everything is looked at, when nothing changes.
const EVERY: Duration = Duration::from_secs(60);
/// How soon after a failure.
const FAILED: Duration = Duration::from_secs(2);
/// How long to wait after each look: somebody may change something all the time.
const PAUSE: Duration = Duration::from_millis(200);

/// The Secret, and what is made of it.
pub(crate) struct SelfManaged {
    secrets: Api<Secret>,
    /// The Secret's name.
    secret: String,
    /// The DNS names of the webhook, the one first that the API server asks.
    names: Vec<String>,
    targets: Vec<BundleTarget>,
    serving: Arc<ServingCertificate>,
    remembered: Option<CertificateSet>,
    /// Since when the API server was told to trust this bundle.
    trusted: Option<(Vec<u8>, Instant)>,
}

/// What a look has found: when to look again at the latest, and the versions of the objects.
struct CertificateCheck {
    again: Duration,
    secret: String,
    targets: Vec<Option<String>>,
}

impl SelfManaged {
    /// Prepares to look after a Secret of this namespace, for a Service there, and the objects that hold the bundle.
    pub(crate) fn new(
        client: &Client,
        (namespace, secret): (&str, &str),
        service: &str,
        targets: Vec<BundleTarget>,
        serving: Arc<ServingCertificate>,
    ) -> Self {
        let names = [".svc", ".svc.cluster.local", ""].map(|end| format!("{service}.{namespace}{end}"));
        let names = names.into_iter().chain([service.to_owned()]).collect();
        let secrets = Api::namespaced(client.clone(), namespace);
        Self { secrets, secret: secret.to_owned(), names, targets, serving, remembered: None, trusted: None }
    }

    /// Keeps the Secret, the bundles and what is shown up to date.
    pub(crate) async fn keep_up_to_date(mut self) {
        let mut said = String::new();
        loop {
            match self.look().await {
                Ok(look) => {
                    said.clear();
                    self.wait(&look).await;
                }
                Err(problem) => {
                    if problem != said {
                        tracing::warn!(
                            secret = self.secret,
                            problem,
                            "the webhook's certificate cannot be looked after"
                        );
                    }
                    said = problem;
                    tokio::time::sleep(FAILED).await;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn look(&mut self) -> Result<CertificateCheck, String> {
        let stored = match self.secrets.get(&self.secret).await {
            Ok(secret) => Some(secret),
            Err(error) if is_missing(&error) => None,
            Err(error) => return Err(format!("cannot read the Secret: {}", error_message(&error))),
        };
        let set = stored.as_ref().and_then(|secret| CertificateSet::from_data(secret.data.as_ref()?));
        let change =
            CertificateSet::change(set.as_ref(), self.remembered.as_ref(), &self.names, UnixTime::now())?;
        let (set, version) = match change {
            SecretChange::Write(set, why) => {
                tracing::info!(secret = self.secret, "the webhook's Secret: {why}");
                let Some(version) = self.write(stored, &set).await? else { return Ok(self.at_once()) };
                (set, version)
            }
            SecretChange::Promote(promoted) if self.has_settled(&promoted.bundle) => {
                tracing::info!(secret = self.secret, "the webhook shows its next certificate");
                let Some(version) = self.write(stored, &promoted).await? else { return Ok(self.at_once()) };
                (promoted, version)
            }
            SecretChange::Keep | SecretChange::Promote(_) => {
                let version = stored.and_then(|secret| secret.resource_version()).unwrap_or_default();
                let Some(set) = set else { return Ok(self.at_once()) };
                (set, version)
            }
        };
        let targets = self.tell(&set.bundle).await;
        let pair = read_pair(&set.current.certificate, &set.current.key)?;
        if self.remembered.as_ref().is_none_or(|old| old.current != set.current) {
            self.serving.set(pair);
        }
        let again = match (&set.next, targets.iter().all(Option::is_some)) {
            (_, false) => FAILED,
            (Some(_), true) => SETTLED,
            (None, true) => EVERY,
        };
        self.remembered = Some(set);
        Ok(CertificateCheck { again, secret: version, targets })
    }

    /// Tells the API server which authorities to trust; the versions of the objects that say so.
    async fn tell(&mut self, bundle: &[u8]) -> Vec<Option<String>> {
        let written = join_all(self.targets.iter().map(async |target| {
            let written = target.write(bundle).await;
            written.inspect_err(|error| {
                let (object, error) = (target.describe(), error_message(error));
                tracing::warn!(object, error, "the API server cannot be told which authorities to trust");
            })
        }));
        let versions: Vec<Option<String>> = written.await.into_iter().map(Result::ok).collect();
        if versions.iter().any(Option::is_none) {
            self.trusted = None;
        } else if self.trusted.as_ref().is_none_or(|(trusted, _)| trusted != bundle) {
            self.trusted = Some((bundle.to_vec(), Instant::now()));
        }
        versions
    }

    /// Whether every API server has learnt of this bundle by now.
    fn has_settled(&self, bundle: &[u8]) -> bool {
        self.trusted.as_ref().is_some_and(|(trusted, since)| trusted == bundle && since.elapsed() >= SETTLED)
    }

    /// Writes the Secret; its version, or `None` when another replica was quicker.
    async fn write(&self, stored: Option<Secret>, set: &CertificateSet) -> Result<Option<String>, String> {
        let data = Some(set.to_data());
        let params = PostParams {
            field_manager: Some(crate::operator::api::MANAGER.to_owned()),
            ..PostParams::default()
        };
        let written = if let Some(secret) = stored {
            self.secrets.replace(&self.secret, &params, &Secret { data, ..secret }).await
        } else {
            let mut secret =
                Secret { data, type_: Some("kubernetes.io/tls".to_owned()), ..Secret::default() };
            secret.metadata.name = Some(self.secret.clone());
            self.secrets.create(&params, &secret).await
        };
        match written {
            Ok(secret) => Ok(Some(secret.resource_version().unwrap_or_default())),
            Err(error) if is_conflict(&error) || is_missing(&error) => Ok(None),
            Err(error) => Err(format!("cannot write the Secret: {}", error_message(&error))),
        }
    }

    fn at_once(&self) -> CertificateCheck {
        CertificateCheck {
            again: Duration::ZERO,
            secret: String::new(),
            targets: vec![None; self.targets.len()],
        }
    }

    /// Waits until something has changed, or it is time to look again.
    async fn wait(&self, look: &CertificateCheck) {
        let secret = changed(&self.secrets, &self.secret, &look.secret);
        let targets = self.targets.iter().zip(&look.targets);
        let targets =
            targets.filter_map(|(target, version)| Some(Box::pin(target.changed(version.as_deref()?))));
        let targets: Vec<_> = targets.collect();
        let any_target = async {
            if targets.is_empty() {
                return std::future::pending().await;
            }
            select_all(targets).await;
        };
        tokio::select! {
            () = tokio::time::sleep(look.again) => {}
            () = secret => {}
            () = any_target => {}
        }
    }
}
