//! [`ExplainedPod`]: one role's pod, and the test that it is made of.

use podgraft_pod::{graft::Grafted, manifest::Document};

use crate::role::Role;

/// One role's pod with its layers, also of a test that is refused, and the test that it is made of.
#[derive(Debug)]
pub struct ExplainedPod<'a> {
    /// Whose pod it is.
    pub role: Role,
    /// The pod, with which layer set what in it.
    pub pod: Grafted<'a>,
    /// The test, for the places where its layers are written.
    pub document: &'a Document,
}
