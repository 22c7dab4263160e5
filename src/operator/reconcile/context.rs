//! [`Context`]: what every reconcile shares.

use std::sync::Arc;

use kube::{Client, runtime::events::Reporter};
use tokio::sync::Semaphore;

use super::{
    backoff::RequeueBackoff, dry_run::DryRunner, recent_writes::RecentWrites, shortages::ShortageTracker,
    start_check::StartChecks,
};
use crate::{
    operator::{
        api::{MANAGER, event_recorder::EventRecorder},
        cache::{Caches, overlay_store::OverlayStore},
        metrics::Metrics,
        overlay_usage::OverlayUsage,
        settings::Settings,
    },
    render_pool::RenderPool,
};

/// What the reconciles of one controller share.
pub(crate) struct ControllerContext {
    /// What all controllers share.
    pub(crate) shared: Arc<Context>,
    /// What this one keeps in memory.
    pub(crate) caches: Caches,
}

/// What every reconcile shares.
pub(crate) struct Context {
    pub(crate) client: Client,
    /// How the operator runs, and what it makes of tests.
    pub(crate) settings: Settings,
    pub(crate) events: EventRecorder,
    pub(crate) metrics: Metrics,
    /// The overlays and the namespaces' labels.
    pub(crate) overlay_store: Arc<OverlayStore>,
    /// How tests use overlays.
    pub(crate) overlay_usage: OverlayUsage,
    /// Since when Jobs have too few pods.
    pub(super) shortages: ShortageTracker,
    /// Asks the API server beforehand.
    pub(super) dry_runner: DryRunner,
    /// Where tests are rendered.
    pub(super) pool: RenderPool,
    /// One permit for each test that may be worked on at once, in all namespaces.
    pub(super) permits: Semaphore,
    /// What is read just before tests start.
    pub(super) start_checks: StartChecks,
    /// What the operator has just written.
    pub(super) recent_writes: RecentWrites,
    /// When tests are looked at again.
    pub(super) backoff: RequeueBackoff,
}

impl Context {
    /// The context of one run of the operator.
    pub(crate) fn new(
        client: Client,
        settings: Settings,
        metrics: Metrics,
        overlay_store: Arc<OverlayStore>,
        instance: String,
    ) -> Self {
        let reporter = Reporter { controller: MANAGER.to_owned(), instance: Some(instance) };
        Self {
            events: EventRecorder::new(client.clone(), reporter),
            dry_runner: DryRunner::new(settings.dry_run),
            permits: Semaphore::new(settings.concurrency.into()),
            client,
            overlay_store,
            overlay_usage: OverlayUsage::default(),
            shortages: ShortageTracker::default(),
            pool: RenderPool::default(),
            settings,
            metrics,
            start_checks: StartChecks::default(),
            recent_writes: RecentWrites::default(),
            backoff: RequeueBackoff::default(),
        }
    }
}
