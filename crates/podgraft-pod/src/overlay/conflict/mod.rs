//! Conflicts: two overlays of one band and priority that write the same place differently. Their names
//! decide, so the outcome is fixed; but nobody chose it.

mod pairs;
mod recorder;
mod writes;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use pairs::{Write, pairs};
pub use recorder::OverlapRecorder;
use serde_json::Value;
use writes::Writes;

use super::{layer::Band, reference::OverlayId};
use crate::codes;
use podgraft_merge::{
    diagnostic::{Diagnostic, LayerId},
    path::FieldPath,
};

/// Two overlays that write the same places of one pod differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    between: Between,
    paths: BTreeSet<Vec<String>>,
}

/// Two overlays of one band and priority.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Between {
    band: Band,
    priority: i32,
    loser: OverlayId,
    winner: OverlayId,
}

/// Two overlays that write the same places of an object's pods differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The overlay that is applied first and loses.
    pub loser: OverlayId,
    /// The overlay that is applied later and wins.
    pub winner: OverlayId,
    /// In which of the object's pods, by what these are called: `master`.
    pub pods: Vec<&'static str>,
    /// Where, in the pod templates.
    pub paths: Vec<FieldPath>,
    /// The same for people.
    pub diagnostic: Diagnostic,
}

/// The conflicts of an object, from the overlaps in each of its pods: of two overlays one, whatever the number
/// of places and pods.
#[must_use]
pub fn conflicts(pods: impl IntoIterator<Item = (&'static str, Vec<Overlap>)>) -> Vec<Conflict> {
    let mut all: BTreeMap<Between, (Vec<&'static str>, BTreeSet<Vec<String>>)> = BTreeMap::new();
    for (pod, overlaps) in pods {
        for Overlap { between, paths } in overlaps {
            let (names, places) = all.entry(between).or_default();
            names.push(pod);
            places.extend(paths);
        }
    }
    all.into_iter().map(|(between, (pods, paths))| conflict(between, pods, &paths)).collect()
}

/// The pairs of a group that write the same place differently, earlier first, and the places.
fn differing(group: &[Writes]) -> BTreeMap<(usize, usize), BTreeSet<Vec<String>>> {
    let mut leaves: BTreeMap<&[String], Vec<(usize, &Value)>> = BTreeMap::new();
    let mut overwritten: BTreeMap<&[String], BTreeSet<usize>> = BTreeMap::new();
    for (member, writes) in group.iter().enumerate() {
        for (path, value) in &writes.leaves {
            leaves.entry(path).or_default().push((member, value));
        }
        for path in &writes.overwritten {
            overwritten.entry(path).or_default().insert(member);
        }
    }
    let mut found: BTreeMap<(usize, usize), BTreeSet<Vec<String>>> = BTreeMap::new();
    let mut add = |written: &[Write], path: &[String]| {
        for pair in pairs(written) {
            found.entry(pair).or_default().insert(path.to_vec());
        }
    };
    for (path, written) in &leaves {
        if written.windows(2).any(|pair| pair[0].1 != pair[1].1) {
            let whole = |(member, value): &(usize, &Value)| Write {
                member: *member,
                what: value.to_string(),
                overwrites: true,
            };
            add(&written.iter().map(whole).collect::<Vec<_>>(), path);
        }
    }
    for (path, overwriters) in &overwritten {
        let below = leaves
            .range::<[String], _>((Bound::Included(*path), Bound::Unbounded))
            .take_while(|(inner, _)| inner.starts_with(path));
        let mut members = overwriters.clone();
        members.extend(below.flat_map(|(_, written)| written.iter().map(|(member, _)| *member)));
        if members.len() > 1 {
            let part = |member: usize| Write {
                member,
                what: group[member].text_below(path),
                overwrites: overwriters.contains(&member),
            };
            add(&members.into_iter().map(part).collect::<Vec<_>>(), path);
        }
    }
    found
}

fn conflict(between: Between, pods: Vec<&'static str>, written: &BTreeSet<Vec<String>>) -> Conflict {
    let Between { band, priority, loser, winner } = between;
    let paths: Vec<FieldPath> = written.iter().map(|path| writes::path(path)).collect();
    let first = paths.first().cloned().unwrap_or_default();
    let more = match paths.len() {
        0 | 1 => String::new(),
        many => format!(" and {} more", many - 1),
    };
    let part = if band.is_override() { "overrides" } else { "defaults" };
    let message = format!(
        "give {loser} or {winner} another priority: the {part} of both say something of {first}{more} with priority {priority}, \
         and {} wins by its name",
        winner.name
    );
    let layer = match pods[..] {
        [pod] => Some(LayerId::result(format!("{pod} pod"))),
        _ => None,
    };
    let diagnostic = Diagnostic { layer, ..Diagnostic::warning(codes::OVERLAY_CONFLICT, message).at(first) };
    Conflict { loser, winner, pods, paths, diagnostic }
}
