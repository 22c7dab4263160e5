//! The streams that say which test to look at, and the caches that they fill.

use std::{fmt::Debug, hash::Hash, sync::Arc, time::Duration};

use futures::{Stream, StreamExt, future::BoxFuture};
use k8s_openapi::{
    NamespaceResourceScope,
    api::{
        apps::v1::ControllerRevision,
        batch::v1::Job,
        core::v1::{Pod, PodSpec, PodTemplateSpec, Service},
    },
};
use kube::{
    Api, Client, Resource, ResourceExt,
    api::DynamicObject,
    core::PartialObjectMeta,
    runtime::{
        Controller, WatchStreamExt,
        controller::Config as ControllerConfig,
        reflector::{ObjectRef, Store, store::Writer},
        utils::Backoff,
        watcher,
    },
};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use super::{
    context::Context,
    error_message::{is_expected, watch_words},
    fetch::resource,
    index::LabelIndex,
    metrics::Metrics,
    reconcile::{on_error, reconcile},
    revision::REVISION_LABEL,
};
use podgraft_locust::locust::base;

/// How many objects are read at once when a cache is filled: what is read is trimmed page by page.
const PAGE: u32 = 100;
/// How long the triggers of one test are gathered before it is looked at.
const DEBOUNCE: Duration = Duration::from_millis(50);
/// How many tests may be looked at for each that has a turn.
const WAITING: u16 = 4;
/// The longest pause before watching is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the operator keeps in memory, of one namespace or of all.
#[derive(Clone)]
pub struct Caches {
    /// The tests.
    pub tests: Store<DynamicObject>,
    /// The metadata of the Services.
    pub services: Store<PartialObjectMeta<Service>>,
    /// The Jobs, without their pod templates.
    pub jobs: Store<Job>,
    /// The metadata of the revisions.
    pub revisions: Store<PartialObjectMeta<ControllerRevision>>,
    /// The pods, without their specs.
    pub pods: Store<Pod>,
    /// The revisions by test.
    pub revisions_of: LabelIndex,
    /// The pods by role of a test.
    pub pods_of: LabelIndex,
    synced: Vec<Synced>,
}

impl Caches {
    /// Waits until every cache has been synced once.
    pub async fn wait_until_synced(&self) {
        for synced in &self.synced {
            synced.wait().await;
        }
    }
}

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

/// A controller that has not started.
pub struct PreparedController {
    /// What it will keep in memory.
    pub caches: Caches,
    /// Runs it until it is told to stop.
    pub run: BoxFuture<'static, ()>,
}

/// The objects that the operator made; all others never reach its memory.
fn owned() -> watcher::Config {
    watcher::Config::default().labels(&format!("{}={}", base::MANAGED_BY_LABEL, base::MANAGER))
}

/// Prepares the controller of `namespace`, or of all namespaces. It ends when `stop` does, after the tests
/// at hand.
pub fn prepare(
    ctx: &Arc<Context>,
    namespace: Option<&str>,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) -> PreparedController {
    let client = &ctx.client;
    let (tests, tests_filled, test_stream) = {
        let api = match namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource()),
            None => Api::all_with(client.clone(), &resource()),
        };
        let trim = |test: &mut DynamicObject| test.managed_fields_mut().clear();
        reflected(api, watcher::Config::default(), resource(), trim, |_| ())
    };
    let (revisions_of, pods_of) = (LabelIndex::new(REVISION_LABEL), LabelIndex::new(base::POD_LABEL));
    let (by_test, by_role) = (revisions_of.clone(), pods_of.clone());
    let of_services = api::<PartialObjectMeta<Service>>(client, namespace);
    let of_revisions = api::<PartialObjectMeta<ControllerRevision>>(client, namespace);
    let (services, services_filled, service_stream) =
        reflected(of_services, owned(), (), trim_metadata, |_| ());
    let (revisions, revisions_filled, revision_stream) =
        reflected(of_revisions, owned(), (), trim_metadata, move |event| by_test.note(event));
    let (jobs, jobs_filled, job_stream) =
        reflected(api::<Job>(client, namespace), owned(), (), trim_job, |_| ());
    let (pods, pods_filled, pod_stream) =
        reflected(api::<Pod>(client, namespace), owned(), (), trim_pod, move |event| by_role.note(event));
    let synced = vec![tests_filled, services_filled, revisions_filled, jobs_filled, pods_filled];
    let caches =
        Caches { tests: tests.clone(), services, jobs, revisions, pods, revisions_of, pods_of, synced };
    // More than have a turn: those that wait for the API server's word before they start, wait together.
    let looks = ctx.settings.concurrency.saturating_mul(WAITING);
    let config = ControllerConfig::default().concurrency(looks).debounce(DEBOUNCE);
    let scope = Arc::new(ControllerContext { ctx: Arc::clone(ctx), caches: caches.clone() });
    let trigger = QueueTrigger(ctx.metrics.clone());
    let (of_test, of_pod) = (trigger.clone(), trigger.clone());
    let test_stream =
        without_errors(test_stream, move |test| of_test.of(&ObjectRef::from_obj_with(test, resource())));
    let pod_stream = without_errors(pod_stream, move |pod| {
        if let Some(test) = test_of(pod) {
            of_pod.of(&test);
        }
    });
    let all = ctx.metrics.clone();
    let controller = Controller::for_stream_with(test_stream, tests, resource())
        .with_config(config)
        .owns_stream_with(without_errors(service_stream, trigger.of_owner()), ())
        .owns_stream_with(without_errors(revision_stream, trigger.of_owner()), ())
        .owns_stream_with(without_errors(job_stream, trigger.of_owner()), ())
        .watches_stream_with(pod_stream, |pod: Pod| test_of(&pod), ())
        .reconcile_all_on(ctx.around.changes().inspect(move |()| all.all_triggered()))
        .graceful_shutdown_on(stop);
    let run = controller.run(reconcile, on_error, scope).for_each(|outcome| async {
        if let Err(error) = outcome {
            // Failures of single tests are logged where they happen.
            tracing::debug!(%error, "controller");
        }
    });
    PreparedController { caches, run: Box::pin(run) }
}

/// What the reconciles of one controller share.
pub struct ControllerContext {
    /// What all controllers share.
    pub ctx: Arc<Context>,
    /// What this one keeps in memory.
    pub caches: Caches,
}

fn api<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
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
                Err(error) if is_expected(error) => {
                    tracing::debug!(kind, error = watch_words(error), "watching begins anew");
                }
                Err(error) => {
                    tracing::warn!(kind, error = watch_words(error), "watching failed, and is tried again");
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
    fn of(&self, test: &ObjectRef<DynamicObject>) {
        self.0.triggered(test);
    }

    fn of_owner<K: Resource>(&self) -> impl Fn(&K) + use<K> {
        let trigger = self.clone();
        move |object| {
            let owner =
                object.meta().owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
            if let Some(owner) = owner.filter(|owner| owner.kind == resource().kind) {
                let namespace = object.meta().namespace.clone().unwrap_or_default();
                trigger.of(&ObjectRef::new_with(&owner.name, resource()).within(&namespace));
            }
        }
    }
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

pub(super) fn trim_metadata<K>(object: &mut PartialObjectMeta<K>)
where
    PartialObjectMeta<K>: Resource,
{
    object.managed_fields_mut().clear();
}

fn trim_job(job: &mut Job) {
    job.managed_fields_mut().clear();
    if let Some(spec) = &mut job.spec {
        spec.template = PodTemplateSpec::default();
    }
}

fn trim_pod(pod: &mut Pod) {
    pod.managed_fields_mut().clear();
    pod.annotations_mut().clear();
    pod.spec = None::<PodSpec>;
    if let Some(status) = &mut pod.status {
        // Failures of a pod are only in the other lists.
        status.ephemeral_container_statuses = None;
        status.pod_ips = None;
        status.host_ips = None;
    }
}

fn test_of(pod: &Pod) -> Option<ObjectRef<DynamicObject>> {
    let name = pod.labels().get(base::TEST_LABEL)?;
    let namespace = pod.namespace()?;
    Some(ObjectRef::<DynamicObject>::new_with(name, resource()).within(&namespace))
}
