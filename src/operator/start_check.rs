//! [`StartChecks`]: what the API server is asked just before tests start, once for all that are about to.

use std::{sync::Arc, time::Duration};

use futures::future::{try_join, try_join_all};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams},
};

use super::{
    error::Error, fetch, observed::Observed, overlay_store::freshness::LiveOverlays,
    request_batch::RequestBatcher,
};
use podgraft_locust::{locust::base, role::Role};

/// The shortest time between two questions about a namespace.
const PAUSE: Duration = Duration::from_secs(1);
/// How many tests' pods are asked for at once: a label selector is a part of an address.
const AT_ONCE: usize = 50;

/// What the API server said, asked after the tests were found ready to start that get it.
#[derive(Debug)]
pub(super) struct StartCheck {
    /// The overlays that matter in the namespace, and its labels.
    pub(super) current: LiveOverlays,
    /// The pods that have the labels of these tests.
    pods: Vec<Pod>,
}

/// Asks, together for all tests of a namespace that are about to start.
pub(super) struct StartChecks(Arc<RequestBatcher<Result<Arc<StartCheck>, Error>>>);

impl Default for StartChecks {
    fn default() -> Self {
        Self(Arc::new(RequestBatcher::new(PAUSE)))
    }
}

impl StartChecks {
    /// Asks for what matters to a test that is about to start.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub(super) async fn ask(
        &self,
        client: &Client,
        test: &DynamicObject,
        has_cluster_overlays: bool,
    ) -> Result<Arc<StartCheck>, Error> {
        let namespace = test.metadata.namespace.clone().unwrap_or_default();
        let name = test.metadata.name.clone().unwrap_or_default();
        let (client, key) = (client.clone(), namespace.clone());
        let question = async move |names: Vec<String>| {
            let current = LiveOverlays::read(&client, &namespace, has_cluster_overlays);
            let (current, pods) = try_join(current, pods(&client, &namespace, &names)).await?;
            Ok(Arc::new(StartCheck { current, pods }))
        };
        self.0.ask(&key, name, question).await
    }
}

impl StartCheck {
    /// What there is of a test of which nothing was made so far, as the API server says now: itself and the pods with
    /// its labels. What else has its names is met when it is made. `None` when the test is gone.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub(super) async fn observed(
        &self,
        client: &Client,
        test: &DynamicObject,
    ) -> Result<Option<Observed>, Error> {
        let Some(current) = fetch::test(client, test).await? else { return Ok(None) };
        let labels = Role::ALL.map(|role| base::generated_name_of(&name_of(test), role));
        let is_its = |pod: &&Pod| {
            let label = pod.metadata.labels.as_ref().and_then(|all| all.get(base::POD_LABEL));
            label.is_some_and(|label| labels.contains(label))
        };
        Ok(Some(fetch::unmade(current, self.pods.iter().filter(is_its).cloned().collect())))
    }
}

fn name_of(test: &DynamicObject) -> String {
    test.metadata.name.clone().unwrap_or_default()
}

/// The pods with the labels of these tests.
async fn pods(client: &Client, namespace: &str, tests: &[String]) -> Result<Vec<Pod>, Error> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    let lists = tests.chunks(AT_ONCE).map(|tests| {
        let labels = tests.iter().flat_map(|test| Role::ALL.map(|role| base::generated_name_of(test, role)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let with_label = ListParams::default().labels(&format!("{} in ({labels})", base::POD_LABEL));
        let pods = pods.clone();
        async move { pods.list(&with_label).await }
    });
    let found = try_join_all(lists).await.map_err(Error::api("read the pods of tests that are to start"))?;
    Ok(found.into_iter().flat_map(|list| list.items).collect())
}

/// Whether nothing is known of a test but the test itself.
pub(super) fn is_unmade(observed: &Observed) -> bool {
    observed.revision.is_none()
        && observed.highest_revision == 0
        && observed.objects().next().is_none()
        && observed.pods.is_empty()
        && !observed.has_started()
        && !observed.was_made()
}
