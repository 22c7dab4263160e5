//! [`Memory`]: what the operator remembers of its own deeds, from one look at a test to the next.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::view::View;

/// How many tests are remembered; older deeds are forgotten first.
const KEPT: usize = 10_000;
/// How long the caches may take to show what was made, before the API server is asked.
const LAG: Duration = Duration::from_secs(2);
/// How long a test's status stays as it was just written, while its phase does.
const STATUS: Duration = Duration::from_secs(1);

/// What the operator did to a test.
#[derive(Debug, Default)]
struct Deeds {
    /// The UIDs or names of what was there after the last deed, and when that was.
    made: Option<(Instant, Vec<String>)>,
    /// When the status was written last.
    written: Option<Instant>,
    /// Whether something was in the way of the test's start that the caches do not show.
    met: bool,
}

impl Deeds {
    fn last(&self) -> Option<Instant> {
        self.made.as_ref().map(|(when, _)| *when).max(self.written)
    }
}

/// What the operator did to tests, by their UIDs.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<HashMap<String, Deeds>>);

impl Memory {
    /// Something was made: this is what there is now.
    pub(super) fn made(&self, view: &View) {
        let there = there(view);
        self.with(view.uid(), |deeds| deeds.made = Some((Instant::now(), there)));
    }

    /// Whether the caches do not show yet what was made a moment ago.
    pub(super) fn is_ahead_of(&self, cached: &View) -> bool {
        self.with(cached.uid(), |deeds| {
            let made = deeds.made.as_ref().filter(|(when, _)| when.elapsed() < LAG);
            let there = there(cached);
            made.is_some_and(|(_, made)| made.iter().any(|one| !there.contains(one)))
        })
    }

    /// The status was written.
    pub(super) fn written(&self, test: &str) {
        self.with(test, |deeds| deeds.written = Some(Instant::now()));
    }

    /// How long the status should stay as it is, unless the phase changes: pods that come up one after another are told
    /// of at once.
    pub(super) fn status_rests(&self, test: &str) -> Option<Duration> {
        self.with(test, |deeds| STATUS.checked_sub(deeds.written?.elapsed())).filter(|rest| !rest.is_zero())
    }

    /// Something is in the way of the test's start that the caches do not show.
    pub(super) fn met(&self, test: &str) {
        self.with(test, |deeds| deeds.met = true);
    }

    /// Whether something was in the way that the caches do not show.
    pub(super) fn has_met(&self, test: &str) -> bool {
        self.with(test, |deeds| deeds.met)
    }

    fn with<T>(&self, test: &str, work: impl FnOnce(&mut Deeds) -> T) -> T {
        let mut all = self.all();
        if all.len() >= KEPT && !all.contains_key(test) {
            all.retain(|_, deeds| deeds.last().is_some_and(|last| last.elapsed() < LAG));
        }
        work(all.entry(test.to_owned()).or_default())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Deeds>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is of a test beside its pods.
fn there(view: &View) -> Vec<String> {
    let revision = view.revision.iter().map(|revision| revision.name.clone());
    let children = view.children().filter(|(_, child)| !child.deleting);
    revision.chain(children.map(|(_, child)| child.uid.clone())).collect()
}
