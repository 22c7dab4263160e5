//! [`SelectedOverlays`]: the overlays that apply to one object, and what there is to say of the choice.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use podgraft_merge::{
    diagnostic::{Diagnostic, nearest},
    path::FieldPath,
};

use super::{
    OverlayReference, Overlays,
    kind::OverlayKind,
    namespace::Namespace,
    object::{Overlay, UnreadableOverlay},
    selection::{Match, Selection},
};
use crate::codes;

/// So many missing names of an object are compared with the names that there are, for a "did you mean".
const MOST_COMPARED: usize = 10;

/// An object whose pods overlays change, as far as overlays look at it.
#[derive(Debug, Clone, Copy)]
pub struct OverlayHost<'a> {
    /// What messages call it: `test`.
    pub noun: &'static str,
    /// Its labels.
    pub labels: &'a BTreeMap<String, String>,
    /// Its namespace; `None` where nobody said which it is.
    pub namespace: Option<&'a Namespace>,
    /// The overlays that it lists, in `spec.overlays`.
    pub overlays: &'a [OverlayReference],
}

/// The labels of an object, as [`OverlayHost`] has them. Those that are no texts are left out.
#[must_use]
pub fn labels_of(object: &Value) -> BTreeMap<String, String> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The overlays that apply to one object.
#[derive(Debug, Default)]
pub struct SelectedOverlays<'o> {
    /// Those that apply by themselves, by kind, then ascending priority, then name.
    pub automatic: Vec<&'o Overlay>,
    /// Those that the object opts in to, in its order.
    pub opted_in: Vec<&'o Overlay>,
}

impl Overlays {
    /// Which overlays apply to an object. Errors and warnings have their paths in the object.
    #[must_use]
    pub fn applying<'o>(&'o self, host: &OverlayHost<'_>) -> (SelectedOverlays<'o>, Vec<Diagnostic>) {
        let mut choice =
            Selecting { overlays: self, host, applying: SelectedOverlays::default(), found: Vec::new() };
        choice.unreadable();
        choice.automatic();
        choice.listed();
        (choice.applying, choice.found)
    }
}

impl<'o> SelectedOverlays<'o> {
    /// All of them as their overrides apply: namespace overlays, then cluster overlays; within a kind by
    /// ascending priority, then name, those that were opted in to among the others.
    #[must_use]
    pub fn in_order_of_overrides(&self) -> Vec<&'o Overlay> {
        let mut all: Vec<&Overlay> = self.automatic.iter().chain(&self.opted_in).copied().collect();
        all.sort_by(|a, b| {
            b.kind.cmp(&a.kind).then(a.priority.cmp(&b.priority)).then_with(|| a.name.cmp(&b.name))
        });
        all
    }

    /// Whether none applies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.automatic.is_empty() && self.opted_in.is_empty()
    }
}

/// A selection in progress.
struct Selecting<'c, 'o> {
    overlays: &'o Overlays,
    host: &'c OverlayHost<'c>,
    applying: SelectedOverlays<'o>,
    found: Vec<Diagnostic>,
}

impl<'o> Selecting<'_, 'o> {
    /// An object that an unreadable overlay may be for is refused: nobody knows what the overlay demands.
    fn unreadable(&mut self) {
        let listed = self.host.overlays;
        let noun = self.host.noun;
        let listed: HashSet<(OverlayKind, &str)> =
            listed.iter().map(|reference| (kind_of(reference), reference.name.as_str())).collect();
        let may_be_for = |overlay: &&UnreadableOverlay| {
            let Some(selection) = &overlay.selection else {
                return self.is_within(overlay.kind, overlay.namespace.as_deref());
            };
            let asked = !selection.opt_in || listed.contains(&(overlay.kind, overlay.name.as_str()));
            let meant = || matches!(self.matches(selection), Match::Yes | Match::Unknown);
            asked && self.is_within(overlay.kind, overlay.namespace.as_deref()) && meant()
        };
        let errors: Vec<Diagnostic> = self
            .overlays
            .unreadable()
            .filter(may_be_for)
            .map(|overlay| {
                let errors = overlay.first_errors();
                let message =
                    format!("correct {overlay}, which may apply to this {noun} and cannot be read: {errors}");
                Diagnostic::error(codes::INVALID_OVERLAY, message).at(FieldPath::root())
            })
            .collect();
        self.found.extend(errors);
    }

    /// Chooses the overlays that apply by themselves.
    fn automatic(&mut self) {
        let elsewhere = |overlay: &&Overlay| overlay.namespace.is_some() && !overlay.selection.opt_in;
        if self.host.namespace.is_none()
            && let Some(overlay) = self.overlays.readable().find(elsewhere)
        {
            let message = format!(
                "say which namespace the {} goes to (--namespace NAME): overlays of a namespace, such as {overlay}, may \
                 apply to it; left out",
                self.host.noun
            );
            let path = FieldPath::fields(["metadata", "namespace"]);
            self.found.push(Diagnostic::warning(codes::UNKNOWN_NAMESPACE, message).at(path));
        }
        for overlay in self.overlays.readable().filter(|overlay| !overlay.selection.opt_in) {
            if !self.is_within(overlay.kind, overlay.namespace.as_deref()) {
                continue;
            }
            match self.matches(&overlay.selection) {
                Match::Yes => self.applying.automatic.push(overlay),
                Match::Unknown => self.found.push(self.depends_on_namespace(overlay)),
                Match::OtherObjects | Match::OtherNamespaces => {}
            }
        }
    }

    /// Chooses the overlays that the object lists.
    fn listed(&mut self) {
        let listed = self.host.overlays;
        // Looked up, not searched: an object may list as many names as fit into it.
        let readable = self.readable_by_name();
        let mut seen = HashSet::new();
        let mut missing = 0;
        for (index, reference) in listed.iter().enumerate() {
            let path = FieldPath::fields(["spec", "overlays"]).index(index);
            let kind = kind_of(reference);
            if !seen.insert((kind, reference.name.as_str())) {
                let message = format!("remove one of the two: {kind} \"{}\" is listed twice", reference.name);
                self.found.push(Diagnostic::error(codes::REPEATED_OVERLAY, message).at(path));
                continue;
            }
            match readable.get(&(kind, reference.name.as_str())) {
                Some(overlay) => self.opt_in(overlay, &path),
                // What cannot be read is told already.
                None if self.is_unreadable(kind, &reference.name) => {}
                None => {
                    missing += 1;
                    let hint =
                        self.hint_of_missing(kind, &reference.name, &readable, missing <= MOST_COMPARED);
                    let found = self.missing(kind, &reference.name, &hint);
                    self.found.push(found.at(path.field("name")));
                }
            }
        }
    }

    /// The overlays that can be for the object at all, by kind and name.
    fn readable_by_name(&self) -> HashMap<(OverlayKind, &'o str), &'o Overlay> {
        let near_by = |overlay: &&Overlay| self.is_within(overlay.kind, overlay.namespace.as_deref());
        let readable = self.overlays.readable().filter(near_by);
        readable.map(|overlay| ((overlay.kind, overlay.name.as_str()), overlay)).collect()
    }

    fn opt_in(&mut self, overlay: &'o Overlay, path: &FieldPath) {
        let noun = self.host.noun;
        let not_for_it = |why: &str| {
            let message = format!("remove {overlay}, or change {why}: it is not for this {noun}");
            Diagnostic::error(codes::OVERLAY_NOT_FOR_TEST, message).at(path.clone())
        };
        match self.matches(&overlay.selection) {
            Match::OtherObjects => {
                self.found
                    .push(not_for_it(&format!("the labels of the {noun} to what its spec.selector wants")));
            }
            Match::OtherNamespaces => {
                self.found.push(not_for_it("the namespace to one that its spec.namespaceSelector wants"));
            }
            Match::Unknown if overlay.selection.opt_in => {
                let found = self.depends_on_namespace(overlay).at(path.clone());
                self.found.push(found);
            }
            Match::Unknown => {}
            Match::Yes if overlay.selection.opt_in => self.applying.opted_in.push(overlay),
            Match::Yes => {
                let message = format!(
                    "remove {overlay} from spec.overlays: it is not opt-in and applies anyway, in its own place"
                );
                self.found.push(Diagnostic::warning(codes::OVERLAY_NOT_OPT_IN, message).at(path.clone()));
            }
        }
    }

    /// What may be meant by the name of an overlay that is not there; compared with all names if so wished.
    fn hint_of_missing(
        &self,
        kind: OverlayKind,
        name: &str,
        readable: &HashMap<(OverlayKind, &str), &Overlay>,
        compared: bool,
    ) -> String {
        let other_kind =
            if kind == OverlayKind::Cluster { OverlayKind::Namespaced } else { OverlayKind::Cluster };
        if readable.contains_key(&(other_kind, name)) {
            return format!("; did you mean kind: {other_kind}?");
        }
        let names = self.overlays.readable().filter(|overlay| {
            compared
                && overlay.kind == kind
                && overlay.selection.opt_in
                && self.is_within(overlay.kind, overlay.namespace.as_deref())
        });
        let near = nearest(name, names.map(|overlay| overlay.name.as_str()));
        near.map_or_else(
            || "; correct the name, or create it".to_owned(),
            |near| format!("; did you mean \"{near}\"?"),
        )
    }

    /// Says that the object lists an overlay that is not there.
    fn missing(&self, kind: OverlayKind, name: &str, hint: &str) -> Diagnostic {
        let place = match (kind, self.host.namespace) {
            (OverlayKind::Cluster, _) => String::new(),
            (OverlayKind::Namespaced, Some(namespace)) => format!(" in namespace {}", namespace.name),
            (OverlayKind::Namespaced, None) => " without a namespace".to_owned(),
        };
        Diagnostic::error(codes::MISSING_OVERLAY, format!("there is no {kind} \"{name}\"{place}{hint}"))
    }

    fn depends_on_namespace(&self, overlay: &Overlay) -> Diagnostic {
        let name = self.host.namespace.map_or("NAME", |namespace| namespace.name.as_str());
        let message = format!(
            "say which labels the namespace has (--namespace {name}=label=value,...): whether {overlay} applies depends on \
             them; left out"
        );
        Diagnostic::warning(codes::UNKNOWN_NAMESPACE, message)
            .at(FieldPath::fields(["metadata", "namespace"]))
    }

    fn matches(&self, selection: &Selection) -> Match {
        selection.matches(self.host.labels, self.host.namespace)
    }

    /// Whether an overlay of this kind and namespace can be for the object at all.
    fn is_within(&self, kind: OverlayKind, namespace: Option<&str>) -> bool {
        kind == OverlayKind::Cluster
            || namespace == self.host.namespace.map(|namespace| namespace.name.as_str())
    }

    fn is_unreadable(&self, kind: OverlayKind, name: &str) -> bool {
        let is_it = |overlay: &&UnreadableOverlay| {
            overlay.kind == kind && overlay.name == name && self.is_within(kind, overlay.namespace.as_deref())
        };
        self.overlays.unreadable().any(|overlay| is_it(&overlay))
    }
}

fn kind_of(reference: &OverlayReference) -> OverlayKind {
    if reference.kind.as_deref() == Some(OverlayKind::Namespaced.as_str()) {
        OverlayKind::Namespaced
    } else {
        OverlayKind::Cluster
    }
}
