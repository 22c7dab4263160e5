//! [`Revision`]: what was rendered when a test started, frozen in a `ControllerRevision`.

use std::borrow::Cow;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{observed::Observed, restarts::JobRestart};
use podgraft_locust::{
    locust::{
        Applied, Rendered,
        api::v2::{AppliedLayer, AppliedOverlay},
        base,
    },
    report,
    role::Role,
};

/// The annotation with the hash of the revision that an object was made of.
pub const HASH_ANNOTATION: &str = "locust.io/template-hash";
/// The annotation of a revision with the generation of the test that it was rendered from.
pub const GENERATION_ANNOTATION: &str = "locust.io/generation";
/// The annotation of a Job with the `ttlSecondsAfterFinished` that it gets once the test's end is recorded:
/// a Job that expired before would be taken for lost, and the test would run again.
pub const TTL_ANNOTATION: &str = "locust.io/ttl-seconds-after-finished";
/// The annotation of a revision with the layers that made the pods, in JSON.
pub const LAYERS_ANNOTATION: &str = "locust.io/layers";
/// The annotation of a revision with the overlays that applied, in JSON.
pub const OVERLAYS_ANNOTATION: &str = "locust.io/overlays";
/// The annotation of a revision with what the API server accepted beforehand, in words.
pub const CHECKED_ANNOTATION: &str = "locust.io/checked";
/// The annotation of a revision that has a second Service, with its name: caches keep the metadata only.
pub const WEB_SERVICE_ANNOTATION: &str = "locust.io/web-service";
/// The annotation of a Job with the value of the test's `job.suspend` that was last applied to it.
pub const SUSPEND_ANNOTATION: &str = "locust.io/suspend";
/// The annotation of a Job that was made again after it had been deleted: which restart of the test that was.
pub const RESTART_ANNOTATION: &str = "locust.io/restart";
/// The annotation of a Job that was made again: why, in words.
pub const RESTART_CAUSE_ANNOTATION: &str = "locust.io/restart-cause";
/// The label by which the operator knows its revisions.
pub const REVISION_LABEL: &str = "locust.io/test";

/// How much of the hash is used: 16 hexadecimal digits tell the few revisions of one test apart.
const HASH_BYTES: usize = 8;

/// What was rendered when a test started.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The `ControllerRevision`'s name.
    pub name: String,
    /// Which revision of the test it is, from 1.
    pub number: i64,
    /// The hash of the Service and the Jobs.
    pub hash: String,
    /// The test's generation that was rendered.
    pub generation: i64,
    /// The layers that made the pods.
    pub layers: Vec<AppliedLayer>,
    /// The overlays that applied.
    pub overlays: Vec<AppliedOverlay>,
    /// What the API server accepted beforehand, in words.
    pub checked: String,
    /// Whether it has a second Service.
    pub has_web_service: bool,
    /// The Services and the Jobs; `None` until it is needed, because caches keep the metadata only.
    pub objects: Option<RenderedObjects>,
}

/// The Services and the Jobs of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedObjects {
    /// The Service.
    pub service: Value,
    /// The second Service, where the test has one.
    pub web_service: Option<Value>,
    /// The master's Job.
    pub master: Value,
    /// The workers' Job.
    pub worker: Value,
}

impl RenderedObjects {
    /// What a render made; `None` when the test could not be read.
    #[must_use]
    pub fn of(rendered: &Rendered) -> Option<Self> {
        let job = |role| rendered.jobs.iter().find(|(of, _)| *of == role).map(|(_, job)| job.clone());
        Some(Self {
            service: rendered.service.clone()?,
            web_service: rendered.web_service.clone(),
            master: job(Role::Master)?,
            worker: job(Role::Worker)?,
        })
    }

    /// What a `ControllerRevision` holds.
    #[must_use]
    pub fn from_data(data: &Value) -> Option<Self> {
        let part = |name: &str| data.get(name).cloned();
        Some(Self {
            service: part("service")?,
            web_service: part("webService"),
            master: part("master")?,
            worker: part("worker")?,
        })
    }

    /// The Job of a role.
    #[must_use]
    pub fn job(&self, role: Role) -> &Value {
        match role {
            Role::Master => &self.master,
            Role::Worker => &self.worker,
        }
    }

    /// The hash of all: hexadecimal, the same on every machine. Without a second Service it is the hash of the three
    /// others, as it was before there were second ones. Whether the Jobs are suspended is left out: that is applied
    /// to Jobs that exist, and others may change it.
    #[must_use]
    pub fn hash(&self) -> String {
        use std::fmt::Write;
        // Maps are sorted by key, so that equal objects have equal texts.
        let (master, worker) = (without_suspend(&self.master), without_suspend(&self.worker));
        let all = [Some(&self.service), Some(&*master), Some(&*worker), self.web_service.as_ref()];
        let text = json!(all.into_iter().flatten().collect::<Vec<_>>()).to_string();
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(HASH_BYTES).fold(String::new(), |mut hash, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hash, "{byte:02x}");
            hash
        })
    }
}

/// A Job without its `suspend`.
pub(super) fn without_suspend(job: &Value) -> Cow<'_, Value> {
    if job.pointer("/spec/suspend").is_none() {
        return Cow::Borrowed(job);
    }
    let mut job = job.clone();
    report::without_suspend(&mut job);
    Cow::Owned(job)
}

/// What a render was made from.
#[derive(Debug, Clone, Default)]
pub struct RevisionSources {
    /// The layers that made the pods.
    pub layers: Vec<AppliedLayer>,
    /// The overlays that apply.
    pub overlays: Vec<AppliedOverlay>,
}

impl RevisionSources {
    /// What a render was made from.
    #[must_use]
    pub fn of(rendered: &Rendered) -> Self {
        let overlay = |overlay: &Applied| AppliedOverlay {
            kind: overlay.kind.to_string(),
            name: overlay.name.clone(),
            generation: overlay.generation,
        };
        Self { layers: layers(rendered), overlays: rendered.overlays.iter().map(overlay).collect() }
    }
}

/// The `ControllerRevision` that freezes these objects as the test's revision of this number.
#[must_use]
pub fn freeze(
    observed: &Observed,
    number: i64,
    objects: &RenderedObjects,
    from: &RevisionSources,
    checked: &str,
) -> Value {
    let mut revision = json!({
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": name(observed.name(), number),
            "namespace": observed.namespace(),
            "labels": { REVISION_LABEL: observed.name(), base::MANAGED_BY_LABEL: base::MANAGER },
            "annotations": {
                HASH_ANNOTATION: objects.hash(),
                GENERATION_ANNOTATION: observed.generation().to_string(),
                LAYERS_ANNOTATION: json!(from.layers).to_string(),
                OVERLAYS_ANNOTATION: json!(from.overlays).to_string(),
                CHECKED_ANNOTATION: checked
            },
            "ownerReferences": [owner_reference(observed)]
        },
        "revision": number,
        "data": { "service": objects.service, "master": objects.master, "worker": objects.worker }
    });
    if let Some(service) = &objects.web_service {
        revision["data"]["webService"] = service.clone();
        revision["metadata"]["annotations"][WEB_SERVICE_ANNOTATION] = service["metadata"]["name"].clone();
    }
    revision
}

/// The name of a test's revision. No two tests share one: what follows the last dash is the number.
#[must_use]
pub fn name(test: &str, number: i64) -> String {
    format!("{test}-{number}")
}

/// The reference by which the garbage collector, and the operator, know an object as the test's.
#[must_use]
pub fn owner_reference(observed: &Observed) -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "name": observed.name(), "uid": observed.uid(),
        "controller": true, "blockOwnerDeletion": true
    })
}

/// An object of a revision as it is created: owned by the test, with the revision's hash.
#[must_use]
pub fn to_create(object: &Value, observed: &Observed, hash: &str) -> Value {
    let mut object = object.clone();
    object["metadata"]["ownerReferences"] = json!([owner_reference(observed)]);
    object["metadata"]["annotations"][HASH_ANNOTATION] = hash.into();
    let ttl = object.get_mut("spec").and_then(|spec| spec.as_object_mut()?.remove("ttlSecondsAfterFinished"));
    if let Some(ttl) = ttl {
        object["metadata"]["annotations"][TTL_ANNOTATION] = ttl.to_string().into();
    }
    object
}

/// A Job of a revision as it is created.
#[must_use]
pub fn job_to_create(job: &Value, observed: &Observed, hash: &str, restart: Option<&JobRestart>) -> Value {
    let mut job = to_create(job, observed, hash);
    let suspend = job.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or_default();
    let annotations = &mut job["metadata"]["annotations"];
    annotations[SUSPEND_ANNOTATION] = suspend.to_string().into();
    if let Some(JobRestart { number, cause }) = restart {
        annotations[RESTART_ANNOTATION] = number.to_string().into();
        annotations[RESTART_CAUSE_ANNOTATION] = cause.as_str().into();
    }
    job
}

/// The layers of a render, in order: typed fields as one, and which role's pods each is about.
#[must_use]
fn layers(rendered: &Rendered) -> Vec<AppliedLayer> {
    let mut layers: Vec<AppliedLayer> = Vec::new();
    for (role, origins) in &rendered.origins {
        let mut place = 0;
        for name in origins.layers() {
            let name = if name.starts_with("typed field ") { "typed fields" } else { name };
            if let Some(index) = layers.iter().position(|layer| layer.name == name) {
                if layers[index].pods != role.as_str() {
                    layers[index].pods = "both".into();
                }
                place = index + 1;
            } else {
                layers.insert(place, AppliedLayer { name: name.into(), pods: role.to_string() });
                place += 1;
            }
        }
    }
    layers
}
