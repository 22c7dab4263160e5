//! [`Caches`]: what the operator keeps in memory of the cluster.

pub(crate) mod label_index;
pub(crate) mod overlay_store;
pub(crate) mod reflector;
pub(crate) mod test_store;

use futures::{StreamExt, stream::BoxStream};
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
        reflector::{ObjectRef, Store},
        watcher,
    },
};

use label_index::LabelIndex;
use reflector::{Synced, reflected, trim_metadata};

use super::{
    api::resource::locust_test_resource,
    observed::{Observed, annotations::REVISION_LABEL, test_objects::TestObjects},
};
use podgraft_locust::{names, role::Role};

/// What the operator keeps in memory, of one namespace or of all.
#[derive(Clone)]
pub(crate) struct Caches {
    /// The tests.
    pub(crate) tests: Store<DynamicObject>,
    /// The metadata of the Services.
    pub(crate) services: Store<PartialObjectMeta<Service>>,
    /// The Jobs, without their pod templates.
    pub(crate) jobs: Store<Job>,
    /// The metadata of the revisions.
    pub(crate) revisions: Store<PartialObjectMeta<ControllerRevision>>,
    /// The pods, without their specs.
    pub(crate) pods: Store<Pod>,
    /// The revisions by test.
    pub(crate) revisions_of: LabelIndex,
    /// The pods by role of a test.
    pub(crate) pods_of: LabelIndex,
    synced: Vec<Synced>,
}

/// Every object of a kind that is put into a cache or taken out.
type Touched<K> = BoxStream<'static, Result<K, watcher::Error>>;

/// The streams that fill the caches: every object that is put into one or taken out.
pub(crate) struct TouchedObjects {
    pub(crate) tests: Touched<DynamicObject>,
    pub(crate) services: Touched<PartialObjectMeta<Service>>,
    pub(crate) revisions: Touched<PartialObjectMeta<ControllerRevision>>,
    pub(crate) jobs: Touched<Job>,
    pub(crate) pods: Touched<Pod>,
}

impl Caches {
    /// Prepares the caches of a namespace, or of all, and the streams that fill them while they are polled.
    pub(crate) fn watch(client: &Client, namespace: Option<&str>) -> (Self, TouchedObjects) {
        let (tests, tests_synced, test_stream) = {
            let api = match namespace {
                Some(namespace) => Api::namespaced_with(client.clone(), namespace, &locust_test_resource()),
                None => Api::all_with(client.clone(), &locust_test_resource()),
            };
            let trim = |test: &mut DynamicObject| test.managed_fields_mut().clear();
            reflected(api, watcher::Config::default(), locust_test_resource(), trim, |_| ())
        };
        let (revisions_of, pods_of) = (LabelIndex::new(REVISION_LABEL), LabelIndex::new(names::POD_LABEL));
        let (by_test, by_role) = (revisions_of.clone(), pods_of.clone());
        let of_services = api::<PartialObjectMeta<Service>>(client, namespace);
        let of_revisions = api::<PartialObjectMeta<ControllerRevision>>(client, namespace);
        let (services, services_synced, service_stream) =
            reflected(of_services, owned(), (), trim_metadata, |_| ());
        let (revisions, revisions_synced, revision_stream) =
            reflected(of_revisions, owned(), (), trim_metadata, move |event| by_test.note(event));
        let (jobs, jobs_synced, job_stream) =
            reflected(api::<Job>(client, namespace), owned(), (), trim_job, |_| ());
        let (pods, pods_synced, pod_stream) =
            reflected(api::<Pod>(client, namespace), owned(), (), trim_pod, move |event| by_role.note(event));
        let synced = vec![tests_synced, services_synced, revisions_synced, jobs_synced, pods_synced];
        let caches = Self { tests, services, jobs, revisions, pods, revisions_of, pods_of, synced };
        let touched = TouchedObjects {
            tests: test_stream.boxed(),
            services: service_stream.boxed(),
            revisions: revision_stream.boxed(),
            jobs: job_stream.boxed(),
            pods: pod_stream.boxed(),
        };
        (caches, touched)
    }

    /// Waits until every cache has been synced once.
    pub(crate) async fn wait_until_synced(&self) {
        for synced in &self.synced {
            synced.wait().await;
        }
    }

    /// The observed state of a test, as far as the caches know it.
    pub(crate) fn observe(&self, test: &DynamicObject) -> Observed {
        let namespace = test.namespace().unwrap_or_default();
        let name = test.name_any();
        let [master, worker] = Role::ALL.map(|role| names::generated_name_of(&name, role));
        let job = |name: &str| {
            let job = self.jobs.get(&ObjectRef::new(name).within(&namespace));
            job.map(|job| (*job).clone())
        };
        let service = |name: &str| {
            let service = self.services.get(&ObjectRef::new(name).within(&namespace));
            service.map(|service| service.metadata.clone())
        };
        let revisions = self.revisions_of.find(&self.revisions, &namespace, &name);
        let mut pods = self.pods_of.find(&self.pods, &namespace, &master);
        pods.extend(self.pods_of.find(&self.pods, &namespace, &worker));
        let objects = TestObjects {
            revisions: revisions.iter().map(|revision| revision.metadata.clone()).collect(),
            service: service(&master),
            web_service: service(&names::web_service_name_of(&name)),
            master: job(&master),
            worker: job(&worker),
            pods: pods.iter().map(|pod| (**pod).clone()).collect(),
        };
        objects.observed(test.clone())
    }
}

/// The objects that the operator made; all others never reach its memory.
fn owned() -> watcher::Config {
    watcher::Config::default().labels(&format!("{}={}", names::MANAGED_BY_LABEL, names::MANAGER))
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
