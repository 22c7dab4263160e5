//! [`RenderedObjects`]: the Services and the Jobs of a test, as they were rendered.

use std::borrow::Cow;

use podgraft_locust::{
    Applied, Rendered,
    api::v2::{AppliedLayer, AppliedOverlay},
    role::Role,
};
use podgraft_merge::{path::FieldPath, schema::Schema};
use podgraft_pod::difference::{Difference, differences};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How much of the hash is used: 16 hexadecimal digits tell the few revisions of one test apart.
const HASH_BYTES: usize = 8;

/// The Services and the Jobs of a test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RenderedObjects {
    /// The Service.
    pub(crate) service: Value,
    /// The second Service, where the test has one.
    pub(crate) web_service: Option<Value>,
    /// The master's Job.
    pub(crate) master: Value,
    /// The workers' Job.
    pub(crate) worker: Value,
}

impl RenderedObjects {
    /// What a render made; `None` when the test could not be read.
    pub(crate) fn from_rendered(rendered: &Rendered) -> Option<Self> {
        Some(Self {
            service: rendered.service.clone()?,
            web_service: rendered.web_service.clone(),
            master: rendered.job(Role::Master)?.clone(),
            worker: rendered.job(Role::Worker)?.clone(),
        })
    }

    /// What a `ControllerRevision` holds.
    pub(crate) fn from_data(data: &Value) -> Option<Self> {
        let part = |name: &str| data.get(name).cloned();
        Some(Self {
            service: part("service")?,
            web_service: part("webService"),
            master: part("master")?,
            worker: part("worker")?,
        })
    }

    /// The Job of a role.
    pub(crate) fn job(&self, role: Role) -> &Value {
        match role {
            Role::Master => &self.master,
            Role::Worker => &self.worker,
        }
    }

    /// What differs between these objects and those, each path below `service`, `webService`, `master` or `worker`.
    pub(crate) fn differences(&self, after: &Self) -> Vec<Difference> {
        let job = Schema::for_kind("batch/v1", "Job");
        let service = Schema::for_kind("v1", "Service");
        let mut found = Vec::new();
        let mut add = |name: &str, differences: Vec<Difference>| {
            let parent = FieldPath::fields([name]);
            found.extend(differences.into_iter().map(|difference| difference.below(&parent)));
        };
        add("service", differences(&self.service, &after.service, service));
        match (&self.web_service, &after.web_service) {
            (Some(before), Some(after)) => add("webService", differences(before, after, service)),
            (None, None) => {}
            (before, after) => {
                add("webService", vec![Difference::at(FieldPath::root(), before.clone(), after.clone())]);
            }
        }
        for role in Role::ALL {
            let [before, after] = [self, after].map(|objects| without_suspend(objects.job(role)));
            add(role.as_str(), differences(&before, &after, job));
        }
        found
    }

    /// The hash of all: hexadecimal, the same on every machine. Without a second Service it is the hash of the three
    /// others, as it was before there were second ones. Whether the Jobs are suspended is left out: that is applied
    /// to Jobs that exist, and others may change it.
    pub(crate) fn hash(&self) -> String {
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
fn without_suspend(job: &Value) -> Cow<'_, Value> {
    if job.pointer("/spec/suspend").is_none() {
        return Cow::Borrowed(job);
    }
    let mut job = job.clone();
    podgraft_locust::admission::without_suspend(&mut job);
    Cow::Owned(job)
}

/// What a render was made from.
#[derive(Debug, Clone, Default)]
pub(crate) struct RevisionSources {
    /// The layers that made the pods.
    pub(crate) layers: Vec<AppliedLayer>,
    /// The overlays that apply.
    pub(crate) overlays: Vec<AppliedOverlay>,
}

impl RevisionSources {
    /// What a render was made from.
    pub(crate) fn from_rendered(rendered: &Rendered) -> Self {
        let overlay = |overlay: &Applied| AppliedOverlay {
            kind: overlay.kind.to_string(),
            name: overlay.name.clone(),
            generation: overlay.generation,
        };
        Self { layers: layers(rendered), overlays: rendered.overlays.iter().map(overlay).collect() }
    }
}

/// The layers of a render, in order: typed fields as one, and which role's pods each is about.
#[must_use]
fn layers(rendered: &Rendered) -> Vec<AppliedLayer> {
    let mut layers: Vec<AppliedLayer> = Vec::new();
    for (role, job) in rendered.by_role.iter().flatten() {
        let mut place = 0;
        for layer in job.origins.layers() {
            let name = if layer.is_typed_field { "typed fields" } else { layer.id.as_str() };
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
