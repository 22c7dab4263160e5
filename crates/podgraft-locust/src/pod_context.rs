//! [`PodContext`]: the pod template that is judged, and what is known about it.

use serde_json::Value;

use crate::{names::LOCUST, role::Role};
use podgraft_merge::work::Work;
use podgraft_pod::cursor::Cursor;

/// One role's final pod template, with what it is judged against.
#[derive(Debug, Clone, Copy)]
pub struct PodContext<'a> {
    /// Which of the test's pods it is.
    pub role: Role,
    /// The name of the test, for messages.
    pub test_name: &'a str,
    /// The template that the operator made (`metadata` and `spec`), before anybody's wishes: what
    /// protected fields must equal.
    pub base: &'a Value,
    /// The template that came out, which is judged.
    pub pod: &'a Value,
    /// How many pods of this role run at once.
    pub replicas: i64,
    /// How many workers connect to the test's master: its worker pods, times the processes of each.
    pub workers: i64,
    /// Who counts what judging visits. When it is too much, less is judged than there is.
    pub work: &'a Work,
}

impl<'a> PodContext<'a> {
    /// The judged template, at the root of all paths.
    pub(super) fn at(&self) -> Cursor<'a> {
        Cursor::root(self.pod).counted(self.work)
    }

    /// The base template, at the root of all paths.
    pub(super) fn base_at(&self) -> Cursor<'a> {
        Cursor::root(self.base).counted(self.work)
    }
}

/// The container `locust` of a template, when it is there.
pub(super) fn locust<'a>(pod: &Cursor<'a>) -> Option<Cursor<'a>> {
    pod.get("spec")?.items("containers").into_iter().find(|item| item.str("name") == Some(LOCUST))
}
