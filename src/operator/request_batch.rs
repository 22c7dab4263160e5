//! [`RequestBatcher`]: who asks the same at the same time gets one answer, to one question.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};

/// How many keys are known before those that nobody asks about are forgotten.
const KNOWN: usize = 1_000;

/// Questions about a key, gathered. Every answer is to a question that was sent after all had asked who get it.
pub(super) struct RequestBatcher<A> {
    /// The shortest time between two questions about a key.
    pause: Duration,
    rounds: Mutex<HashMap<String, Batch<A>>>,
}

/// The questions about one key.
struct Batch<A> {
    /// What the next question is about.
    names: BTreeSet<String>,
    /// The answer to the question that is not sent yet, if somebody waits for it.
    next: Option<Shared<BoxFuture<'static, A>>>,
    /// When the last question was sent.
    last: Option<Instant>,
}

impl<A: Clone + Send + Sync + 'static> RequestBatcher<A> {
    /// No questions yet.
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, rounds: Mutex::default() }
    }

    /// Asks about `name` of `key`: at once when nobody has asked within the pause, else together with all who ask until
    /// it is over. `question` asks about several names.
    pub(super) async fn ask<F>(
        self: &Arc<Self>,
        key: &str,
        name: String,
        question: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> A
    where
        F: Future<Output = A> + Send,
    {
        let answer = {
            let mut rounds = self.all();
            if rounds.len() >= KNOWN {
                rounds.retain(|_, round| round.next.is_some());
            }
            let new = || Batch { names: BTreeSet::new(), next: None, last: None };
            let round = rounds.entry(key.to_owned()).or_insert_with(new);
            round.names.insert(name);
            let left = round.last.map_or(Duration::ZERO, |last| self.pause.saturating_sub(last.elapsed()));
            let (this, key) = (Arc::clone(self), key.to_owned());
            let next = round.next.get_or_insert_with(|| {
                let answer = async move {
                    tokio::time::sleep(left).await;
                    let names = this.close(&key);
                    question(names).await
                };
                answer.boxed().shared()
            });
            next.clone()
        };
        answer.await
    }

    /// Who asks from now on gets another answer.
    fn close(&self, key: &str) -> Vec<String> {
        let mut rounds = self.all();
        let Some(round) = rounds.get_mut(key) else { return Vec::new() };
        round.next = None;
        round.last = Some(Instant::now());
        std::mem::take(&mut round.names).into_iter().collect()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Batch<A>>> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner)
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
            let rounds = Arc::new(RequestBatcher::new(Duration::from_millis(50)));
            let asked = Arc::new(AtomicUsize::new(0));
            let ask = |name: usize| {
                let asked = Arc::clone(&asked);
                rounds.ask("a", format!("{name:02}"), move |names| async move {
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
            let rounds = Arc::new(RequestBatcher::new(Duration::from_millis(5)));
            let world = Arc::new(AtomicUsize::new(0));
            let asks = (0..300_u64).map(|number| {
                let (rounds, world) = (Arc::clone(&rounds), Arc::clone(&world));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_micros(number * 137 % 40_000)).await;
                    let published = world.fetch_add(1, Ordering::SeqCst) + 1;
                    let seen = Arc::clone(&world);
                    let answer = rounds.ask("a", number.to_string(), move |_| async move {
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
            let rounds = Arc::new(RequestBatcher::new(Duration::from_millis(30)));
            let question = |names: Vec<String>| async move { names };
            rounds.ask("a", "first".into(), question).await;
            let gone =
                tokio::time::timeout(Duration::from_millis(5), rounds.ask("a", "gone".into(), question));
            assert!(gone.await.is_err());
            assert_eq!(rounds.ask("a", "here".into(), question).await, ["gone", "here"]);
        });
    }
}
