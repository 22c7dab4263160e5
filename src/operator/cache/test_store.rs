//! [`TestStore`]: the LocustTests of the cluster, for whoever asks what becomes of all of them.

use std::sync::Arc;

use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use kube::{
    Api, Client, ResourceExt,
    api::DynamicObject,
    runtime::{reflector::Store, watcher},
};

use super::reflector::{Synced, reflected};
use crate::operator::api::resource::locust_test_resource;

/// The LocustTests of the cluster, without their status.
pub(crate) struct TestStore {
    stores: Vec<Store<DynamicObject>>,
    synced: Vec<Synced>,
}

impl TestStore {
    /// Prepares to watch the tests of these namespaces, of all where none is named; and the task that does it.
    pub(crate) fn watch(client: &Client, namespaces: &[String]) -> (Self, BoxFuture<'static, ()>) {
        let resource = locust_test_resource();
        let apis: Vec<Api<DynamicObject>> = match namespaces {
            [] => vec![Api::all_with(client.clone(), &resource)],
            some => some.iter().map(|name| Api::namespaced_with(client.clone(), name, &resource)).collect(),
        };
        let (mut this, mut streams) = (Self { stores: Vec::new(), synced: Vec::new() }, Vec::new());
        for api in apis {
            let trim = |test: &mut DynamicObject| {
                test.managed_fields_mut().clear();
                if let Some(fields) = test.data.as_object_mut() {
                    fields.remove("status");
                }
            };
            let (store, synced, stream) =
                reflected(api, watcher::Config::default(), locust_test_resource(), trim, |_| ());
            this.stores.push(store);
            this.synced.push(synced);
            streams.push(stream.boxed());
        }
        (this, stream::select_all(streams).for_each(|_| std::future::ready(())).boxed())
    }

    /// Waits until everything has been read once.
    pub(crate) async fn wait_until_synced(&self) {
        for synced in &self.synced {
            synced.wait().await;
        }
    }

    /// All tests, by namespace and name.
    pub(crate) fn tests(&self) -> Vec<Arc<DynamicObject>> {
        let mut tests: Vec<Arc<DynamicObject>> = self.stores.iter().flat_map(Store::state).collect();
        tests.sort_by_cached_key(|test| (test.namespace(), test.name_any()));
        tests
    }
}
