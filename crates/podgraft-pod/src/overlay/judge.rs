//! Judging a role's final pod by the constraints of the overlays that apply.

use std::{cell::LazyCell, collections::HashSet};

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Lookup, Segment},
    work::Work,
};
use serde_json::Value;

use super::{
    constraint::{Check, Constraint, ConstraintForm, Culprit, Expression, Found, Stored, Variables},
    namespace::Namespace,
    object::Overlay,
};
use crate::{codes, cursor::canonical};

/// What is judged, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct JudgedPod<'a> {
    /// The final pod template of one role.
    pub pod: &'a Value,
    /// The namespace that it goes to, where it is known.
    pub namespace: Option<&'a Namespace>,
    /// The overlays that apply, as their overrides do: see
    /// [`SelectedOverlays::in_order_of_overrides`](crate::overlay::SelectedOverlays::in_order_of_overrides).
    pub overlays: &'a [&'a Overlay],
    /// Who counts the places that are looked at. When it is too much, less is judged than there is.
    pub work: &'a Work,
}

/// What the constraints refuse, with paths in the pod template. `is_overridden` says whether a place is
/// as an override made it, of the overlay at this index or of a later one: that is not judged. What is not
/// there, nobody made so.
pub fn judge(judged: &JudgedPod<'_>, is_overridden: impl Fn(&FieldPath, usize) -> bool) -> Vec<Diagnostic> {
    if judged.overlays.iter().all(|overlay| overlay.constraints.is_empty()) {
        return Vec::new();
    }
    let stored = Stored::of(judged.pod);
    let variables = LazyCell::new(|| Variables::new(&stored.pod, judged.namespace));
    let (in_copy, in_pod) = (Lookup::default(), Lookup::default());
    let (mut refused, mut of_copies) = (Vec::<Diagnostic>::new(), Vec::<Diagnostic>::new());
    // Many overlays may demand the same: what is fine once is fine for all of them.
    let mut satisfied: HashSet<&str> = HashSet::new();
    for (rank, overlay) in judged.overlays.iter().enumerate() {
        for constraint in overlay.constraints.iter() {
            if satisfied.contains(&*constraint.demand) {
                continue;
            }
            let mut is_satisfied = true;
            match &constraint.rule {
                ConstraintForm::Target { target, check, required } => {
                    for found in target.find(&stored.pod, judged.work) {
                        let Some(wrong) = wrong(&found, check, *required) else { continue };
                        is_satisfied = false;
                        let (origin, is_copy) = stored.origin(&found.0, &in_copy);
                        let path = canonical(judged.pod, &origin, &in_pod);
                        if found.1.is_none() || !is_overridden(&path, rank) {
                            let refusals = if is_copy { &mut of_copies } else { &mut refused };
                            let whose = whose(&path);
                            refusals.push(said(overlay, constraint, &wrong, &whose).at(path));
                        }
                    }
                }
                // Judged with all other demands of Pod Security.
                ConstraintForm::PodSecurity(_) => {}
                ConstraintForm::Expression(expression) => {
                    if let Some(refusal) = refusal_of(expression, &variables, (*overlay, constraint)) {
                        is_satisfied = false;
                        let culprits = expression.culprits(&variables);
                        refused.push(with_containers(refusal, &culprits, judged.pod));
                    }
                }
            }
            // Where the work is spent, less was looked at than there is.
            if is_satisfied && !judged.work.is_spent() {
                satisfied.insert(&constraint.demand);
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

/// What is said of an expression that does not hold; `None` where it does.
fn refusal_of(
    expression: &Expression,
    variables: &Variables<'_>,
    (overlay, constraint): (&Overlay, &Constraint),
) -> Option<Diagnostic> {
    match expression.holds(variables) {
        Ok(true) => None,
        Ok(false) => Some(said_of_expression(overlay, constraint, expression.source())),
        Err(reason) => {
            let source = expression.source();
            let wrong = format!("the expression {source} cannot be evaluated: {reason}");
            Some(said(overlay, constraint, &wrong, ""))
        }
    }
}

/// The refusal of an expression with the containers on whose account it is refused: at the first one.
fn with_containers(refusal: Diagnostic, culprits: &[Culprit], pod: &Value) -> Diagnostic {
    const SHOWN: usize = 5;
    let name = |(list, index): &Culprit| {
        let containers = pod.get("spec")?.get(list)?.as_array()?;
        containers.get(*index)?.get("name")?.as_str().map(|name| (*list, name))
    };
    let named: Vec<(&str, &str)> = culprits.iter().filter_map(name).collect();
    let Some((list, first)) = named.first() else { return refusal };
    let key = Segment::Key(vec![("name".to_owned(), (*first).into())]);
    let shown: Vec<String> = named.iter().take(SHOWN).map(|(_, name)| format!("\"{name}\"")).collect();
    let more = if named.len() > SHOWN { format!(" and {} more", named.len() - SHOWN) } else { String::new() };
    let (noun, plural) = (noun_of(list).unwrap_or("item"), if named.len() == 1 { "" } else { "s" });
    let message = with_whose(&refusal.message, &format!("{noun}{plural} {}{more}", shown.join(", ")));
    Diagnostic { message, ..refusal }.at(FieldPath::fields(["spec", list]).with(key))
}

/// Words with what they are about in brackets behind them, before the stop at their end.
fn with_whose(words: &str, whose: &str) -> String {
    match words.strip_suffix('.') {
        Some(words) => format!("{words} ({whose})."),
        None => format!("{words} ({whose})"),
    }
}

/// What people call an item of this list of a pod.
fn noun_of(list: &str) -> Option<&'static str> {
    match list {
        "containers" | "initContainers" => Some("container"),
        "volumes" => Some("volume"),
        _ => None,
    }
}

/// Which container or volume a place is in, in words; empty where it is in none.
fn whose(path: &FieldPath) -> String {
    let [Segment::Field(spec), Segment::Field(list), Segment::Key(key), ..] = path.segments() else {
        return String::new();
    };
    let Some(noun) = noun_of(list).filter(|_| spec == "spec") else { return String::new() };
    let name = key.iter().find(|(key, _)| key == "name").and_then(|(_, name)| name.as_str());
    name.map_or_else(String::new, |name| format!("{noun} \"{name}\""))
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

/// The refusal, in the overlay's own words where it has some, and at the overlay's own line: whoever set the place may
/// have another. `whose` is what the place is in.
fn said(overlay: &Overlay, constraint: &Constraint, wrong: &str, whose: &str) -> Diagnostic {
    let by = demand(overlay, constraint);
    let words = constraint.message.as_deref().map_or(wrong, str::trim);
    let message =
        if whose.is_empty() || words.contains(whose) { words.to_owned() } else { with_whose(words, whose) };
    let refusal = Diagnostic::error(codes::CONSTRAINT, message);
    let help = if constraint.message.is_some() { format!("{wrong}; {by}") } else { by };
    refusal.help(help).positioned(overlay.position(&constraint.origin))
}

/// The refusal of an expression: where the overlay has words of its own, its source would only be noise.
fn said_of_expression(overlay: &Overlay, constraint: &Constraint, source: &str) -> Diagnostic {
    let refusal = said(overlay, constraint, &format!("change the pod so that {source}"), "");
    if constraint.message.is_some() { refusal.help(demand(overlay, constraint)) } else { refusal }
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
