//! Where pods go, and beside which.

use std::collections::HashSet;

use super::{
    findings::Findings,
    formats::{LABEL, QUALIFIED},
    selector,
};
use crate::cursor::Cursor;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Judges the affinity of a pod that has these labels.
pub(super) fn judge(spec: &Cursor<'_>, labels: &HashSet<&str>, found: &mut Findings) {
    let Some(affinity) = spec.get("affinity") else { return };
    if let Some(nodes) = affinity.get("nodeAffinity") {
        to_nodes(&nodes, found);
    }
    for pods in ["podAffinity", "podAntiAffinity"].into_iter().filter_map(|name| affinity.get(name)) {
        for term in pods.items(REQUIRED) {
            to_pods(&term, labels, found);
        }
        for preference in pods.items(PREFERRED) {
            weight(&preference, found);
            if let Some(term) = preference.get("podAffinityTerm") {
                to_pods(&term, labels, found);
            }
        }
    }
}

fn to_nodes(affinity: &Cursor<'_>, found: &mut Findings) {
    if let Some(required) = affinity.get(REQUIRED) {
        let terms = required.items("nodeSelectorTerms");
        if terms.is_empty() {
            found.refuse(required.field("nodeSelectorTerms"), "add a term: without one, no node is chosen");
        }
        for term in terms {
            selector::nodes(&term, true, found);
        }
    }
    for preference in affinity.items(PREFERRED) {
        weight(&preference, found);
        if let Some(term) = preference.get("preference") {
            selector::nodes(&term, false, found);
        }
    }
}

fn weight(preference: &Cursor<'_>, found: &mut Findings) {
    found.range(preference, "weight", 1, 100);
}

fn to_pods(term: &Cursor<'_>, labels: &HashSet<&str>, found: &mut Findings) {
    for selector in ["labelSelector", "namespaceSelector"].into_iter().filter_map(|name| term.get(name)) {
        selector::labels(&selector, found);
    }
    for (namespace, path) in term.texts("namespaces") {
        found.written(path, "the name of a namespace", namespace, &LABEL);
    }
    selector::label_keys(term, "matchLabelKeys", found);
    selector::added_twice(term, labels, found);
    selector::label_keys(term, "mismatchLabelKeys", found);
    let others: HashSet<&str> = term.texts("mismatchLabelKeys").into_iter().map(|(key, _)| key).collect();
    for (key, path) in term.texts("matchLabelKeys") {
        if others.contains(key) {
            found.refuse(
                path,
                format!("remove {key} from matchLabelKeys or mismatchLabelKeys: it is in both"),
            );
        }
    }
    found.required_format(term, "topologyKey", &QUALIFIED);
}
