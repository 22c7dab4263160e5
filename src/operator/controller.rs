//! The controller: which test is reconciled when.

use std::{sync::Arc, time::Duration};

use futures::{Stream, StreamExt, future::BoxFuture};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Resource, ResourceExt,
    api::DynamicObject,
    runtime::{Controller, controller::Config as ControllerConfig, reflector::ObjectRef, watcher},
};

use super::{
    api::resource::locust_test_resource,
    cache::Caches,
    metrics::Metrics,
    reconcile::{
        context::{Context, ControllerContext},
        on_error, reconcile,
    },
};
use podgraft_locust::names;

/// How long the triggers of one test are gathered before it is looked at.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// How many tests may be looked at for each that has a permit.
const WAITING: u16 = 4;

/// A controller that has not started.
pub(crate) struct PreparedController {
    /// What it will keep in memory.
    pub(crate) caches: Caches,
    /// Runs it until it is told to stop.
    pub(crate) run: BoxFuture<'static, ()>,
}

/// Prepares the controller of `namespace`, or of all namespaces. It ends when `stop` does, after the tests
/// at hand.
pub(crate) fn prepare(
    ctx: &Arc<Context>,
    namespace: Option<&str>,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) -> PreparedController {
    let (caches, touched) = Caches::watch(&ctx.client, namespace);
    // More than have a permit: those that wait for the API server's word before they start, wait together.
    let looks = ctx.settings.concurrency.saturating_mul(WAITING);
    let config = ControllerConfig::default().concurrency(looks).debounce(DEBOUNCE);
    let scope = Arc::new(ControllerContext { shared: Arc::clone(ctx), caches: caches.clone() });
    let trigger = QueueTrigger(ctx.metrics.clone());
    let (of_test, of_pod) = (trigger.clone(), trigger.clone());
    let test_stream = without_errors(touched.tests, move |test| {
        of_test.count(&ObjectRef::from_obj_with(test, locust_test_resource()));
    });
    let pod_stream = without_errors(touched.pods, move |pod| {
        if let Some(test) = test_of(pod) {
            of_pod.count(&test);
        }
    });
    let all = ctx.metrics.clone();
    let controller = Controller::for_stream_with(test_stream, caches.tests.clone(), locust_test_resource())
        .with_config(config)
        .owns_stream_with(without_errors(touched.services, trigger.count_owner()), ())
        .owns_stream_with(without_errors(touched.revisions, trigger.count_owner()), ())
        .owns_stream_with(without_errors(touched.jobs, trigger.count_owner()), ())
        .watches_stream_with(pod_stream, |pod: Pod| test_of(&pod), ())
        .reconcile_all_on(ctx.overlay_store.changes().inspect(move |()| all.all_triggered()))
        .graceful_shutdown_on(stop);
    let run = controller.run(reconcile, on_error, scope).for_each(|outcome| async {
        if let Err(error) = outcome {
            // Failures of single tests are logged where they happen.
            tracing::debug!(%error, "controller");
        }
    });
    PreparedController { caches, run: Box::pin(run) }
}

/// A stream without its errors, each of whose objects is noted.
fn without_errors<T>(
    stream: impl Stream<Item = Result<T, watcher::Error>>,
    note: impl Fn(&T),
) -> impl Stream<Item = Result<T, watcher::Error>> {
    let objects = stream.filter(|event| std::future::ready(event.is_ok()));
    objects.inspect(move |event| event.iter().for_each(&note))
}

/// Counts the tests that are to be looked at.
#[derive(Clone)]
struct QueueTrigger(Metrics);

impl QueueTrigger {
    fn count(&self, test: &ObjectRef<DynamicObject>) {
        self.0.triggered(test);
    }

    fn count_owner<K: Resource>(&self) -> impl Fn(&K) + use<K> {
        let trigger = self.clone();
        move |object| {
            let owner =
                object.meta().owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
            if let Some(owner) = owner.filter(|owner| owner.kind == locust_test_resource().kind) {
                let namespace = object.meta().namespace.clone().unwrap_or_default();
                trigger.count(&ObjectRef::new_with(&owner.name, locust_test_resource()).within(&namespace));
            }
        }
    }
}

fn test_of(pod: &Pod) -> Option<ObjectRef<DynamicObject>> {
    let name = pod.labels().get(names::TEST_LABEL)?;
    let namespace = pod.namespace()?;
    Some(ObjectRef::<DynamicObject>::new_with(name, locust_test_resource()).within(&namespace))
}
