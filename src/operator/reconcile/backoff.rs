//! [`RequeueBackoff`]: how long to wait before a test is looked at once more for the same reason.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How many tests' delays are kept.
const KEPT: usize = 10_000;
/// The longest delay.
const LONGEST: Duration = Duration::from_secs(60);

/// How often each test, by its UID, was requeued for the same reason.
#[derive(Debug, Default)]
pub(crate) struct RequeueBackoff(Mutex<HashMap<String, u32>>);

impl RequeueBackoff {
    /// The next delay of a test: `first`, then twice as long each time, a minute at most.
    pub(super) fn next(&self, test: &str, first: Duration) -> Duration {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT && !counts.contains_key(test) {
            // Of tests that went unseen; those that are there only start anew.
            counts.clear();
        }
        let count = counts.entry(test.to_owned()).or_default();
        let delay = first.saturating_mul(1 << (*count).min(16)).min(LONGEST);
        *count += 1;
        delay
    }

    /// Starts anew for a test: it is fine, or gone.
    pub(super) fn reset(&self, test: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(test);
    }
}
