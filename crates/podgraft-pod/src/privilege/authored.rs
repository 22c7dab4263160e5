//! [`authored_privileges`]: the privileges of a pod that its author has given it.

use podgraft_merge::{diagnostic::LayerId, layers::Provenance, path::Lookup};
use serde_json::Value;

use super::{PrivilegeUse, privileges};
use crate::{
    cursor::leaves,
    graft::{Grafted, LayerSource, SourcedLayer},
};

/// A privilege that the author of an object has given its pod.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthoredPrivilege {
    /// Which one, and where.
    pub used: PrivilegeUse,
    /// What is there.
    pub value: Value,
    /// The author's layer that stated it last, or the opt-in overlay's that the author lists.
    pub layer: LayerId,
}

/// The privileges of a grafted pod of which the last layer that states a part is the object's own, or that of an opt-in
/// overlay that the object lists. What the operator or an overlay for everybody gives a pod is not the author's.
#[must_use]
pub fn authored_privileges(pod: &Grafted<'_>) -> Vec<AuthoredPrivilege> {
    let Some(provenance) = pod.provenance() else { return Vec::new() };
    // Very many may lie in one list.
    let lookup = Lookup::default();
    let of_author = |used: PrivilegeUse| {
        let value = lookup.find(&used.path, &pod.template)?.clone();
        let layer = author_of(pod, provenance, &used, &value)?;
        Some(AuthoredPrivilege { layer: layer.id.clone(), used, value })
    };
    privileges(&pod.template).into_iter().filter_map(of_author).collect()
}

/// The layer of the author that states any part of it last.
fn author_of<'p>(
    pod: &'p Grafted<'_>,
    provenance: &Provenance,
    used: &PrivilegeUse,
    value: &Value,
) -> Option<&'p SourcedLayer<'p>> {
    let mut author = None;
    leaves(&used.path, value, &mut |path, _| {
        let setter = provenance.history(&path).last_setter();
        let layer = setter.and_then(|layer| pod.layers.get(layer));
        author = author.or(layer.filter(|layer| is_authors(layer)));
    });
    author
}

fn is_authors(layer: &SourcedLayer<'_>) -> bool {
    match layer.source {
        LayerSource::TypedField | LayerSource::Template => true,
        LayerSource::Overlay(layer) => layer.overlay.selection.opt_in,
        LayerSource::Operator(_) => false,
    }
}
