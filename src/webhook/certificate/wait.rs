//! [`changed`]: waits until one object is another than it was.

use std::{fmt::Debug, pin::pin, time::Duration};

use futures::StreamExt;
use kube::{Api, Resource, api::WatchParams};
use serde::de::DeserializeOwned;

/// How long nothing is asked after a watch has failed.
const FAILED: Duration = Duration::from_secs(5);

/// Resolves when the object of this name is another than this version: changed, made or gone. It may resolve without a
/// reason, too.
pub(crate) async fn changed<K>(api: &Api<K>, name: &str, version: &str)
where
    K: Resource + Clone + DeserializeOwned + Debug,
{
    let only = WatchParams::default().fields(&format!("metadata.name={name}")).disable_bookmarks();
    match api.watch(&only, version).await {
        Ok(events) => match pin!(events).next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) | None => tokio::time::sleep(FAILED).await,
        },
        Err(_) => tokio::time::sleep(FAILED).await,
    }
}
