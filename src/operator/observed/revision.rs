//! [`Revision`]: what was rendered when a test started, frozen in a `ControllerRevision`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{
    annotations::{
        CHECKED_ANNOTATION, GENERATION_ANNOTATION, HASH_ANNOTATION, LAYERS_ANNOTATION, OVERLAYS_ANNOTATION,
        RESTART_ANNOTATION, RESTART_CAUSE_ANNOTATION, REVISION_LABEL, SUSPEND_ANNOTATION, TTL_ANNOTATION,
        WEB_SERVICE_ANNOTATION,
    },
    job_state::JobRestart,
    rendered_objects::{RenderedObjects, RevisionSources},
};
use podgraft_locust::{
    api::v2::{AppliedLayer, AppliedOverlay},
    names,
};

/// What was rendered when a test started.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Revision {
    /// The `ControllerRevision`'s name.
    pub(crate) name: String,
    /// Which revision of the test it is, from 1.
    pub(crate) number: i64,
    /// The hash of the Service and the Jobs.
    pub(crate) hash: String,
    /// The test's generation that was rendered.
    pub(crate) generation: i64,
    /// The layers that made the pods.
    pub(crate) layers: Vec<AppliedLayer>,
    /// The overlays that applied.
    pub(crate) overlays: Vec<AppliedOverlay>,
    /// What the API server accepted beforehand, in words.
    pub(crate) checked: String,
    /// Whether it has a second Service.
    pub(crate) has_web_service: bool,
    /// The Services and the Jobs; `None` until it is needed, because caches keep the metadata only.
    pub(crate) objects: Option<RenderedObjects>,
}

impl Revision {
    /// What the metadata of a `ControllerRevision` says; `None` for an object that the operator did not make.
    pub(crate) fn from_metadata(metadata: &ObjectMeta) -> Option<Self> {
        let annotations = metadata.annotations.as_ref()?;
        let name = metadata.name.clone()?;
        Some(Self {
            number: name.rsplit('-').next()?.parse().ok()?,
            name,
            hash: annotations.get(HASH_ANNOTATION)?.clone(),
            generation: annotations.get(GENERATION_ANNOTATION)?.parse().ok()?,
            layers: annotations
                .get(LAYERS_ANNOTATION)
                .and_then(|layers| serde_json::from_str(layers).ok())
                .unwrap_or_default(),
            overlays: annotations
                .get(OVERLAYS_ANNOTATION)
                .and_then(|overlays| serde_json::from_str(overlays).ok())
                .unwrap_or_default(),
            checked: annotations.get(CHECKED_ANNOTATION).cloned().unwrap_or_default(),
            has_web_service: annotations.contains_key(WEB_SERVICE_ANNOTATION),
            objects: None,
        })
    }
}

/// The `ControllerRevision` that freezes these objects as the test's revision of this number.
pub(crate) fn controller_revision(
    test: &DynamicObject,
    number: i64,
    objects: &RenderedObjects,
    from: &RevisionSources,
    checked: &str,
) -> Value {
    let mut revision = json!({
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": revision_name(name_of(test), number),
            "namespace": test.metadata.namespace,
            "labels": { REVISION_LABEL: name_of(test), names::MANAGED_BY_LABEL: names::MANAGER },
            "annotations": {
                HASH_ANNOTATION: objects.hash(),
                GENERATION_ANNOTATION: test.metadata.generation.unwrap_or_default().to_string(),
                LAYERS_ANNOTATION: json!(from.layers).to_string(),
                OVERLAYS_ANNOTATION: json!(from.overlays).to_string(),
                CHECKED_ANNOTATION: checked
            },
            "ownerReferences": [owner_reference(test)]
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
pub(crate) fn revision_name(test: &str, number: i64) -> String {
    format!("{test}-{number}")
}

/// The reference by which the garbage collector, and the operator, know an object as the test's.
pub(crate) fn owner_reference(test: &DynamicObject) -> Value {
    json!({
        "apiVersion": "locust.io/v2", "kind": "LocustTest", "name": name_of(test), "uid": test.metadata.uid,
        "controller": true, "blockOwnerDeletion": true
    })
}

/// An object of a revision as it is created: owned by the test, with the revision's hash.
pub(crate) fn object_to_create(object: &Value, test: &DynamicObject, hash: &str) -> Value {
    let mut object = object.clone();
    object["metadata"]["ownerReferences"] = json!([owner_reference(test)]);
    object["metadata"]["annotations"][HASH_ANNOTATION] = hash.into();
    let ttl = object.get_mut("spec").and_then(|spec| spec.as_object_mut()?.remove("ttlSecondsAfterFinished"));
    if let Some(ttl) = ttl {
        object["metadata"]["annotations"][TTL_ANNOTATION] = ttl.to_string().into();
    }
    object
}

/// A Job of a revision as it is created.
pub(crate) fn job_to_create(
    job: &Value,
    test: &DynamicObject,
    hash: &str,
    restart: Option<&JobRestart>,
) -> Value {
    let mut job = object_to_create(job, test, hash);
    let suspend = job.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or_default();
    let annotations = &mut job["metadata"]["annotations"];
    annotations[SUSPEND_ANNOTATION] = suspend.to_string().into();
    if let Some(JobRestart { number, cause }) = restart {
        annotations[RESTART_ANNOTATION] = number.to_string().into();
        annotations[RESTART_CAUSE_ANNOTATION] = cause.as_str().into();
    }
    job
}

fn name_of(test: &DynamicObject) -> &str {
    test.metadata.name.as_deref().unwrap_or_default()
}
