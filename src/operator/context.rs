//! [`Context`]: what every reconcile shares.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kube::{
    Client,
    runtime::events::{Recorder, Reporter},
};

use super::{MANAGER, check::Checker, metrics::Metrics, settings::Settings};

/// The first delay after a failure.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// The longest delay after many failures.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// What every reconcile shares.
pub struct Context {
    /// The way to the API server.
    pub client: Client,
    /// How the operator runs, and what it makes of tests.
    pub settings: Settings,
    /// Writes events.
    pub recorder: Recorder,
    /// Counts.
    pub metrics: Metrics,
    /// Asks the API server beforehand.
    pub checker: Checker,
    failures: Mutex<HashMap<String, u32>>,
}

impl Context {
    /// The context of one run of the operator.
    #[must_use]
    pub fn new(client: Client, settings: Settings, metrics: Metrics, instance: String) -> Self {
        let reporter = Reporter { controller: MANAGER.to_owned(), instance: Some(instance) };
        Self {
            recorder: Recorder::new(client.clone(), reporter),
            checker: Checker::new(settings.dry_run),
            client,
            settings,
            metrics,
            failures: Mutex::default(),
        }
    }

    /// How long to wait after one more failure of this test (`namespace/name`): twice as long each time.
    pub fn delay(&self, test: &str) -> Duration {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry(test.to_owned()).or_default();
        let delay = FIRST_DELAY.saturating_mul(1 << (*count).min(16)).min(LONGEST_DELAY);
        *count += 1;
        delay
    }

    /// Forgets the failures of a test: it is fine, or gone.
    pub fn forget(&self, test: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(test);
    }
}
