//! [`Rendering`]: what a test renders to now.

use std::{sync::Arc, time::Instant};

use kube::{ResourceExt, api::DynamicObject};
use serde_json::Value;

use super::{context::Context, start_check::StartCheck};
use crate::{
    codes,
    operator::{decide::Desired, observed::rendered_objects::RenderedObjects},
};
use podgraft_locust::{self, ClusterContext, Rendered, api::shared::UpdatePolicy, config::Config, load_test};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{
    manifest::Document,
    overlay::{Namespace, Overlays},
    redaction::EnvValues,
};

/// The overlays, and what is known of a test's namespace.
type OverlayInputs = (Arc<Overlays>, Namespace);

/// What a test renders to now.
pub(super) struct Rendering {
    /// What it became, whose diagnostics have no value of an environment variable in them: others read them.
    pub(super) rendered: Rendered,
    /// The values of its environment variables.
    pub(super) env_values: EnvValues,
    /// With which overlays it was rendered; `None` where they are not known.
    overlays: Option<OverlayInputs>,
    /// The Services and the Jobs; `None` when the test is refused.
    pub(super) objects: Option<RenderedObjects>,
    /// The hash of the objects.
    pub(super) hash: String,
    pub(super) policy: UpdatePolicy,
    suspend: bool,
}

impl Rendering {
    /// Renders a test, on a thread of the pool; a panic refuses this test, and no other.
    pub(super) async fn render(ctx: &Arc<Context>, test: &DynamicObject) -> Self {
        let value = serde_json::to_value(test).unwrap_or_default();
        let namespace = test.namespace().unwrap_or_default();
        let overlays = ctx.overlay_store.inputs_of(&namespace);
        let work = {
            let ctx = Arc::clone(ctx);
            move || {
                let started = Instant::now();
                let rendering = Self::from_value(value, overlays, &ctx.settings.process.config);
                ctx.metrics.rendered(started.elapsed());
                rendering
            }
        };
        let rendering = ctx.pool.run(&namespace, work).await.unwrap_or_else(|panicked| {
            let test = format!("{namespace}/{}", test.name_any());
            tracing::error!(test, words = panicked.0, "a panic while the test was rendered");
            let rendered = Rendered { diagnostics: vec![panicked.diagnostic()], ..Rendered::default() };
            Self {
                rendered,
                env_values: EnvValues::default(),
                overlays: None,
                objects: None,
                hash: String::new(),
                policy: UpdatePolicy::default(),
                suspend: false,
            }
        });
        ctx.overlay_usage.record(test, &rendering.rendered);
        rendering
    }

    fn from_value(value: Value, overlays: Result<OverlayInputs, String>, config: &Config) -> Self {
        let overrides = load_test::read(&value).ok().map(|(test, _)| test.spec.overrides).unwrap_or_default();
        let policy = overrides.update_policy.unwrap_or_default();
        let suspend = overrides.job.and_then(|job| job.suspend).unwrap_or_default();
        let document = Document::from_value(value);
        let rendered = match &overlays {
            Ok((overlays, namespace)) => {
                let surroundings =
                    ClusterContext { overlays, namespace: Some(namespace), pod_security: None };
                podgraft_locust::render(&document, &surroundings, config)
            }
            Err(failure) => {
                // Without the overlays nobody can say what the test is.
                let mut rendered = podgraft_locust::render(&document, &ClusterContext::empty(), config);
                rendered.diagnostics = vec![unknown_overlays(failure)];
                rendered
            }
        };
        let no_overlays = Overlays::none();
        let read = overlays.as_ref().map_or(&no_overlays, |(overlays, _)| overlays);
        let env_values = podgraft_locust::env_values(&document.value, read, &rendered);
        let rendered = rendered.redacted(&env_values);
        let objects = RenderedObjects::from_rendered(&rendered).filter(|_| !rendered.is_refused());
        let hash = objects.as_ref().map(RenderedObjects::hash).unwrap_or_default();
        Self { rendered, env_values, overlays: overlays.ok(), objects, hash, policy, suspend }
    }

    /// The hash of the objects; `None` when the test is refused.
    pub(super) fn hash(&self) -> Option<&str> {
        self.objects.as_ref().map(|_| &*self.hash)
    }

    /// Whether the test is rendered with the overlays that the API server has.
    pub(super) fn is_current(&self, check: &StartCheck) -> bool {
        let overlays = self.overlays.as_ref();
        overlays.is_some_and(|(overlays, namespace)| check.overlays.equals(overlays, namespace))
    }

    pub(super) fn desired(&self) -> Desired<'_> {
        Desired { hash: self.hash(), policy: self.policy, suspend: self.suspend }
    }
}

/// That the overlays cannot be read.
fn unknown_overlays(failure: &str) -> Diagnostic {
    let message = format!(
        "install all CRDs and let the operator read ClusterPodOverlays, PodOverlays and Namespaces, or set \
         clusterOverlays: Off in its configuration to do without the first and the last: {failure}"
    );
    Diagnostic::error(codes::UNKNOWN_OVERLAYS, message)
}
