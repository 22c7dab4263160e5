//! [`RequestBatcher`]: requests for the same key that come together are one.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};

/// How many keys are known before those without a pending request are forgotten.
const KNOWN: usize = 1_000;

/// Gathers requests by key. Every response is to a request that was sent after all callers who get it had asked.
pub(super) struct RequestBatcher<R> {
    /// The shortest time between two requests for a key.
    pause: Duration,
    batches: Mutex<HashMap<String, Batch<R>>>,
}

/// The requests for one key.
struct Batch<R> {
    /// What the next request is about.
    names: BTreeSet<String>,
    /// The response to the request that is not sent yet, if somebody waits for it.
    next: Option<Shared<BoxFuture<'static, R>>>,
    /// When the last request was sent.
    last: Option<Instant>,
}

impl<R: Clone + Send + Sync + 'static> RequestBatcher<R> {
    /// No requests yet.
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, batches: Mutex::default() }
    }

    /// Asks about `name` of `key`: at once when no request was sent within the pause, else together with all who ask
    /// until it is over. `request` asks about several names.
    pub(super) async fn ask<F>(
        self: &Arc<Self>,
        key: &str,
        name: String,
        request: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> R
    where
        F: Future<Output = R> + Send,
    {
        let answer = {
            let mut batches = self.all();
            if batches.len() >= KNOWN {
                batches.retain(|_, batch| batch.next.is_some());
            }
            let new = || Batch { names: BTreeSet::new(), next: None, last: None };
            let batch = batches.entry(key.to_owned()).or_insert_with(new);
            batch.names.insert(name);
            let left = batch.last.map_or(Duration::ZERO, |last| self.pause.saturating_sub(last.elapsed()));
            let (this, key) = (Arc::clone(self), key.to_owned());
            let next = batch.next.get_or_insert_with(|| {
                let answer = async move {
                    tokio::time::sleep(left).await;
                    let names = this.close(&key);
                    request(names).await
                };
                answer.boxed().shared()
            });
            next.clone()
        };
        answer.await
    }

    /// Takes the names of the next request; who asks from now on gets another response.
    fn close(&self, key: &str) -> Vec<String> {
        let mut batches = self.all();
        let Some(batch) = batches.get_mut(key) else { return Vec::new() };
        batch.next = None;
        batch.last = Some(Instant::now());
        std::mem::take(&mut batch.names).into_iter().collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Batch<R>>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn who_asks_together_is_answered_together() {
        runtime().block_on(async {
            let batcher = Arc::new(RequestBatcher::new(Duration::from_millis(50)));
            let asked = Arc::new(AtomicUsize::new(0));
            let ask = |name: usize| {
                let asked = Arc::clone(&asked);
                batcher.ask("a", format!("{name:02}"), move |names| async move {
                    asked.fetch_add(1, Ordering::Relaxed);
                    names
                })
            };
            assert_eq!(ask(0).await, ["00"], "alone, at once");
            let answers = join_all((1..40).map(ask)).await;
            assert_eq!(asked.load(Ordering::Relaxed), 2);
            for (index, names) in answers.iter().enumerate() {
                assert_eq!(names.len(), 39);
                assert!(names.contains(&format!("{:02}", index + 1)));
            }
        });
    }

    /// What changes before somebody asks is in the answer, whoever else has asked before and waits.
    #[test]
    fn no_answer_is_older_than_its_question() {
        runtime().block_on(async {
            let batcher = Arc::new(RequestBatcher::new(Duration::from_millis(5)));
            let world = Arc::new(AtomicUsize::new(0));
            let asks = (0..300_u64).map(|number| {
                let (batcher, world) = (Arc::clone(&batcher), Arc::clone(&world));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_micros(number * 137 % 40_000)).await;
                    let published = world.fetch_add(1, Ordering::SeqCst) + 1;
                    let seen = Arc::clone(&world);
                    let answer = batcher.ask("a", number.to_string(), move |_| async move {
                        let answer = seen.load(Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(3)).await;
                        answer
                    });
                    assert!(answer.await >= published);
                })
            });
            for ask in join_all(asks).await {
                ask.unwrap();
            }
        });
    }

    #[test]
    fn who_stops_waiting_keeps_nobody_waiting() {
        runtime().block_on(async {
            let batcher = Arc::new(RequestBatcher::new(Duration::from_millis(30)));
            let question = |names: Vec<String>| async move { names };
            batcher.ask("a", "first".into(), question).await;
            let gone =
                tokio::time::timeout(Duration::from_millis(5), batcher.ask("a", "gone".into(), question));
            assert!(gone.await.is_err());
            assert_eq!(batcher.ask("a", "here".into(), question).await, ["gone", "here"]);
        });
    }
}
