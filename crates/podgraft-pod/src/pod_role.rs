//! [`PodRole`]: which of an object's pods one is.

use std::{borrow::Cow, fmt};

/// Which of an object's pods one is: `master` or `worker` of a load test; nothing to say where the object has one
/// pod template only. Displays as `master pod`, or `pod`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PodRole(Option<Cow<'static, str>>);

impl PodRole {
    /// The role of the pods of an object that has one pod template only.
    pub const ONLY: Self = Self(None);

    /// A role of this name, in lower case: `worker`.
    #[must_use]
    pub fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self(Some(name.into()))
    }

    /// Its name, where it has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Several of an object's `count` pods, if they are all of them: `both pods`.
    pub(crate) const fn all(count: usize) -> Option<&'static str> {
        match count {
            0 | 1 => None,
            2 => Some("both pods"),
            _ => Some("all pods"),
        }
    }
}

impl fmt::Display for PodRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "{name} pod"),
            None => f.write_str("pod"),
        }
    }
}
