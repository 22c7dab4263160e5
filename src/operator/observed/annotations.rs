//! The annotations and labels in which the operator keeps what it has to know later.

/// The annotation with the hash of the revision that an object was made of.
pub(crate) const HASH_ANNOTATION: &str = "locust.io/template-hash";
/// The annotation of a revision with the generation of the test that it was rendered from.
pub(crate) const GENERATION_ANNOTATION: &str = "locust.io/generation";
/// The annotation of a Job with the `ttlSecondsAfterFinished` that it gets once the test's end is recorded:
/// a Job that expired before would be taken for lost, and the test would run again.
pub(crate) const TTL_ANNOTATION: &str = "locust.io/ttl-seconds-after-finished";
/// The annotation of a revision with the layers that made the pods, in JSON.
pub(crate) const LAYERS_ANNOTATION: &str = "locust.io/layers";
/// The annotation of a revision with the overlays that applied, in JSON.
pub(crate) const OVERLAYS_ANNOTATION: &str = "locust.io/overlays";
/// The annotation of a revision with what the API server accepted beforehand, in words.
pub(crate) const CHECKED_ANNOTATION: &str = "locust.io/checked";
/// The annotation of a revision that has a second Service, with its name: caches keep the metadata only.
pub(crate) const WEB_SERVICE_ANNOTATION: &str = "locust.io/web-service";
/// The annotation of a Job with the value of the test's `job.suspend` that was last applied to it.
pub(crate) const SUSPEND_ANNOTATION: &str = "locust.io/suspend";
/// The annotation of a Job that was made again after it had been deleted: which restart of the test that was.
pub(crate) const RESTART_ANNOTATION: &str = "locust.io/restart";
/// The annotation of a Job that was made again: why, in words.
pub(crate) const RESTART_CAUSE_ANNOTATION: &str = "locust.io/restart-cause";
/// The label by which the operator knows its revisions.
pub(crate) const REVISION_LABEL: &str = "locust.io/test";
