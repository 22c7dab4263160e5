//! [`StartChecks`]: what is read from the API server just before tests start, once for all that are about to.

use std::{sync::Arc, time::Duration};

use futures::future::try_join;
use k8s_openapi::api::core::v1::Pod;
use kube::{Client, api::DynamicObject};

use super::request_batch::RequestBatcher;
use crate::operator::{
    api::{error::Error, read},
    cache::overlay_store::freshness::LiveOverlays,
    observed::{Observed, test_objects::TestObjects},
};
use podgraft_locust::{names, role::Role};

/// The shortest time between two reads of a namespace.
const PAUSE: Duration = Duration::from_secs(1);

/// What the API server said, after all tests that get this answer were found ready to start.
#[derive(Debug)]
pub(super) struct StartCheck {
    /// The overlays that matter in the namespace, and its labels.
    pub(super) overlays: LiveOverlays,
    /// The pods that have the labels of these tests.
    pods: Vec<Pod>,
}

/// Reads, once for all tests of a namespace that are about to start.
pub(super) struct StartChecks(Arc<RequestBatcher<Result<Arc<StartCheck>, Error>>>);

impl Default for StartChecks {
    fn default() -> Self {
        Self(Arc::new(RequestBatcher::new(PAUSE)))
    }
}

impl StartChecks {
    /// Reads what matters to a test that is about to start.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub(super) async fn read(
        &self,
        client: &Client,
        test: &DynamicObject,
        has_cluster_overlays: bool,
    ) -> Result<Arc<StartCheck>, Error> {
        let namespace = test.metadata.namespace.clone().unwrap_or_default();
        let name = test.metadata.name.clone().unwrap_or_default();
        let (client, key) = (client.clone(), namespace.clone());
        let question = async move |names: Vec<String>| {
            let overlays = LiveOverlays::read(&client, &namespace, has_cluster_overlays);
            let (overlays, pods) = try_join(overlays, read::pods_of(&client, &namespace, &names)).await?;
            Ok(Arc::new(StartCheck { overlays, pods }))
        };
        self.0.ask(&key, name, question).await
    }
}

impl StartCheck {
    /// The observed state of a test of which nothing was made so far: itself, as the API server has it now, and the pods
    /// with its labels. What else has its names is met when it is made. `None` when the test is gone.
    ///
    /// # Errors
    /// [`Error::Api`] when the API server does not answer.
    pub(super) async fn observe(
        &self,
        client: &Client,
        test: &DynamicObject,
    ) -> Result<Option<Observed>, Error> {
        let Some(current) = read::test(client, test).await? else { return Ok(None) };
        let labels = Role::ALL.map(|role| names::generated_name_of(&name_of(test), role));
        let is_its = |pod: &&Pod| {
            let label = pod.metadata.labels.as_ref().and_then(|all| all.get(names::POD_LABEL));
            label.is_some_and(|label| labels.contains(label))
        };
        let pods = self.pods.iter().filter(is_its).cloned().collect();
        Ok(Some(TestObjects { pods, ..TestObjects::default() }.observed(current)))
    }
}

fn name_of(test: &DynamicObject) -> String {
    test.metadata.name.clone().unwrap_or_default()
}
