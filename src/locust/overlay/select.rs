//! [`Applying`]: the overlays that apply to one test, and what there is to say of the choice.

use super::{
    Overlays,
    namespace::Namespace,
    object::{Kind, Overlay, Unreadable},
    selection::{Match, Selection},
};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    locust::{api::shared::OverlayReference, test::Test},
    path::FieldPath,
};

/// The overlays that apply to one test.
#[derive(Debug, Default)]
pub struct Applying<'o> {
    /// Those that apply by themselves, by kind, then ascending priority, then name.
    pub unasked: Vec<&'o Overlay>,
    /// Those that the test opts in to, in its order.
    pub opted_in: Vec<&'o Overlay>,
}

impl Overlays {
    /// Which overlays apply to a test in this namespace, `None` where nobody said which it is. Errors and
    /// warnings have their paths in the test.
    #[must_use]
    pub fn applying<'o>(
        &'o self,
        test: &Test,
        namespace: Option<&Namespace>,
    ) -> (Applying<'o>, Vec<Diagnostic>) {
        let mut choice =
            Choice { overlays: self, test, namespace, applying: Applying::default(), found: Vec::new() };
        choice.unreadable();
        choice.unasked();
        choice.listed();
        (choice.applying, choice.found)
    }
}

impl<'o> Applying<'o> {
    /// All of them as their overrides apply: namespace overlays, then cluster overlays; within a kind by
    /// ascending priority, then name, those that were opted in to among the others.
    #[must_use]
    pub fn in_order_of_overrides(&self) -> Vec<&'o Overlay> {
        let mut all: Vec<&Overlay> = self.unasked.iter().chain(&self.opted_in).copied().collect();
        all.sort_by(|a, b| {
            b.kind.cmp(&a.kind).then(a.priority.cmp(&b.priority)).then_with(|| a.name.cmp(&b.name))
        });
        all
    }

    /// Whether none applies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.unasked.is_empty() && self.opted_in.is_empty()
    }
}

struct Choice<'c, 'o> {
    overlays: &'o Overlays,
    test: &'c Test,
    namespace: Option<&'c Namespace>,
    applying: Applying<'o>,
    found: Vec<Diagnostic>,
}

impl<'o> Choice<'_, 'o> {
    /// A test that an unreadable overlay may be for is refused: nobody knows what the overlay demands.
    fn unreadable(&mut self) {
        let may_be_for = |overlay: &&Unreadable| {
            let Some(selection) = &overlay.selection else {
                return self.is_within(overlay.kind, overlay.namespace.as_deref());
            };
            let asked = !selection.opt_in || self.lists(overlay.kind, &overlay.name);
            let meant = || matches!(self.matches(selection), Match::Yes | Match::Unknown);
            asked && self.is_within(overlay.kind, overlay.namespace.as_deref()) && meant()
        };
        let errors: Vec<Diagnostic> = self
            .overlays
            .unreadable
            .iter()
            .filter(may_be_for)
            .map(|overlay| {
                let message = format!("correct {overlay}: it cannot be read, and it may apply to this test");
                Diagnostic::error(Code::InvalidOverlay, message).at(FieldPath::root())
            })
            .collect();
        self.found.extend(errors);
    }

    /// Chooses the overlays that apply by themselves.
    fn unasked(&mut self) {
        let elsewhere = |overlay: &&Overlay| overlay.namespace.is_some() && !overlay.selection.opt_in;
        if self.namespace.is_none()
            && let Some(overlay) = self.overlays.readable.iter().find(elsewhere)
        {
            let message = format!(
                "say which namespace the test goes to (--namespace NAME): overlays of a namespace, such as {overlay}, may \
                 apply to it; left out"
            );
            let path = FieldPath::fields(["metadata", "namespace"]);
            self.found.push(Diagnostic::warning(Code::UnknownNamespace, message).at(path));
        }
        for overlay in self.overlays.readable.iter().filter(|overlay| !overlay.selection.opt_in) {
            if !self.is_within(overlay.kind, overlay.namespace.as_deref()) {
                continue;
            }
            match self.matches(&overlay.selection) {
                Match::Yes => self.applying.unasked.push(overlay),
                Match::Unknown => self.found.push(self.depends_on_namespace(overlay)),
                Match::OtherTests | Match::OtherNamespaces => {}
            }
        }
    }

    /// Chooses the overlays that the test lists.
    fn listed(&mut self) {
        let listed = &self.test.spec.overrides.overlays;
        for (index, reference) in listed.iter().enumerate() {
            let path = FieldPath::fields(["spec", "overlays"]).index(index);
            let kind = kind_of(reference);
            let is_same = |other: &OverlayReference| kind_of(other) == kind && other.name == reference.name;
            if listed[..index].iter().any(is_same) {
                let message = format!("remove one of the two: {kind} \"{}\" is listed twice", reference.name);
                self.found.push(Diagnostic::error(Code::RepeatedOverlay, message).at(path));
                continue;
            }
            let there = |overlay: &&Overlay| {
                overlay.kind == kind
                    && overlay.name == reference.name
                    && self.is_within(kind, overlay.namespace.as_deref())
            };
            match self.overlays.readable.iter().find(there) {
                Some(overlay) => self.opt_in(overlay, &path),
                // What cannot be read is told already.
                None if self.is_unreadable(kind, &reference.name) => {}
                None => {
                    let missing = self.missing(kind, &reference.name);
                    self.found.push(missing.at(path.field("name")));
                }
            }
        }
    }

    fn opt_in(&mut self, overlay: &'o Overlay, path: &FieldPath) {
        let not_for_it = |why: &str| {
            let message = format!("remove {overlay}, or change {why}: it is not for this test");
            Diagnostic::error(Code::OverlayNotForTest, message).at(path.clone())
        };
        match self.matches(&overlay.selection) {
            Match::OtherTests => {
                self.found.push(not_for_it("the labels of the test to what its spec.selector wants"));
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
                self.found.push(Diagnostic::warning(Code::OverlayNotOptIn, message).at(path.clone()));
            }
        }
    }

    /// Says that the test lists an overlay that is not there.
    fn missing(&self, kind: Kind, name: &str) -> Diagnostic {
        let near_by = |overlay: &&Overlay| self.is_within(overlay.kind, overlay.namespace.as_deref());
        let others = || self.overlays.readable.iter().filter(near_by);
        let of_other_kind = others().find(|overlay| overlay.kind != kind && overlay.name == name);
        let hint = if let Some(other) = of_other_kind {
            format!("; did you mean kind: {}?", other.kind)
        } else {
            let names = others().filter(|overlay| overlay.kind == kind && overlay.selection.opt_in);
            let near = nearest(name, names.map(|overlay| overlay.name.as_str()));
            near.map_or_else(
                || "; correct the name, or create it".to_owned(),
                |near| format!("; did you mean \"{near}\"?"),
            )
        };
        let place = match (kind, self.namespace) {
            (Kind::Cluster, _) => String::new(),
            (Kind::Namespaced, Some(namespace)) => format!(" in namespace {}", namespace.name),
            (Kind::Namespaced, None) => " without a namespace".to_owned(),
        };
        Diagnostic::error(Code::MissingOverlay, format!("there is no {kind} \"{name}\"{place}{hint}"))
    }

    fn depends_on_namespace(&self, overlay: &Overlay) -> Diagnostic {
        let name = self.namespace.map_or("NAME", |namespace| namespace.name.as_str());
        let message = format!(
            "say which labels the namespace has (--namespace {name}=label=value,...): whether {overlay} applies depends on \
             them; left out"
        );
        Diagnostic::warning(Code::UnknownNamespace, message).at(FieldPath::fields(["metadata", "namespace"]))
    }

    fn matches(&self, selection: &Selection) -> Match {
        selection.matches(&self.test.labels, self.namespace)
    }

    /// Whether an overlay of this kind and namespace can be for the test at all.
    fn is_within(&self, kind: Kind, namespace: Option<&str>) -> bool {
        kind == Kind::Cluster || namespace == self.namespace.map(|namespace| namespace.name.as_str())
    }

    fn lists(&self, kind: Kind, name: &str) -> bool {
        let listed = &self.test.spec.overrides.overlays;
        listed.iter().any(|reference| kind_of(reference) == kind && reference.name == name)
    }

    fn is_unreadable(&self, kind: Kind, name: &str) -> bool {
        let is_it = |overlay: &&Unreadable| {
            overlay.kind == kind && overlay.name == name && self.is_within(kind, overlay.namespace.as_deref())
        };
        self.overlays.unreadable.iter().any(|overlay| is_it(&overlay))
    }
}

fn kind_of(reference: &OverlayReference) -> Kind {
    if reference.kind.as_deref() == Some(Kind::Namespaced.as_str()) {
        Kind::Namespaced
    } else {
        Kind::Cluster
    }
}
