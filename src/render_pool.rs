//! [`RenderPool`]: the threads on which tests are rendered.
//!
//! Rendering never runs on the threads that renew the lease and answer for health. Only so many tests of a namespace
//! are rendered at a time, so that a namespace full of tests that take long keeps nobody else's waiting, and
//! a panic ends one rendering only.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use podgraft_merge::diagnostic::Diagnostic;
use tokio::sync::Semaphore;

use crate::codes;

/// How many namespaces are known before those without a rendering are forgotten.
const KNOWN: usize = 1_000;

/// The threads on which tests are rendered.
#[derive(Debug)]
pub(crate) struct RenderPool {
    threads: Arc<Semaphore>,
    /// How many renderings of one namespace run at once.
    per_namespace: usize,
    namespaces: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// A rendering ended in a panic; its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenderPanic(pub(crate) String);

impl RenderPanic {
    /// That a test could not be rendered, by no fault of its author's.
    #[expect(clippy::unused_self, reason = "what a panic says is for the log")]
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        let message =
            "report this test: podgraft has a fault, and ended in a panic while it rendered the test";
        Diagnostic::error(codes::RENDER_FAILED, message)
            .help("change the test to try again; the operator's log has the words of the panic")
    }
}

impl Default for RenderPool {
    /// A thread a processor, two at least. Rendering is bounded, so a thread is never lost for long, and each
    /// thread more keeps memory of its own for good.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self::new(processors.max(2), 1)
    }
}

impl RenderPool {
    /// A pool of so many threads, so many of which one namespace may have.
    pub(crate) fn new(threads: usize, per_namespace: usize) -> Self {
        Self { threads: Arc::new(Semaphore::new(threads)), per_namespace, namespaces: Mutex::default() }
    }

    /// Runs a rendering of a namespace's test when it is its turn. Its place is taken until it ends, also
    /// when nobody waits for it any more: a thread cannot be stopped.
    ///
    /// # Errors
    /// It panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        namespace: &str,
        rendering: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RenderPanic> {
        let closed = |_| RenderPanic("the operator ends".to_owned());
        let turn = self.turns_of(namespace).acquire_owned().await.map_err(closed)?;
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(closed)?;
        let work = move || {
            let _places = (turn, thread);
            rendering()
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            let words = error.try_into_panic().map_or_else(
                |_| "the operator ends".to_owned(),
                |payload| {
                    let text = payload.downcast_ref::<String>().map(String::as_str);
                    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no words").to_owned()
                },
            );
            RenderPanic(words)
        })
    }

    fn turns_of(&self, namespace: &str) -> Arc<Semaphore> {
        let mut namespaces = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turns) = namespaces.get(namespace).and_then(Weak::upgrade) {
            return turns;
        }
        if namespaces.len() >= KNOWN {
            namespaces.retain(|_, turns| turns.strong_count() > 0);
        }
        let turns = Arc::new(Semaphore::new(self.per_namespace));
        namespaces.insert(namespace.to_owned(), Arc::downgrade(&turns));
        turns
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::mpsc,
        time::{Duration, Instant},
    };

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        // One thread: rendering on it would stop everything.
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn a_namespace_that_is_stuck_keeps_nobody_waiting() {
        runtime().block_on(async {
            let pool = Arc::new(RenderPool::new(2, 1));
            let (release, stuck) = mpsc::channel::<()>();
            let stuck = Arc::new(Mutex::new(stuck));
            let hostile: Vec<_> = (0..20)
                .map(|_| {
                    let (pool, stuck) = (Arc::clone(&pool), Arc::clone(&stuck));
                    let wait = move || stuck.lock().unwrap().recv_timeout(Duration::from_secs(20)).is_ok();
                    tokio::spawn(async move { pool.run("hostile", wait).await })
                })
                .collect();
            tokio::task::yield_now().await;
            let started = Instant::now();
            for index in 0..50 {
                assert_eq!(pool.run("other", move || index).await, Ok(index));
            }
            assert!(started.elapsed() < Duration::from_secs(10), "the others waited");
            for _ in &hostile {
                release.send(()).unwrap();
            }
            for rendering in hostile {
                assert_eq!(rendering.await.unwrap(), Ok(true));
            }
        });
    }

    #[test]
    fn a_panic_ends_one_rendering_only() {
        runtime().block_on(async {
            let pool = RenderPool::new(1, 1);
            for index in 0..3 {
                let panicked = pool.run("a", move || assert_eq!(index, 9, "a wrong turn")).await.unwrap_err();
                assert!(panicked.0.contains("a wrong turn"), "{panicked:?}");
                assert_eq!(pool.run("a", || 1).await, Ok(1));
            }
        });
    }

    #[test]
    fn a_place_is_taken_until_its_rendering_ends() {
        runtime().block_on(async {
            let pool = Arc::new(RenderPool::new(1, 1));
            let (release, stuck) = mpsc::channel::<()>();
            let waiting = Arc::clone(&pool);
            let task = tokio::spawn(async move { waiting.run("a", move || stuck.recv().is_ok()).await });
            tokio::time::sleep(Duration::from_millis(50)).await;
            task.abort();
            let next = tokio::time::timeout(Duration::from_millis(100), pool.run("b", || 1)).await;
            assert!(next.is_err(), "nobody waits for it, and it still runs");
            release.send(()).unwrap();
            assert_eq!(pool.run("b", || 1).await, Ok(1));
        });
    }
}
