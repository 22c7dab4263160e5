//! [`TestObjects`]: the objects of one test, of which its observed state is made.

use k8s_openapi::{
    api::{batch::v1::Job, core::v1::Pod},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::api::DynamicObject;

use super::{
    JobState, ObjectState, Observed, Owner, PodState, Revision, annotations::WEB_SERVICE_ANNOTATION,
};

/// The objects with names or labels of one test, whoever owns them.
#[derive(Debug, Default)]
pub(crate) struct TestObjects {
    pub(crate) revisions: Vec<ObjectMeta>,
    pub(crate) service: Option<ObjectMeta>,
    pub(crate) web_service: Option<ObjectMeta>,
    pub(crate) master: Option<Job>,
    pub(crate) worker: Option<Job>,
    pub(crate) pods: Vec<Pod>,
}

/// Whether a test asks for a second Service, or a revision of its own has one, replaced or not.
pub(crate) fn may_have_web_service(test: &DynamicObject, revisions: &[ObjectMeta]) -> bool {
    let of_revision = |metadata: &ObjectMeta| {
        metadata.annotations.as_ref().is_some_and(|all| all.contains_key(WEB_SERVICE_ANNOTATION))
            && Owner::from_metadata(metadata, test) == Owner::Test
    };
    asks_for_web_service(test) || revisions.iter().any(of_revision)
}

fn asks_for_web_service(test: &DynamicObject) -> bool {
    test.data.pointer("/spec/webService").is_some_and(|settings| !settings.is_null())
}

impl TestObjects {
    /// The observed state of the test that these objects belong to, or stand in the way of.
    pub(crate) fn observed(self, test: DynamicObject) -> Observed {
        let is_own = |metadata: &ObjectMeta| Owner::from_metadata(metadata, &test) == Owner::Test;
        let own_revisions = self
            .revisions
            .iter()
            .filter(|metadata| metadata.deletion_timestamp.is_none() && is_own(metadata))
            .filter_map(Revision::from_metadata);
        let mut revisions: Vec<Revision> = own_revisions.collect();
        revisions.sort_by_key(|revision| revision.number);
        let mut pods: Vec<PodState> = self.pods.iter().map(PodState::from_pod).collect();
        // Messages name the first few.
        pods.sort_by(|one, other| one.name.cmp(&other.name));
        let number = |metadata: &ObjectMeta| metadata.name.as_ref()?.rsplit('-').next()?.parse().ok();
        let current = revisions.pop();
        let is_to_start = current.is_none()
            || test.data.pointer("/spec/updatePolicy").is_some_and(|policy| policy == "Recreate");
        let needs_web = current.as_ref().is_some_and(|current| current.has_web_service)
            || is_to_start && asks_for_web_service(&test);
        let object = |metadata: &ObjectMeta| ObjectState::from_metadata(metadata, &test);
        let web_service = self.web_service.as_ref().map(object);
        Observed {
            revision: current,
            old_revisions: revisions.into_iter().map(|revision| revision.name).collect(),
            service: self.service.as_ref().map(object),
            web_service: web_service.filter(|service| needs_web || service.owner == Owner::Test),
            master: self.master.map(|job| JobState::from_job(&job, &test)),
            worker: self.worker.map(|job| JobState::from_job(&job, &test)),
            highest_revision: self.revisions.iter().filter_map(number).max().unwrap_or_default(),
            pods,
            test,
        }
    }
}
