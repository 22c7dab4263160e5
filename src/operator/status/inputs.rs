//! [`StatusInputs`]: everything that a status is made of.

use k8s_openapi::jiff::Timestamp;

use super::pod_health::PodShortage;
use crate::operator::{decide::decision::Decision, observed::Observed, server_refusal::ServerRefusal};
use podgraft_locust::{Rendered, api::shared::UpdatePolicy};
use podgraft_pod::difference::Difference;

/// Everything that a status is made of.
#[derive(Debug)]
pub(crate) struct StatusInputs<'f> {
    /// The test and its objects.
    pub(crate) observed: &'f Observed,
    /// What the test renders to now.
    pub(crate) rendered: &'f Rendered,
    /// The hash of what is rendered now; `None` when it is refused.
    pub(crate) hash: Option<&'f str>,
    /// What a change does to a started test.
    pub(crate) policy: UpdatePolicy,
    /// What to do next.
    pub(crate) decision: &'f Decision,
    /// Which object the API server refuses, in a dry run or when it is created.
    pub(crate) refusal: Option<&'f ServerRefusal>,
    /// Which Jobs have had too few pods for a while.
    pub(crate) shortages: &'f [PodShortage],
    /// The message of an error because of which nothing could be done now.
    pub(crate) failure: Option<&'f str>,
    /// What differs between the revision and what is rendered now.
    pub(crate) drift: &'f [Difference],
    /// The present.
    pub(crate) now: Timestamp,
}
