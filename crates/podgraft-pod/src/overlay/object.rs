//! [`Overlay`]: a `ClusterPodOverlay` or `PodOverlay`, read and checked.

use std::{fmt, sync::Arc};

use super::{
    constraint::Constraint, kind::OverlayKind, patch::OverlayPatch, reference::OverlayId,
    selection::Selection,
};
use crate::{manifest::Document, pod_security::PodSecurityDemand};
use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId, Position, Severity},
    path::FieldPath,
};

/// An overlay that was read without an error.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// Its kind.
    pub kind: OverlayKind,
    /// Its namespace, where one is written; `None` for a cluster overlay.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// `metadata.generation`, which the API server counts up with each change.
    pub generation: Option<i64>,
    /// Its place among the overlays of its kind: the higher is applied later.
    pub priority: i32,
    /// Which objects it is for.
    pub selection: Selection,
    /// What must be true of the final pods.
    pub constraints: Arc<[Constraint]>,
    pub(super) document: Document,
    /// The patches of its defaults, and those of its overrides.
    pub(super) patches: [Box<[OverlayPatch]>; 2],
    /// Its layers: those of its defaults, and those of its overrides.
    pub(super) layer_ids: [LayerId; 2],
}

impl Overlay {
    /// Which one it is.
    #[must_use]
    pub fn reference(&self) -> OverlayId {
        OverlayId { kind: self.kind, namespace: self.namespace.clone(), name: self.name.clone() }
    }

    /// The object that it was read from.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Where a field of it is written, when it came from a text.
    #[must_use]
    pub fn position(&self, path: &FieldPath) -> Option<Position> {
        self.document.position(path)
    }

    /// The Pod Security Standards that its constraints demand, in its own words where it has some.
    pub(crate) fn pod_security_demands(&self) -> impl Iterator<Item = PodSecurityDemand> {
        self.constraints.iter().filter_map(move |constraint| {
            let standard = constraint.pod_security()?;
            let position = self.position(&constraint.origin);
            let place = position.as_ref().map_or_else(String::new, |at| format!(" ({at})"));
            let by = format!("{self} demands it: {}{place}", constraint.origin);
            let reason = match &constraint.message {
                Some(words) => format!("{}; {by}", words.trim()),
                None => by,
            };
            Some(PodSecurityDemand { standard, severity: Severity::Error, reason, position })
        })
    }

    /// Something to say of it, with its name and the place.
    #[must_use]
    pub fn say(&self, diagnostic: Diagnostic) -> Diagnostic {
        let position = diagnostic.path.as_ref().and_then(|path| self.position(path));
        diagnostic.of(self.to_string()).positioned(position)
    }
}

impl fmt::Display for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference().fmt(f)
    }
}

/// An overlay that could not be read. Objects that it may be for are refused: what it demands is not known.
#[derive(Debug, Clone)]
pub struct UnreadableOverlay {
    /// Its kind.
    pub kind: OverlayKind,
    /// Its namespace, where one is written.
    pub namespace: Option<String>,
    /// Its name; empty where it has none.
    pub name: String,
    /// Which objects it is for, when at least that could be read.
    pub selection: Option<Selection>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    pub(super) document: Document,
}

impl UnreadableOverlay {
    /// Which one it is.
    #[must_use]
    pub fn reference(&self) -> OverlayId {
        OverlayId { kind: self.kind, namespace: self.namespace.clone(), name: self.name.clone() }
    }

    /// The object that it was read from.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }
}

/// How many errors of an overlay are repeated to each object that it may be for.
const TOLD: usize = 2;

impl UnreadableOverlay {
    /// What is wrong with it, on one line: the first errors, and how many more there are.
    pub(super) fn first_errors(&self) -> String {
        let errors: Vec<&Diagnostic> = self.diagnostics.iter().filter(|one| one.is_error()).collect();
        let told = errors.iter().take(TOLD).map(|error| match &error.path {
            Some(path) => format!("{path}: {}", error.message),
            None => error.message.clone(),
        });
        let mut parts: Vec<String> = told.collect();
        if errors.len() > TOLD {
            parts.push(format!("and {} more", errors.len() - TOLD));
        }
        parts.join("; ")
    }
}

impl fmt::Display for UnreadableOverlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reference().fmt(f)
    }
}
