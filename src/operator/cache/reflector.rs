//! [`reflected`]: a cache of one kind of object, and the stream that fills it.

use std::{fmt::Debug, hash::Hash, time::Duration};

use futures::{Stream, StreamExt};
use kube::{
    Api, Resource, ResourceExt,
    core::PartialObjectMeta,
    runtime::{
        WatchStreamExt,
        reflector::{Store, store::Writer},
        utils::Backoff,
        watcher,
    },
};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::operator::api::error_message::{is_expired_watch, watch_error_message};

/// How many objects are read at once when a cache is filled: what is read is trimmed page by page.
const PAGE: u32 = 100;
/// The longest pause before watching is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether a cache has been synced once. Many can wait for it: of those that wait with kube's own
/// `wait_until_ready`, only the last one is woken.
#[derive(Debug, Clone)]
pub(super) struct Synced(watch::Receiver<bool>);

impl Synced {
    /// Waits until it is synced.
    pub(super) async fn wait(&self) {
        // A stream that is gone belongs to a controller that is shutting down.
        let _ = self.0.clone().wait_for(|synced| *synced).await;
    }
}

/// A cache, whether it has been synced, and the stream of everything that is put into it or taken out.
///
/// It backs off by itself. A controller must not see its errors: it would make every other stream wait, too.
pub(super) fn reflected<K>(
    api: Api<K>,
    config: watcher::Config,
    dyntype: K::DynamicType,
    trim: impl Fn(&mut K) + Send + Sync + 'static,
    note: impl Fn(&watcher::Event<K>) + Send + Sync + 'static,
) -> (Store<K>, Synced, impl Stream<Item = Result<K, watcher::Error>> + Send + 'static)
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + Sync + 'static,
    K::DynamicType: Debug + Clone + Eq + Hash + Unpin + Send + Sync,
{
    let config = config.page_size(PAGE);
    let kind = K::kind(&dyntype).into_owned();
    let writer = Writer::<K>::new(dyntype);
    let reader = writer.as_reader();
    let (fill, synced) = watch::channel(false);
    let stream = watcher(api, config)
        .map(move |event| {
            match &event {
                Ok(event) => note(event),
                // The API server keeps old versions for some minutes only.
                Err(error) if is_expired_watch(error) => {
                    tracing::debug!(kind, error = watch_error_message(error), "watching begins anew");
                }
                Err(error) => {
                    tracing::warn!(
                        kind,
                        error = watch_error_message(error),
                        "watching failed, and is tried again"
                    );
                }
            }
            event
        })
        .backoff(CappedBackoff::default())
        .modify(trim)
        .reflect(writer)
        .inspect(move |event| {
            if matches!(event, Ok(watcher::Event::InitDone)) {
                fill.send_replace(true);
            }
        })
        .touched_objects();
    (reader, Synced(synced), stream)
}

/// kube's own backoff, never longer than [`LONGEST_PAUSE`]: tests should not wait for a cache that could be
/// there again.
#[derive(Default)]
struct CappedBackoff(watcher::DefaultBackoff);

impl Iterator for CappedBackoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.0.next().map(|pause| pause.min(LONGEST_PAUSE))
    }
}

impl Backoff for CappedBackoff {
    fn reset(&mut self) {
        self.0.reset();
    }
}

/// Leaves out what nobody reads of an object of which only the metadata is kept.
pub(super) fn trim_metadata<K>(object: &mut PartialObjectMeta<K>)
where
    PartialObjectMeta<K>: Resource,
{
    object.managed_fields_mut().clear();
}
