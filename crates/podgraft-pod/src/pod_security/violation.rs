//! [`PodSecurityViolation`]: a check that a pod violates.

use std::collections::{HashMap, HashSet};

use podgraft_merge::path::FieldPath;
use serde_json::Value;

use super::{
    mend::template_piece,
    offending_field::{OffendingField, Subject, quoted},
};

/// A check that a pod violates.
#[derive(Debug, Clone, PartialEq)]
pub struct PodSecurityViolation {
    /// The check's name, as the API server's library has it: `hostNamespaces`.
    pub check: &'static str,
    /// The fields for which it refuses the pod; at least one.
    pub fields: Vec<OffendingField>,
}

impl PodSecurityViolation {
    /// Where the first of the fields is, or has to be.
    #[must_use]
    pub fn path(&self) -> FieldPath {
        self.fields.first().map_or_else(FieldPath::root, |field| field.path.clone())
    }

    /// What to do about all fields, in words: the same demand once, with whom it is made of.
    #[must_use]
    pub fn message(&self) -> String {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut demands: Vec<(&str, Vec<&Subject>)> = Vec::new();
        for field in &self.fields {
            let place = *places.entry(&field.demand).or_insert(demands.len());
            if place == demands.len() {
                demands.push((&field.demand, Vec::new()));
            }
            demands[place].1.push(&field.subject);
        }
        let more = demands.len().saturating_sub(DEMANDS);
        let mut said: Vec<String> =
            demands.iter().take(DEMANDS).map(|(demand, of)| format!("{demand}{}", whose(of))).collect();
        if more > 0 {
            said.push(format!("and {more} more"));
        }
        said.join(", ")
    }

    /// A piece of a template that makes the pod pass this check, in the extended dialect. `None` where an item that has
    /// to change is in a list by its place alone.
    #[must_use]
    pub fn template_piece(&self) -> Option<Value> {
        template_piece(self.fields.iter().flat_map(|field| &field.mend))
    }
}

/// How many different demands a message states.
const DEMANDS: usize = 4;

/// How many containers or volumes a message names.
const NAMES: usize = 5;

/// Whom a demand is made of: ` in containers "a" and "b"`.
fn whose(subjects: &[&Subject]) -> String {
    let mut seen = HashSet::new();
    let (mut places, mut containers, mut volumes) = (Vec::new(), Vec::new(), Vec::new());
    for subject in subjects.iter().filter(|subject| seen.insert(**subject)) {
        match subject {
            Subject::Pod => places.push("the pod".to_owned()),
            Subject::Container(name) => containers.push(quoted(name)),
            Subject::Volume(name) => volumes.push(quoted(name)),
        }
    }
    for (noun, names) in [("container", containers), ("volume", volumes)] {
        match &*names {
            [] => {}
            [name] => places.push(format!("{noun} {name}")),
            names => places.push(format!("{noun}s {}", list(names))),
        }
    }
    format!(" in {}", places.join(" and in "))
}

/// Names with commas and a last "and"; of many, how many more there are.
fn list(names: &[String]) -> String {
    let (shown, more) = names.split_at(names.len().min(NAMES));
    match shown.split_last() {
        Some((last, others)) if more.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => format!("{} and {} more", shown.join(", "), more.len()),
    }
}
