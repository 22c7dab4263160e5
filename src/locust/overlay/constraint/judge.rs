//! Judging a role's final pod by the constraints of the overlays that apply.

use std::{cell::LazyCell, collections::HashSet};

use serde_json::Value;

use super::{Constraint, Rule, check::Check, expression::Environment, place::Found, stored::Stored};
use crate::{
    diagnostic::{Code, Diagnostic},
    judge::canonical,
    locust::overlay::{namespace::Namespace, object::Overlay},
    path::{FieldPath, Lookup, Segment},
    work::Work,
};

/// What is judged, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The final pod template of one role.
    pub pod: &'a Value,
    /// The namespace that it goes to, where it is known.
    pub namespace: Option<&'a Namespace>,
    /// The overlays that apply, as their overrides do: see
    /// [`Applying::in_order_of_overrides`](crate::locust::overlay::Applying::in_order_of_overrides).
    pub overlays: &'a [&'a Overlay],
    /// Who counts the places that are looked at. When it is too much, less is judged than there is.
    pub work: &'a Work,
}

/// What the constraints refuse, with paths in the pod template. `is_overridden` says whether a place is
/// as an override made it, of the overlay at this index or of a later one: that is not judged. What is not
/// there, nobody made so.
pub fn judge(judged: &Judged<'_>, is_overridden: impl Fn(&FieldPath, usize) -> bool) -> Vec<Diagnostic> {
    if judged.overlays.iter().all(|overlay| overlay.constraints.is_empty()) {
        return Vec::new();
    }
    let stored = Stored::of(judged.pod);
    let environment = LazyCell::new(|| Environment::new(&stored.pod, judged.namespace));
    let (in_copy, in_pod) = (Lookup::default(), Lookup::default());
    let (mut refused, mut of_copies) = (Vec::<Diagnostic>::new(), Vec::<Diagnostic>::new());
    for (rank, overlay) in judged.overlays.iter().enumerate() {
        for constraint in &overlay.constraints {
            match &constraint.rule {
                Rule::Place { place, check, required } => {
                    for found in place.find(&stored.pod, judged.work) {
                        let Some(wrong) = wrong(&found, check, *required) else { continue };
                        let (origin, is_copy) = stored.origin(&found.0, &in_copy);
                        let path = canonical(judged.pod, &origin, &in_pod);
                        if found.1.is_none() || !is_overridden(&path, rank) {
                            let refusals = if is_copy { &mut of_copies } else { &mut refused };
                            refusals.push(said(overlay, constraint, wrong).at(path));
                        }
                    }
                }
                Rule::Expression(expression) => match expression.holds(&environment) {
                    Ok(true) => {}
                    Ok(false) => refused.push(said_of_expression(overlay, constraint, expression.source())),
                    Err(reason) => {
                        let wrong =
                            format!("the expression {} cannot be evaluated: {reason}", expression.source());
                        refused.push(said(overlay, constraint, wrong));
                    }
                },
            }
        }
    }
    // Who constrains a field and its alias is not told twice.
    let path_of = |refusal: &Diagnostic| refusal.path.as_ref().map(ToString::to_string);
    let told: HashSet<Option<String>> = refused.iter().map(path_of).collect();
    of_copies.retain(|copy| !told.contains(&path_of(copy)));
    refused.extend(of_copies);
    refused
}

/// What to do about a place, when it may not be as it is.
fn wrong((path, value): &Found<'_>, check: &Check, required: bool) -> Option<String> {
    let name = match path.segments().last() {
        Some(Segment::Field(name)) => format!("\"{name}\""),
        _ => format!("\"{path}\""),
    };
    match value {
        Some(value) if required && check.is_missing(value) => {
            let reason = "which is as good as nothing there";
            Some(format!("write {name} {}, not as {}, {reason}", check.wanted(), short(value)))
        }
        Some(value) if check.allows(value) => None,
        Some(value) => {
            Some(format!("write {name} {}, not as {}{}", check.wanted(), short(value), check.reason(value)))
        }
        None if !required => None,
        None if check.is_any() => Some(format!("add {name}: it must be there")),
        None => Some(format!("add {name}, and write it {}: it must be there", check.wanted())),
    }
}

/// The refusal, in the overlay's own words where it has some.
fn said(overlay: &Overlay, constraint: &Constraint, wrong: String) -> Diagnostic {
    let by = demand(overlay, constraint);
    match &constraint.message {
        Some(message) => Diagnostic::error(Code::Constraint, message.trim()).help(format!("{wrong}; {by}")),
        None => Diagnostic::error(Code::Constraint, wrong).help(by),
    }
}

/// The refusal of an expression: where the overlay has words of its own, its source would only be noise.
fn said_of_expression(overlay: &Overlay, constraint: &Constraint, source: &str) -> Diagnostic {
    if let Some(message) = &constraint.message {
        return Diagnostic::error(Code::Constraint, message.trim()).help(demand(overlay, constraint));
    }
    said(overlay, constraint, format!("change the pod so that {source}"))
}

/// Who demands it, and where that is written.
fn demand(overlay: &Overlay, constraint: &Constraint) -> String {
    let place = overlay.position(&constraint.origin).map_or_else(String::new, |at| format!(" ({at})"));
    format!("{overlay} demands it: {}{place}", constraint.origin)
}

/// A value as JSON, cut to what a line can take.
fn short(value: &Value) -> String {
    const LENGTH: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= LENGTH {
        return text;
    }
    format!("{}...", text.chars().take(LENGTH).collect::<String>())
}
