//! [`Connections`]: so many at once, and room for another one as long as one of them rests.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The connections that are open. Where there are as many as there may be, the one that has rested longest is closed for a
/// new one: nobody keeps others out by connections on which nothing, or nearly nothing, arrives.
#[derive(Debug)]
pub(crate) struct Connections {
    most: usize,
    open: Mutex<OpenConnections>,
}

#[derive(Debug, Default)]
struct OpenConnections {
    /// Those that rest, by when they began to, and what closes each.
    resting: BTreeMap<u64, Arc<Notify>>,
    /// How many have a request that is being answered.
    working: usize,
    /// Grows with every rest.
    clock: u64,
}

/// A connection that is open.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    all: Arc<Connections>,
    closes: Arc<Notify>,
    /// Its place among those that rest; none while a request is being answered.
    rests_since: Mutex<Option<u64>>,
}

/// A request is being answered: the connection is not closed before this is dropped.
#[derive(Debug)]
pub(crate) struct BusyConnection<'c>(&'c OpenConnection);

impl Connections {
    /// So many at once.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    /// Makes room for another one, and takes it; `None` where all of them are at work.
    pub(crate) fn open(self: &Arc<Self>) -> Option<Arc<OpenConnection>> {
        let mut open = self.lock();
        if open.resting.len() + open.working >= self.most {
            let (_, closes) = open.resting.pop_first()?;
            closes.notify_one();
        }
        let closes = Arc::new(Notify::new());
        let since = open.rest(&closes);
        drop(open);
        Some(Arc::new(OpenConnection { all: Arc::clone(self), closes, rests_since: Mutex::new(Some(since)) }))
    }

    /// Closes the one that has rested longest.
    pub(crate) fn close_one(&self) {
        if let Some((_, closes)) = self.lock().resting.pop_first() {
            closes.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, OpenConnections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenConnections {
    fn rest(&mut self, closes: &Arc<Notify>) -> u64 {
        self.clock += 1;
        self.resting.insert(self.clock, Arc::clone(closes));
        self.clock
    }
}

impl OpenConnection {
    /// Resolves when it is to be closed for another one.
    pub(crate) async fn is_closed(&self) {
        self.closes.notified().await;
    }

    /// Its request has arrived, and is being answered.
    pub(crate) fn work(&self) -> BusyConnection<'_> {
        let mut open = self.all.lock();
        if let Some(since) = self.since().take() {
            open.resting.remove(&since);
            open.working += 1;
        }
        BusyConnection(self)
    }

    fn since(&self) -> MutexGuard<'_, Option<u64>> {
        self.rests_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for BusyConnection<'_> {
    fn drop(&mut self) {
        let mut open = self.0.all.lock();
        let mut since = self.0.since();
        if since.is_none() {
            open.working -= 1;
            *since = Some(open.rest(&self.0.closes));
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        match self.since().take() {
            Some(since) => drop(open.resting.remove(&since)),
            None => open.working -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn is_closed(connection: &OpenConnection) -> bool {
        connection.is_closed().now_or_never().is_some()
    }

    #[test]
    fn the_one_that_has_rested_longest_makes_room() {
        let all = Connections::new(3);
        let [first, second, third] = [(); 3].map(|()| all.open().unwrap());
        drop(first.work());
        let fourth = all.open().unwrap();
        assert!(is_closed(&second) && !is_closed(&first) && !is_closed(&third) && !is_closed(&fourth));
        drop(second);
        let works = [first.work(), fourth.work()];
        let fifth = all.open().unwrap();
        assert!(is_closed(&third), "those that are at work stay");
        drop(third);
        let last = fifth.work();
        assert!(all.open().is_none(), "all of them are at work");
        drop(works);
        assert!(all.open().is_some());
        assert!(is_closed(&first) || is_closed(&fourth));
        drop(last);
    }

    #[test]
    fn what_is_over_leaves_nothing_behind() {
        let all = Connections::new(2);
        for _ in 0..10 {
            let connection = all.open().unwrap();
            drop(connection.work());
        }
        all.close_one();
        let open = all.lock();
        assert_eq!((open.resting.len(), open.working), (0, 0));
    }
}
