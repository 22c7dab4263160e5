//! [`Queue`]: the tests to which something has happened since they were reconciled last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A test, by namespace and name.
pub(crate) type TestKey = (String, String);

/// The tests that wait to be reconciled, and since when. The queue of kube's own controller cannot be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<HashMap<TestKey, Instant>>>);

impl Queue {
    /// Something has happened to a test.
    pub(crate) fn add(&self, test: TestKey) {
        self.all().entry(test).or_insert_with(Instant::now);
    }

    /// A look at a test begins; how long it has waited.
    pub(crate) fn take(&self, test: &TestKey) -> Option<Duration> {
        self.all().remove(test).map(|since| since.elapsed())
    }

    /// How many wait.
    pub(crate) fn depth(&self) -> usize {
        self.all().len()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<TestKey, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_waits_once_whatever_happens_to_it() {
        let queue = Queue::default();
        let name = |name: &str| ("team-a".to_owned(), name.to_owned());
        queue.add(name("one"));
        queue.add(name("one"));
        queue.add(name("two"));
        assert_eq!(queue.depth(), 2);
        assert!(queue.take(&name("one")).is_some());
        assert!(queue.take(&name("one")).is_none(), "a look that nothing asked for: its time had come");
        assert_eq!(queue.depth(), 1);
    }
}
