//! [`Entry`]: one thing that is judged of a final pod, with the check that judges it.

use podgraft_merge::{
    diagnostic::{Code, Diagnostic, Severity},
    path::FieldPath,
};

use super::checked_pod::CheckedPod;
use crate::{codes, role::Role};

/// Something of the final pod that the operator cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProtectedField {
    /// Where it is in the pod template, for people.
    pub path: &'static str,
    /// The roles whose pods must have it.
    pub roles: &'static [Role],
    /// What must hold there.
    pub rule: &'static str,
    /// Why the operator needs it.
    pub reason: &'static str,
    /// What to do instead.
    pub remedy: &'static str,
}

/// What a check found: where, and what to do about it. What its diagnostic says beside this is the entry's.
pub(super) struct Violation {
    pub(super) path: FieldPath,
    pub(super) message: String,
}

impl Violation {
    pub(super) fn new(path: FieldPath, message: impl Into<String>) -> Self {
        Self { path, message: message.into() }
    }
}

/// Finds what does not hold in a final pod.
pub(super) type PodCheck = fn(&CheckedPod<'_>) -> Vec<Violation>;

/// One thing that is judged of a final pod.
pub(super) enum Entry {
    /// A protected field: where it does not hold, the pod is refused.
    Protected {
        /// What must hold, and why.
        field: ProtectedField,
        /// Whether it holds.
        check: PodCheck,
    },
    /// What stands in the way of judging protected fields, or may undo them unseen.
    Obstacle {
        /// The code of its diagnostics.
        code: Code,
        /// Their severity.
        severity: Severity,
        /// The roles whose pods are checked.
        roles: &'static [Role],
        /// Their help, if there is more to say.
        help: Option<&'static str>,
        /// Whether it is there.
        check: PodCheck,
    },
}

impl Entry {
    /// The code of its diagnostics.
    pub(super) const fn code(&self) -> Code {
        match self {
            Self::Protected { .. } => codes::PROTECTED_FIELD,
            Self::Obstacle { code, .. } => *code,
        }
    }

    /// The protected field that it is.
    pub(super) const fn field(&self) -> Option<&ProtectedField> {
        match self {
            Self::Protected { field, .. } => Some(field),
            Self::Obstacle { .. } => None,
        }
    }

    /// What it says of a final pod.
    pub(super) fn judge(&self, pod: &CheckedPod<'_>) -> Vec<Diagnostic> {
        let (severity, roles, help, check) = match self {
            Self::Protected { field, check } => {
                (Severity::Error, field.roles, Some(format!("{} {}", field.reason, field.remedy)), check)
            }
            Self::Obstacle { severity, roles, help, check, .. } => {
                (*severity, *roles, help.map(str::to_owned), check)
            }
        };
        if !roles.contains(&pod.context.role) {
            return Vec::new();
        }
        let diagnostic = |violation: Violation| {
            let found = Diagnostic::error(self.code(), violation.message).at(violation.path);
            Diagnostic { severity, help: help.clone(), ..found }
        };
        check(pod).into_iter().map(diagnostic).collect()
    }
}
