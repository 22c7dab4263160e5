//! [`CheckedPod`]: a final pod, with what several checks look at.

use podgraft_pod::cursor::Cursor;

use crate::locust_command::invocation::Invocation;
use crate::pod_context::{self, PodContext};

/// A final pod beside its base, and how both start Locust.
pub(super) struct CheckedPod<'a> {
    /// The pod, its role, and what is known about it.
    pub(super) context: &'a PodContext<'a>,
    /// The root of the final pod's template.
    pub(super) pod: Cursor<'a>,
    /// The root of the base.
    pub(super) base: Cursor<'a>,
    /// Container `locust` of the final pod.
    pub(super) locust: Option<Cursor<'a>>,
    /// Container `locust` of the base.
    pub(super) base_locust: Option<Cursor<'a>>,
    /// How the final pod starts Locust: `None` without the container, or where Linux could not start it.
    pub(super) invocation: Option<Invocation>,
    /// How the base does.
    pub(super) base_invocation: Option<Invocation>,
}

impl<'a> CheckedPod<'a> {
    /// Reads what the checks look at.
    pub(super) fn new(context: &'a PodContext<'a>) -> Self {
        let (pod, base) = (context.at(), context.base_at());
        let (locust, base_locust) = (pod_context::locust(&pod), pod_context::locust(&base));
        let invocation = locust.as_ref().and_then(Invocation::read);
        let base_invocation = base_locust.as_ref().and_then(Invocation::read);
        Self { context, pod, base, locust, base_locust, invocation, base_invocation }
    }
}
