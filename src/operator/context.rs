//! [`Context`]: what every reconcile shares.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use kube::{Client, runtime::events::Reporter};

use tokio::sync::Semaphore;

use super::{
    MANAGER, dry_run::DryRunner, event_recorder::EventRecorder, metrics::Metrics,
    overlay_status::OverlayUsage, overlay_store::OverlayStore, recent_writes::RecentWrites,
    render_pool::RenderPool, settings::Settings, shortages::ShortageTracker, start_check::StartChecks,
};

/// How many tests' delays are kept.
const KEPT: usize = 10_000;

/// What every reconcile shares.
pub struct Context {
    /// The way to the API server.
    pub client: Client,
    /// How the operator runs, and what it makes of tests.
    pub settings: Settings,
    /// Writes events.
    pub events: EventRecorder,
    /// Counts.
    pub metrics: Metrics,
    /// The overlays and the namespaces.
    pub around: Arc<OverlayStore>,
    /// What tests make of overlays.
    pub(super) uses: OverlayUsage,
    /// Since when Jobs have too few pods.
    pub(super) shortages: ShortageTracker,
    /// Asks the API server beforehand.
    pub dry_runner: DryRunner,
    /// Where tests are rendered.
    pub(super) pool: RenderPool,
    /// As many as tests may be worked on at once, in all namespaces.
    pub(super) permits: Semaphore,
    /// What tests are asked about before they start.
    pub(super) start_checks: StartChecks,
    /// What was done to tests.
    pub(super) recent_writes: RecentWrites,
    waits: Mutex<HashMap<String, u32>>,
}

impl Context {
    /// The context of one run of the operator.
    #[must_use]
    pub fn new(
        client: Client,
        settings: Settings,
        metrics: Metrics,
        around: Arc<OverlayStore>,
        instance: String,
    ) -> Self {
        let reporter = Reporter { controller: MANAGER.to_owned(), instance: Some(instance) };
        Self {
            events: EventRecorder::new(client.clone(), reporter),
            dry_runner: DryRunner::new(settings.dry_run),
            permits: Semaphore::new(settings.concurrency.into()),
            client,
            around,
            uses: OverlayUsage::default(),
            shortages: ShortageTracker::default(),
            pool: RenderPool::default(),
            settings,
            metrics,
            start_checks: StartChecks::default(),
            recent_writes: RecentWrites::default(),
            waits: Mutex::default(),
        }
    }

    /// How long to wait before a test (by its UID) is looked at once more for the same reason: `first`, then
    /// twice as long each time, `longest` at most.
    pub fn delay(&self, test: &str, first: Duration, longest: Duration) -> Duration {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if waits.len() >= KEPT && !waits.contains_key(test) {
            // Of tests that went unseen; those that are there only start anew.
            waits.clear();
        }
        let count = waits.entry(test.to_owned()).or_default();
        let delay = first.saturating_mul(1 << (*count).min(16)).min(longest);
        *count += 1;
        delay
    }

    /// Forgets the delays of a test: it is fine, or gone.
    pub fn forget(&self, test: &str) {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).remove(test);
    }
}
