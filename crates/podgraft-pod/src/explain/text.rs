//! [`to_text`]: the whole story of each chosen leaf, for people.

use std::fmt::Write;

use super::{ExplainedPod, Filtered, FilteredPod, LeafAttribution, LeafHistory, PreviousLeaf, yaml::who};
use crate::{manifest::to_yaml_line, pod_role::PodRole};

/// The whole story of each chosen leaf: what is there, who set it and why, who agrees, and what was there
/// before, first to last. What is the same in all pods of an object is told once.
#[must_use]
pub fn to_text(objects: &[Filtered<'_>]) -> String {
    let parts: Vec<String> = objects.iter().flat_map(of_object).collect();
    parts.join("\n")
}

fn of_object(object: &Filtered<'_>) -> Vec<String> {
    let title = object.explanation.title();
    let told: Vec<(&PodRole, String, String)> = object.pods.iter().flat_map(stories).collect();
    let mut parts = Vec::new();
    for (at, (role, path, rest)) in told.iter().enumerate() {
        let same = |(_, _, other): &&(&PodRole, String, String)| other == rest;
        let of_path: Vec<_> = told.iter().filter(|(_, other, _)| other == path).collect();
        let count = object.explanation.pods.len();
        let all = PodRole::all(count).filter(|_| of_path.len() == count && of_path.iter().all(same));
        let whose = all.map_or_else(|| role.to_string(), str::to_owned);
        let is_told = told[..at].iter().any(|(_, other, story)| other == path && story == rest);
        if !is_told {
            parts.push(format!("{path}\n  in   {whose} of {title}\n{rest}"));
        }
    }
    let nothing = object.nothing.iter().filter(|_| !object.pods.is_empty());
    parts.extend(nothing.map(|path| format!("{path}\n  in   {title}\n  is   not set, and never was\n")));
    if parts.is_empty() && !object.pods.is_empty() {
        parts.push(format!("nothing to tell\n  in   {title}\n"));
    }
    parts
}

/// Path and story of each chosen leaf.
fn stories<'e>(pod: &FilteredPod<'e>) -> Vec<(&'e PodRole, String, String)> {
    let there = pod.leaves.iter().map(|told| (told, story(pod.pod, told)));
    let gone = pod.removed.iter().map(|told| (told, gone(pod.pod, told)));
    there.chain(gone).map(|(told, story)| (&pod.pod.role, told.path.to_string(), story)).collect()
}

// Writing to a string cannot fail.
fn story(pod: &ExplainedPod, told: &LeafHistory) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "  is   {}", to_yaml_line(&told.value));
    let _ = writeln!(text, "       set by {}", said(pod, &told.setter));
    for setter in &told.agreed {
        let _ = writeln!(text, "       the same from {}", said(pod, setter));
    }
    told.shadowed.iter().for_each(|shadowed| past(&mut text, pod, told, shadowed));
    text
}

fn gone(pod: &ExplainedPod, told: &LeafHistory) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "  is   gone\n       removed by {}", said(pod, &told.setter));
    told.shadowed.iter().for_each(|shadowed| past(&mut text, pod, told, shadowed));
    text
}

fn past(text: &mut String, pod: &ExplainedPod, told: &LeafHistory, past: &PreviousLeaf) {
    let whole = if past.path == told.path { String::new() } else { format!(" (all of {})", past.path) };
    let _ = writeln!(text, "  was  {}{whole}", to_yaml_line(&past.value));
    let _ = writeln!(text, "       set by {}", said(pod, &past.setter));
    // Who took the last value away is said above.
    if past.by != told.setter {
        let _ = writeln!(text, "       until {}", said(pod, &past.by));
    }
}

/// The layer, its generation, why, and where it is written.
fn said(pod: &ExplainedPod, setter: &LeafAttribution) -> String {
    let layer = pod.layers.get(setter.layer);
    let generation = layer.and_then(|layer| layer.generation);
    let generation = generation.map_or_else(String::new, |number| format!(", generation {number}"));
    let position = setter.position.as_ref().map_or_else(String::new, |position| format!(", {position}"));
    format!("{}{generation}{position}", who(pod, setter))
}
