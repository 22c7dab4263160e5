//! [`RecentWrites`]: what the operator has just written of each test, until its caches show it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::operator::observed::Observed;

/// How many tests are remembered; older writes are forgotten first.
const KEPT: usize = 10_000;
/// How long the caches may take to show what was written, before the API server is asked.
const LAG: Duration = Duration::from_secs(2);
/// How long a test's status stays as it was just written, while its phase does.
const STATUS: Duration = Duration::from_secs(1);

/// What the operator has written of a test.
#[derive(Debug, Default)]
struct TestWrites {
    /// The UIDs or names of what was there after the last write, and when that was.
    objects: Option<(Instant, Vec<String>)>,
    /// When the status was written last.
    status: Option<Instant>,
    /// Whether something was in the way of the test's start that the caches do not show.
    is_blocked: bool,
}

impl TestWrites {
    fn last(&self) -> Option<Instant> {
        self.objects.as_ref().map(|(when, _)| *when).max(self.status)
    }
}

/// What the operator has written of tests, by their UIDs.
///
/// It serves the same end as the `ControllerExpectations` of Kubernetes' own controllers: nothing is decided on a cache
/// that does not show yet what the operator itself has created.
#[derive(Debug, Default)]
pub(super) struct RecentWrites(Mutex<HashMap<String, TestWrites>>);

impl RecentWrites {
    /// Objects were written: this is what there is now.
    pub(super) fn objects_written(&self, observed: &Observed) {
        let there = there(observed);
        self.with(observed.uid(), |writes| writes.objects = Some((Instant::now(), there)));
    }

    /// Whether the caches do not show yet what was written a moment ago.
    pub(super) fn is_ahead_of(&self, cached: &Observed) -> bool {
        self.with(cached.uid(), |writes| {
            let written = writes.objects.as_ref().filter(|(when, _)| when.elapsed() < LAG);
            let there = there(cached);
            written.is_some_and(|(_, written)| written.iter().any(|one| !there.contains(one)))
        })
    }

    /// The status was written.
    pub(super) fn status_written(&self, test: &str) {
        self.with(test, |writes| writes.status = Some(Instant::now()));
    }

    /// How long the status should stay as it is, unless the phase changes: pods that come up one after another are
    /// reported at once.
    pub(super) fn status_rests(&self, test: &str) -> Option<Duration> {
        self.with(test, |writes| STATUS.checked_sub(writes.status?.elapsed())).filter(|rest| !rest.is_zero())
    }

    /// Something is in the way of the test's start that the caches do not show.
    pub(super) fn start_blocked(&self, test: &str) {
        self.with(test, |writes| writes.is_blocked = true);
    }

    /// Whether something was in the way that the caches do not show.
    pub(super) fn was_start_blocked(&self, test: &str) -> bool {
        self.with(test, |writes| writes.is_blocked)
    }

    fn with<T>(&self, test: &str, work: impl FnOnce(&mut TestWrites) -> T) -> T {
        let mut all = self.all();
        if all.len() >= KEPT && !all.contains_key(test) {
            all.retain(|_, writes| writes.last().is_some_and(|last| last.elapsed() < LAG));
        }
        work(all.entry(test.to_owned()).or_default())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, TestWrites>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is of a test beside its pods.
fn there(observed: &Observed) -> Vec<String> {
    let revision = observed.revision.iter().map(|revision| revision.name.clone());
    let children = observed.objects().filter(|(_, object)| !object.deleting);
    revision.chain(children.map(|(_, object)| object.uid.clone())).collect()
}
