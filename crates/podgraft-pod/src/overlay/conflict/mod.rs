//! Conflicts: two overlays of one band and priority that write the same place differently. Their names
//! decide, so the outcome is fixed; but nobody chose it.

mod pairs;
mod writes;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use pairs::{Written, pairs};
use serde_json::Value;
use writes::{Recorder, Writes};

use super::{
    layer::{Band, OverlayLayer},
    object::Overlay,
    reference::OverlayId,
};
use crate::codes;
use podgraft_merge::{
    diagnostic::Diagnostic,
    layers::Patch,
    patch::{self, EachContainerPatch, Options, Shared},
    path::FieldPath,
    schema::Schema,
    work::Work,
};

/// One layer of a pod, as [`conflicts`] looks at it.
#[derive(Debug, Clone, Copy)]
pub struct ConflictSource<'a> {
    /// Whose it is, where it is an overlay's.
    pub overlay: Option<OverlayLayer<'a>>,
    /// What it says.
    pub patch: Patch<'a>,
    /// How strictly it is applied.
    pub options: Options,
}

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

/// Two overlays that write the same places of a test's pods differently.
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

/// The overlays of one band and priority that one pod has.
type Groups<'a> = BTreeMap<(Band, i32), Group<'a>>;

/// Overlays, each once.
#[derive(Default)]
struct Group<'a> {
    overlays: Vec<&'a Overlay>,
    /// The place of each among them, by its address.
    members: HashMap<*const Overlay, usize>,
}

impl<'a> Group<'a> {
    fn add(&mut self, overlay: &'a Overlay) {
        self.members.entry(overlay).or_insert_with(|| {
            self.overlays.push(overlay);
            self.overlays.len() - 1
        });
    }

    fn member(&self, overlay: &Overlay) -> Option<usize> {
        self.members.get(&std::ptr::from_ref(overlay)).copied()
    }
}

/// What the overlays of a pod that starts as `base` write differently.
#[must_use]
pub fn overlaps(base: &Value, sources: &[ConflictSource<'_>], schema: Schema, work: &Work) -> Vec<Overlap> {
    let mut groups: Groups<'_> = BTreeMap::new();
    for layer in
        sources.iter().filter_map(|source| source.overlay).filter(|layer| layer.band.is_by_priority())
    {
        let group = groups.entry((layer.band, layer.overlay.priority)).or_default();
        group.add(layer.overlay);
    }
    groups.retain(|_, group| group.overlays.len() > 1);
    if groups.is_empty() {
        return Vec::new();
    }
    let recorded = record(base, sources, &groups, schema, work);
    let mut found = Vec::new();
    for ((band, priority), group) in &groups {
        let Some(writes) = recorded.get(&(*band, *priority)) else { continue };
        for ((loser, winner), paths) in differing(writes) {
            let (loser, winner) = (group.overlays[loser].reference(), group.overlays[winner].reference());
            let between = Between { band: *band, priority: *priority, loser, winner };
            found.push(Overlap { between, paths });
        }
    }
    found
}

/// The conflicts of a test, from the overlaps in the pod of each role: of two overlays one, whatever the number
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

/// What each overlay of each group writes, in the group's order.
fn record(
    base: &Value,
    sources: &[ConflictSource<'_>],
    groups: &Groups<'_>,
    schema: Schema,
    work: &Work,
) -> BTreeMap<(Band, i32), Vec<Writes>> {
    let mut recorded: BTreeMap<(Band, i32), Vec<Writes>> = BTreeMap::new();
    let mut value = base.clone();
    let mut shared = Shared::of(work);
    for source in sources {
        let place = source.overlay.and_then(|layer| {
            let key = (layer.band, layer.overlay.priority);
            let group = groups.get(&key)?;
            Some((key, group.member(layer.overlay)?, group.overlays.len()))
        });
        let mut unrecorded = Writes::default();
        let writes = match place {
            Some((key, member, members)) => {
                let group = recorded.entry(key).or_insert_with(|| vec![Writes::default(); members]);
                &mut group[member]
            }
            None => &mut unrecorded,
        };
        let mut recorder = Recorder { writes };
        value = match source.patch {
            Patch::Template(patch) => {
                patch::extend_seeded(value, patch, schema, source.options, &mut shared, &mut recorder).value
            }
            Patch::EachContainer(patch) => {
                let (extended, usable) = patch::extend_each_container(
                    value,
                    patch,
                    schema,
                    source.options,
                    &mut shared,
                    &mut recorder,
                );
                shared
                    .each_container
                    .extend(usable.then_some(EachContainerPatch { patch, options: source.options }));
                extended.value
            }
        };
    }
    recorded
}

/// The pairs of a group that write the same place differently, earlier first, and the places.
fn differing(group: &[Writes]) -> BTreeMap<(usize, usize), BTreeSet<Vec<String>>> {
    let mut leaves: BTreeMap<&[String], Vec<(usize, &Value)>> = BTreeMap::new();
    let mut swept: BTreeMap<&[String], BTreeSet<usize>> = BTreeMap::new();
    for (member, writes) in group.iter().enumerate() {
        for (path, value) in &writes.leaves {
            leaves.entry(path).or_default().push((member, value));
        }
        for path in &writes.swept {
            swept.entry(path).or_default().insert(member);
        }
    }
    let mut found: BTreeMap<(usize, usize), BTreeSet<Vec<String>>> = BTreeMap::new();
    let mut add = |written: &[Written], path: &[String]| {
        for pair in pairs(written) {
            found.entry(pair).or_default().insert(path.to_vec());
        }
    };
    for (path, written) in &leaves {
        if written.windows(2).any(|pair| pair[0].1 != pair[1].1) {
            let whole = |(member, value): &(usize, &Value)| Written {
                member: *member,
                what: value.to_string(),
                sweeps: true,
            };
            add(&written.iter().map(whole).collect::<Vec<_>>(), path);
        }
    }
    for (path, sweepers) in &swept {
        let below = leaves
            .range::<[String], _>((Bound::Included(*path), Bound::Unbounded))
            .take_while(|(inner, _)| inner.starts_with(path));
        let mut members = sweepers.clone();
        members.extend(below.flat_map(|(_, written)| written.iter().map(|(member, _)| *member)));
        if members.len() > 1 {
            let part = |member: usize| Written {
                member,
                what: group[member].text_below(path),
                sweeps: sweepers.contains(&member),
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
        [pod] => Some(format!("{pod} pod")),
        _ => None,
    };
    let diagnostic = Diagnostic { layer, ..Diagnostic::warning(codes::OVERLAY_CONFLICT, message).at(first) };
    Conflict { loser, winner, pods, paths, diagnostic }
}
