//! [`watch`]: follows the CRD, and stores tests of v1 anew as v2.

use std::{pin::pin, time::Duration};

use futures::{StreamExt, TryStreamExt, stream};
use kube::{Client, api::DynamicObject};
use tokio::{sync::watch, time::sleep};

use super::Storage;
use crate::operator::api::{
    error::Error,
    stored_versions::{CrdEvent, read_tests, set_stored_version, store_anew, watch_crd},
};

/// How long to wait before the tests are read again that could not be.
const PAUSE: Duration = Duration::from_secs(3);
/// How long to wait before tests are stored anew again, of which one could not be.
const RETRY: Duration = Duration::from_secs(60);
/// How many tests are stored anew at once.
const AT_ONCE: usize = 8;

const UNCONVERTED: &str = "LocustTests may be stored as locust.io/v1 (status.storedVersions of the CRD), and nothing converts them: install podgraft \
     with its conversion webhook, or take v1 out of storedVersions when no test of v1 is left; nothing is touched until then";

/// What is known of how the tests are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StorageState {
    /// Nothing yet.
    Unknown,
    /// The tests are read as what they are.
    Readable,
    /// They are not, or that is not known; why.
    Unreadable(String),
}

/// Follows the CRD for ever, and says whether the tests can be read. Where a webhook converts tests that may be stored as
/// v1, all tests are stored anew as v2, and the CRD forgets v1; with `namespaces`, which the operator is limited to, they
/// are only read.
pub(crate) async fn watch(client: Client, namespaces: Vec<String>, state: watch::Sender<StorageState>) {
    let mut events = pin!(watch_crd(&client));
    let mut next = events.next().await;
    while let Some(event) = next {
        let work = settle(&client, &namespaces, &event, &state);
        // What comes next overtakes what is being done.
        next = tokio::select! {
            next = events.next() => next,
            () = work => events.next().await,
        };
    }
}

/// Publishes what an event means, and does what it asks for until that is done.
async fn settle(
    client: &Client,
    namespaces: &[String],
    event: &CrdEvent,
    state: &watch::Sender<StorageState>,
) {
    let publish = |new: StorageState| {
        state.send_if_modified(|old| {
            let is_new = *old != new;
            *old = new;
            is_new
        });
    };
    let crd = match event {
        CrdEvent::Is(crd) => crd,
        CrdEvent::Missing => return publish(StorageState::Readable),
        CrdEvent::Forbidden => {
            tracing::warn!(
                "the operator may not read the CRD of LocustTests, and cannot see whether some are stored as locust.io/v1"
            );
            return publish(StorageState::Readable);
        }
    };
    match Storage::of(crd) {
        Storage::AsRead => publish(StorageState::Readable),
        Storage::Unconverted => publish(StorageState::Unreadable(UNCONVERTED.to_owned())),
        Storage::Converted { stores_v2 } => loop {
            if let Err(error) = read_all(client, namespaces).await {
                publish(StorageState::Unreadable(format!(
                    "LocustTests may be stored as locust.io/v1, and the conversion webhook does not convert them: {error}"
                )));
                sleep(PAUSE).await;
                continue;
            }
            publish(StorageState::Readable);
            if !stores_v2 || !namespaces.is_empty() {
                return;
            }
            match migrate(client, crd).await {
                Ok(tests) => {
                    tracing::info!(tests, "all LocustTests are stored as locust.io/v2");
                    return;
                }
                // The CRD has changed, which is an event of its own.
                Err(Error::Stale) => return,
                Err(error) => tracing::warn!(%error, "some LocustTests may still be stored as locust.io/v1"),
            }
            sleep(RETRY).await;
        },
    }
}

/// Reads all tests of the operator's namespaces, whatever they are stored as.
async fn read_all(client: &Client, namespaces: &[String]) -> Result<(), Error> {
    if namespaces.is_empty() {
        return read_tests(client, None).await.map(|_| ());
    }
    for namespace in namespaces {
        read_tests(client, Some(namespace)).await?;
    }
    Ok(())
}

/// Stores all tests of the cluster anew, so that the CRD can forget v1; how many there are.
async fn migrate(client: &Client, crd: &DynamicObject) -> Result<usize, Error> {
    let tests = read_tests(client, None).await?;
    let all = stream::iter(tests.iter().map(Ok));
    all.try_for_each_concurrent(AT_ONCE, |(namespace, name)| store_anew(client, namespace, name)).await?;
    set_stored_version(client, crd, "v2").await?;
    Ok(tests.len())
}
