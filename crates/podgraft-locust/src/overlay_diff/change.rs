//! What happens to one test: [`Change`]s of its objects, or [`Refusal`]s.

use std::{collections::HashMap, fmt};

use serde_json::Value;

use crate::{Origins, Rendered, role::Role};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath, schema::Schema};
use podgraft_pod::difference::{Difference, differences};

/// One field that the second set of overlays changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// In which objects.
    pub place: Where,
    /// The field, with what is there with the first set and with the second. In pods, the path is in the pod template.
    pub difference: Difference,
    /// Who sets the first value: a layer for each way in which the tests come to it.
    pub before_layers: Vec<String>,
    /// Who sets the second value.
    pub after_layers: Vec<String>,
}

/// Where a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In the pods of both roles.
    BothPods,
    /// In the pods of one role.
    Pod(Role),
    /// In the Service.
    Service,
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BothPods => f.write_str("both pods"),
            Self::Pod(role) => write!(f, "{role} pod"),
            Self::Service => f.write_str("Service"),
        }
    }
}

/// Which set of overlays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Before,
    /// The second.
    After,
    /// Each of them.
    Both,
}

/// Why a test is refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// With which set.
    pub side: Side,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

impl Change {
    /// One text for the change, whoever makes it.
    pub(super) fn identity(&self) -> String {
        format!("{} {}\n", self.place, self.difference)
    }

    /// Adds the layers of the same change in another test.
    pub(super) fn also_by(&mut self, other: Self) {
        let sides =
            [(&mut self.before_layers, other.before_layers), (&mut self.after_layers, other.after_layers)];
        for (mine, theirs) in sides {
            for layer in theirs {
                if !mine.contains(&layer) {
                    mine.push(layer);
                }
            }
        }
    }
}

impl Refusal {
    /// One text for the refusal, whichever test it is of.
    pub(super) fn identity(&self) -> String {
        let Diagnostic { code, message, path, layer, .. } = &self.diagnostic;
        let path = path.as_ref().map(ToString::to_string);
        format!("{:?} {code} {message} {path:?} {layer:?}\n", self.side)
    }
}

/// What changes in the objects of a test.
pub(super) fn changes(before: &Rendered, after: &Rendered) -> Vec<Change> {
    let pods = Role::ALL.map(|role| of_pod(before, after, role));
    let [master, worker] = pods;
    // Of a list's items, one may go and another come at the same index.
    let mut in_worker: HashMap<String, &Difference> =
        worker.iter().map(|change| (change.difference.to_string(), &change.difference)).collect();
    let mut found = Vec::new();
    for mut change in master {
        let said = change.difference.to_string();
        if in_worker.get(&said).is_some_and(|other| **other == change.difference) {
            change.place = Where::BothPods;
            in_worker.remove(&said);
        }
        found.push(change);
    }
    let only: Vec<bool> =
        worker.iter().map(|change| in_worker.contains_key(&change.difference.to_string())).collect();
    found.extend(worker.into_iter().zip(only).filter(|(_, only)| *only).map(|(change, _)| change));
    found.extend(of_service(before, after));
    found
}

fn of_pod(before: &Rendered, after: &Rendered, role: Role) -> Vec<Change> {
    let (Some((old, old_origins)), Some((new, new_origins))) = (pod(before, role), pod(after, role)) else {
        return Vec::new();
    };
    let change = |difference: Difference| {
        let layer = |origins: &Origins, path: &FieldPath, template: &Value| {
            origins.layer_of(path, template).map(ToString::to_string).into_iter().collect()
        };
        Change {
            place: Where::Pod(role),
            before_layers: layer(old_origins, &difference.path, old),
            after_layers: layer(new_origins, &difference.path_after, new),
            difference,
        }
    };
    differences(old, new, Schema::pod_template()).into_iter().map(change).collect()
}

/// A role's pod template, and where it comes from.
fn pod(rendered: &Rendered, role: Role) -> Option<(&Value, &Origins)> {
    let (_, job) = rendered.jobs.iter().find(|(of, _)| *of == role)?;
    let (_, origins) = rendered.origins.iter().find(|(of, _)| *of == role)?;
    Some((job.pointer("/spec/template")?, origins))
}

fn of_service(before: &Rendered, after: &Rendered) -> Vec<Change> {
    let (Some(old), Some(new)) = (&before.service, &after.service) else { return Vec::new() };
    let change = |difference| Change {
        place: Where::Service,
        difference,
        before_layers: Vec::new(),
        after_layers: Vec::new(),
    };
    differences(old, new, Schema::for_kind("v1", "Service")).into_iter().map(change).collect()
}

/// Why a test is refused; what both sets say is said once.
pub(super) fn refusals(before: &Rendered, after: &Rendered) -> Vec<Refusal> {
    let errors = |rendered: &Rendered, side: Side| -> Vec<Refusal> {
        let errors = rendered.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        errors.map(|diagnostic| Refusal { side, diagnostic: diagnostic.clone() }).collect()
    };
    let mut found = errors(before, Side::Before);
    for mut refusal in errors(after, Side::After) {
        refusal.side = Side::Before;
        let same = refusal.identity();
        refusal.side = Side::After;
        match found.iter_mut().find(|other| other.identity() == same) {
            Some(other) => other.side = Side::Both,
            None => found.push(refusal),
        }
    }
    found
}
