//! [`ObjectState`]: what matters of a Service or a Job.

use k8s_openapi::{
    apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time},
    jiff::Timestamp,
};
use kube::api::DynamicObject;

use super::annotations::HASH_ANNOTATION;

/// The owner of an object that has a name which the test needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The test.
    Test,
    /// A deleted test of the same name: the garbage collector is about to remove the object.
    Predecessor,
    /// Somebody else, in words: `LocustTest a-b`.
    Other(String),
}

/// A Service or Job that exists.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ObjectState {
    /// `metadata.name`.
    pub(crate) name: String,
    /// `metadata.uid`.
    pub(crate) uid: String,
    /// Whose it is.
    pub(crate) owner: Owner,
    /// The hash of the revision that it was made of, from its annotation.
    pub(crate) hash: Option<String>,
    /// Whether it is being deleted.
    pub(crate) deleting: bool,
    /// Since when it is being deleted.
    pub(crate) deleted: Option<Timestamp>,
}

impl Owner {
    /// The owner of an object that has a name which `test` needs.
    pub(crate) fn from_metadata(metadata: &ObjectMeta, test: &DynamicObject) -> Self {
        let controller =
            metadata.owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
        let Some(owner) = controller else { return Self::Other("nobody: it has no owner".into()) };
        let is_test = owner.kind == "LocustTest" && Some(&owner.name) == test.metadata.name.as_ref();
        match () {
            () if Some(&owner.uid) == test.metadata.uid.as_ref() => Self::Test,
            () if is_test => Self::Predecessor,
            () => Self::Other(format!("{} {}", owner.kind, owner.name)),
        }
    }
}

impl ObjectState {
    /// What matters of an object with this metadata.
    pub(crate) fn from_metadata(metadata: &ObjectMeta, test: &DynamicObject) -> Self {
        let annotation = |name: &str| metadata.annotations.as_ref().and_then(|all| all.get(name)).cloned();
        Self {
            name: metadata.name.clone().unwrap_or_default(),
            uid: metadata.uid.clone().unwrap_or_default(),
            owner: Owner::from_metadata(metadata, test),
            hash: annotation(HASH_ANNOTATION),
            deleting: metadata.deletion_timestamp.is_some(),
            deleted: metadata.deletion_timestamp.as_ref().map(|Time(time)| *time),
        }
    }
}
