//! [`OverlapRecorder`]: records what each overlay writes while layers are folded.

use std::collections::{BTreeMap, HashMap};

use podgraft_merge::{
    patch::{ChangeCause, LazyLocation, Observer},
    path::Segment,
};
use serde_json::Value;

use super::{
    Between, Overlap, differing,
    writes::{Writes, texts},
};
use crate::{
    cursor,
    overlay::{
        layer::{Band, OverlayLayer},
        object::Overlay,
    },
};

/// The overlays among which priority does not decide: those of one band and priority.
type GroupKey = (Band, i32);

/// Observes a fold, and knows at its end which overlays of one band and priority write the same places differently.
#[derive(Debug)]
pub struct OverlapRecorder<'a> {
    /// Only groups with more than one overlay.
    groups: BTreeMap<GroupKey, PriorityGroup<'a>>,
    /// For each layer its group, and its overlay's place in it.
    members: Vec<Option<(GroupKey, usize)>>,
    /// Those of the layer at work.
    current: Option<(GroupKey, usize)>,
}

/// Overlays, each once, and what they write.
#[derive(Debug, Default)]
struct PriorityGroup<'a> {
    overlays: Vec<&'a Overlay>,
    writes: Vec<Writes>,
}

impl<'a> OverlapRecorder<'a> {
    /// Of a fold of these layers; `None` for those that are no overlay's.
    pub fn new(layers: impl IntoIterator<Item = Option<OverlayLayer<'a>>>) -> Self {
        let mut groups: BTreeMap<GroupKey, PriorityGroup<'a>> = BTreeMap::new();
        // The place of each overlay in its group, by its address.
        let mut known: HashMap<(GroupKey, *const Overlay), usize> = HashMap::new();
        let mut member = |layer: OverlayLayer<'a>| {
            let key = (layer.band, layer.overlay.priority);
            let group = groups.entry(key).or_default();
            let place = *known.entry((key, std::ptr::from_ref(layer.overlay))).or_insert_with(|| {
                group.overlays.push(layer.overlay);
                group.writes.push(Writes::default());
                group.overlays.len() - 1
            });
            (key, place)
        };
        let by_priority = |layer: &OverlayLayer<'_>| layer.band.is_by_priority();
        let mut members: Vec<_> =
            layers.into_iter().map(|layer| layer.filter(by_priority).map(&mut member)).collect();
        groups.retain(|_, group| group.overlays.len() > 1);
        for member in &mut members {
            *member = member.filter(|(key, _)| groups.contains_key(key));
        }
        Self { groups, members, current: None }
    }

    /// What the overlays write differently.
    #[must_use]
    pub fn overlaps(&self) -> Vec<Overlap> {
        let mut found = Vec::new();
        for ((band, priority), group) in &self.groups {
            for ((loser, winner), paths) in differing(&group.writes) {
                let (loser, winner) = (group.overlays[loser].reference(), group.overlays[winner].reference());
                let between = Between { band: *band, priority: *priority, loser, winner };
                found.push(Overlap { between, paths });
            }
        }
        found
    }

    /// What the overlay of the layer at work wrote so far; `None` where nothing is to be recorded.
    fn writes(&mut self) -> Option<&mut Writes> {
        let (key, member) = self.current?;
        self.groups.get_mut(&key)?.writes.get_mut(member)
    }
}

impl Observer for OverlapRecorder<'_> {
    const KEEPS_PREVIOUS: bool = false;

    fn layer(&mut self, index: usize) {
        self.current = self.members.get(index).copied().flatten();
    }

    fn set(&mut self, location: &LazyLocation<'_>, _: Option<Value>, value: &Value, cause: ChangeCause) {
        let Some(writes) = self.writes() else { return };
        let adds = matches!(cause, ChangeCause::Append | ChangeCause::Prepend);
        cursor::leaves(&location.path(), value, &mut |path, value| {
            let steps = texts(&path);
            // A list without keys is stated as a whole, unless items are added to it.
            let item = path.segments().iter().position(|step| matches!(step, Segment::Index(_)));
            let list = if value.is_array() { Some(steps.len()) } else { item };
            if let Some(list) = list.filter(|_| !adds) {
                writes.overwritten.insert(steps[..list].to_vec());
            }
            writes.leaves.insert(steps, value.clone());
        });
    }

    fn delete(&mut self, location: &LazyLocation<'_>, _: Option<Value>, _: ChangeCause) {
        if let Some(writes) = self.writes() {
            writes.overwritten.insert(texts(&location.path()));
        }
    }

    fn clear(&mut self, location: &LazyLocation<'_>, _: Option<Value>, cause: ChangeCause) {
        // A new order removes nothing.
        if let Some(writes) = self.writes().filter(|_| cause != ChangeCause::Order) {
            writes.overwritten.insert(texts(&location.path()));
        }
    }
}
