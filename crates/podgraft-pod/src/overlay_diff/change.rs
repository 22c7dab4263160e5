//! What happens to one object: [`Change`]s of its pods and other objects, or [`Refusal`]s.

use std::{collections::HashMap, fmt};

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath, schema::Schema};

use super::{RenderedObject, RenderedPod};
use crate::{
    difference::{Difference, differences},
    pod_role::PodRole,
};

/// One field that the second set of overlays changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// In which objects.
    pub place: ChangedObjects,
    /// The field, with what is there with the first set and with the second. In pods, the path is in the pod template.
    pub difference: Difference,
    /// Who sets the first value: a layer for each way in which the objects come to it.
    pub before_layers: Vec<String>,
    /// Who sets the second value.
    pub after_layers: Vec<String>,
}

/// Where a change is. Displays as `both pods`, `worker pod`, `Service`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedObjects {
    /// In each of several pods.
    AllPods(Vec<PodRole>),
    /// In some of the pods, or in the only one.
    Pods(Vec<PodRole>),
    /// In another object, of this kind.
    Other(&'static str),
}

impl fmt::Display for ChangedObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllPods(roles) => f.write_str(PodRole::all(roles.len()).unwrap_or("pod")),
            Self::Pods(roles) => {
                let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
                f.write_str(&roles.join(" and the "))
            }
            Self::Other(kind) => f.write_str(kind),
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

/// Why an object is refused.
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

    /// Adds the layers of the same change in another object.
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
    /// One text for the refusal, whichever object it is of.
    pub(super) fn identity(&self) -> String {
        let Diagnostic { code, message, path, layer, .. } = &self.diagnostic;
        let path = path.as_ref().map(ToString::to_string);
        format!("{:?} {code} {message} {path:?} {layer:?}\n", self.side)
    }
}

/// What changes in what is made of an object. What changes alike in several pods is one change.
pub(super) fn changes(before: &RenderedObject<'_>, after: &RenderedObject<'_>) -> Vec<Change> {
    let mut found: Vec<(Vec<PodRole>, Change)> = Vec::new();
    // Of a list's items, one may go and another come at the same index: two differences may have one text.
    let mut index: HashMap<String, Vec<usize>> = HashMap::new();
    let mut pods = 0;
    for old in &before.pods {
        let Some(new) = after.pods.iter().find(|new| new.role == old.role) else { continue };
        pods += 1;
        for change in of_pod(old, new) {
            let alike = index.entry(change.difference.to_string()).or_default();
            let is_same = |at: &&usize| {
                found.get(**at).is_some_and(|(roles, other)| {
                    other.difference == change.difference && !roles.contains(&old.role)
                })
            };
            let same = alike.iter().find(is_same).copied();
            if let Some((roles, _)) = same.and_then(|at| found.get_mut(at)) {
                roles.push(old.role.clone());
            } else {
                alike.push(found.len());
                found.push((vec![old.role.clone()], change));
            }
        }
    }
    let placed = |(roles, change): (Vec<PodRole>, Change)| {
        let is_all = roles.len() == pods && pods > 1;
        let place = if is_all { ChangedObjects::AllPods(roles) } else { ChangedObjects::Pods(roles) };
        Change { place, ..change }
    };
    found.into_iter().map(placed).chain(of_others(before, after)).collect()
}

fn of_pod(before: &RenderedPod<'_>, after: &RenderedPod<'_>) -> Vec<Change> {
    let change = |difference: Difference| {
        let layer = |pod: &RenderedPod<'_>, path: &FieldPath| {
            pod.setters.layer_of(path, pod.template).map(|layer| layer.to_string()).into_iter().collect()
        };
        Change {
            place: ChangedObjects::Pods(vec![before.role.clone()]),
            before_layers: layer(before, &difference.path),
            after_layers: layer(after, &difference.path_after),
            difference,
        }
    };
    differences(before.template, after.template, Schema::pod_template()).into_iter().map(change).collect()
}

/// What changes in the objects beside the pods that both sets make.
fn of_others(before: &RenderedObject<'_>, after: &RenderedObject<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    for old in &before.others {
        let Some(new) = after.others.iter().find(|new| new.kind == old.kind) else { continue };
        let change = |difference| Change {
            place: ChangedObjects::Other(old.kind),
            difference,
            before_layers: Vec::new(),
            after_layers: Vec::new(),
        };
        found.extend(differences(old.value, new.value, old.schema).into_iter().map(change));
    }
    found
}

/// Why an object is refused; what both sets say is said once.
pub(super) fn refusals(before: &RenderedObject<'_>, after: &RenderedObject<'_>) -> Vec<Refusal> {
    let errors = |rendered: &RenderedObject<'_>, side: Side| -> Vec<Refusal> {
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
