//! What another set of overlays makes of many tests: [`OverlayDiff`], and its views.

mod change;
mod json;
mod text;

use std::collections::HashMap;

pub use change::{Change, Refusal, Side, Where};
pub use json::to_json;
pub use text::{summary, to_text};

use crate::Rendered;

/// Many tests, each rendered with two sets of overlays; those that change alike are together.
#[derive(Debug, Default)]
pub struct OverlayDiff {
    /// What happens, and to which tests; in the order of the first test of each.
    groups: Vec<Group>,
    /// The group of each outcome.
    index: HashMap<String, usize>,
    /// The tests that both sets make the same pods of.
    equal: Vec<String>,
}

/// Tests to which the same happens.
#[derive(Debug)]
pub struct Group {
    /// Their namespaces and names: `team-a/checkout`.
    pub tests: Vec<String>,
    /// What happens to each.
    pub outcome: Outcome,
}

/// What happens to a test that does not stay as it is.
#[derive(Debug)]
pub enum Outcome {
    /// Fields change.
    Changed(Vec<Change>),
    /// At least one of the two sets refuses the test.
    Refused(Vec<Refusal>),
}

impl OverlayDiff {
    /// Adds one test, as the first set of overlays and as the second has it. Returns whether nothing was like it so
    /// far.
    pub fn add(&mut self, test: &str, before: &Rendered, after: &Rendered) -> bool {
        let outcome = if before.is_refused() || after.is_refused() {
            Outcome::Refused(change::refusals(before, after))
        } else {
            let changes = change::changes(before, after);
            if changes.is_empty() {
                self.equal.push(test.to_owned());
                return false;
            }
            Outcome::Changed(changes)
        };
        let next = self.groups.len();
        let at = *self.index.entry(outcome.identity()).or_insert(next);
        match self.groups.get_mut(at) {
            Some(group) => group.join(test, outcome),
            None => self.groups.push(Group { tests: vec![test.to_owned()], outcome }),
        }
        at == next
    }

    /// What happens, and to which tests: most tests first.
    #[must_use]
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.tests.len()));
        groups
    }

    /// The tests that stay as they are.
    #[must_use]
    pub fn equal(&self) -> &[String] {
        &self.equal
    }

    /// Whether a test is refused.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        self.groups.iter().any(|group| matches!(group.outcome, Outcome::Refused(_)))
    }

    /// Whether every test stays as it is.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.groups.is_empty()
    }
}

impl Group {
    fn join(&mut self, test: &str, outcome: Outcome) {
        self.tests.push(test.to_owned());
        if let (Outcome::Changed(mine), Outcome::Changed(theirs)) = (&mut self.outcome, outcome) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                mine.also_by(theirs);
            }
        }
    }
}

impl Outcome {
    /// One text for all that is alike. Who set a value may differ from test to test.
    fn identity(&self) -> String {
        match self {
            Self::Changed(changes) => changes.iter().map(Change::identity).collect(),
            Self::Refused(refusals) => refusals.iter().map(Refusal::identity).collect(),
        }
    }
}
