//! What another set of overlays makes of many objects: [`OverlayDiff`], and its views.
//!
//! An operator renders each object with both sets and adds the two [`RenderedObject`]s.

mod change;
mod json;
mod rendered_object;
mod text;

use std::collections::HashMap;

pub use change::{Change, ChangedObjects, Refusal, Side};
pub use json::to_json;
pub use rendered_object::{FieldSetters, OtherObject, RenderedObject, RenderedPod};
pub use text::{summary, to_text};

/// Many objects, each rendered with two sets of overlays; those that change alike are together.
#[derive(Debug, Default)]
pub struct OverlayDiff {
    /// What happens, and to which objects; in the order of the first object of each.
    groups: Vec<DiffGroup>,
    /// The group of each outcome.
    index: HashMap<String, usize>,
    /// The objects that both sets make the same pods of.
    equal: Vec<String>,
}

/// Objects to which the same happens.
#[derive(Debug)]
pub struct DiffGroup {
    /// Their namespaces and names: `team-a/checkout`.
    pub objects: Vec<String>,
    /// What happens to each.
    pub outcome: DiffOutcome,
}

/// What happens to an object that does not stay as it is.
#[derive(Debug)]
pub enum DiffOutcome {
    /// Fields change.
    Changed(Vec<Change>),
    /// At least one of the two sets refuses the object.
    Refused(Vec<Refusal>),
}

impl OverlayDiff {
    /// Adds the object of this name, as it is rendered with the first set of overlays and with the second. Returns
    /// whether nothing was like it so far.
    pub fn add(&mut self, name: &str, before: &RenderedObject<'_>, after: &RenderedObject<'_>) -> bool {
        let outcome = if before.is_refused() || after.is_refused() {
            DiffOutcome::Refused(change::refusals(before, after))
        } else {
            let changes = change::changes(before, after);
            if changes.is_empty() {
                self.equal.push(name.to_owned());
                return false;
            }
            DiffOutcome::Changed(changes)
        };
        let next = self.groups.len();
        let at = *self.index.entry(outcome.identity()).or_insert(next);
        match self.groups.get_mut(at) {
            Some(group) => group.join(name, outcome),
            None => self.groups.push(DiffGroup { objects: vec![name.to_owned()], outcome }),
        }
        at == next
    }

    /// What happens, and to which objects: most objects first.
    #[must_use]
    pub fn groups(&self) -> Vec<&DiffGroup> {
        let mut groups: Vec<&DiffGroup> = self.groups.iter().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.objects.len()));
        groups
    }

    /// The objects that stay as they are.
    #[must_use]
    pub fn equal(&self) -> &[String] {
        &self.equal
    }

    /// Whether an object is refused.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        self.groups.iter().any(|group| matches!(group.outcome, DiffOutcome::Refused(_)))
    }

    /// Whether every object stays as it is.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.groups.is_empty()
    }
}

impl DiffGroup {
    fn join(&mut self, name: &str, outcome: DiffOutcome) {
        self.objects.push(name.to_owned());
        if let (DiffOutcome::Changed(mine), DiffOutcome::Changed(theirs)) = (&mut self.outcome, outcome) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.also_by(theirs);
            }
        }
    }
}

impl DiffOutcome {
    /// One text for all that is alike. Who set a value may differ from object to object.
    fn identity(&self) -> String {
        match self {
            Self::Changed(changes) => changes.iter().map(Change::identity).collect(),
            Self::Refused(refusals) => refusals.iter().map(Refusal::identity).collect(),
        }
    }
}
