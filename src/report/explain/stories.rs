//! [`to_stories`]: the whole story of each chosen leaf, for people.

use std::fmt::Write;

use super::{Chosen, ChosenPod, Past, Pod, Setter, Told, yaml::who};
use crate::manifest::to_yaml_line;

/// The whole story of each chosen leaf: what is there, who set it and why, who agrees, and what was there
/// before, first to last. What is the same in both pods is told once.
#[must_use]
pub fn to_stories(tests: &[Chosen<'_>]) -> String {
    let mut text = String::new();
    for test in tests {
        let title = test.explanation.title();
        let mut told = Vec::new();
        for pod in &test.pods {
            for leaf in stories(pod) {
                told.push((pod.pod.role, leaf));
            }
        }
        let all = told.clone();
        let roles = test.pods.len();
        for (role, story) in &told {
            let others = all.iter().filter(|(_, other)| other == story).count();
            let whose = if others == roles && roles > 1 {
                if test.pods.first().is_some_and(|first| first.pod.role != *role) {
                    continue;
                }
                "both pods".to_owned()
            } else {
                format!("{role} pod")
            };
            let (path, rest) = story;
            let _ = write!(text, "{path}\n  in   {whose} of {title}\n{rest}\n");
        }
        if told.is_empty() && roles > 0 {
            let _ = write!(text, "nothing is there, and nothing was\n  in   {title}\n\n");
        }
    }
    // A blank line between stories, none behind the last.
    if text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// Path and story of each chosen leaf.
fn stories(pod: &ChosenPod<'_>) -> Vec<(String, String)> {
    let there = pod.leaves.iter().map(|told| (told.path.to_string(), story(pod.pod, told)));
    let gone = pod.removed.iter().map(|told| (told.path.to_string(), gone(pod.pod, told)));
    there.chain(gone).collect()
}

// Writing to a string cannot fail.
fn story(pod: &Pod, told: &Told) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "  is   {}", to_yaml_line(&told.value));
    let _ = writeln!(text, "       set by {}", said(pod, &told.setter));
    for setter in &told.agreed {
        let _ = writeln!(text, "       the same from {}", said(pod, setter));
    }
    told.shadowed.iter().for_each(|shadowed| past(&mut text, pod, told, shadowed));
    text
}

fn gone(pod: &Pod, told: &Told) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "  is   gone\n       removed by {}", said(pod, &told.setter));
    told.shadowed.iter().for_each(|shadowed| past(&mut text, pod, told, shadowed));
    text
}

fn past(text: &mut String, pod: &Pod, told: &Told, past: &Past) {
    let whole = if past.path == told.path { String::new() } else { format!(" (all of {})", past.path) };
    let _ = writeln!(text, "  was  {}{whole}", to_yaml_line(&past.value));
    let _ = writeln!(text, "       set by {}", said(pod, &past.setter));
    let _ = writeln!(text, "       until {}", said(pod, &past.by));
}

fn said(pod: &Pod, setter: &Setter) -> String {
    let layer = pod.layers.get(setter.layer);
    let generation = layer.and_then(|layer| layer.generation);
    let generation = generation.map_or_else(String::new, |number| format!(", generation {number}"));
    let position = setter.position.as_ref().map_or_else(String::new, |position| format!(", {position}"));
    format!("{}{generation}{position}", who(pod, setter))
}
