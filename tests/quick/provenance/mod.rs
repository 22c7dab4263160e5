//! Who set each leaf, what it shadows and who removed what is gone: random stacks of layers, in which
//! each scalar names the layer that wrote it, against the folds of the stack's prefixes.
//!
//! `PODGRAFT_STACKS` sets how many stacks (6,000), `PODGRAFT_SEED` which ones.

mod each_container;
pub(crate) mod generate;
mod long_lists;
mod model;
mod pieces;
mod replaced_often;
mod stories;

use std::{collections::BTreeSet, env};

use generate::{Generator, Stack};
use model::{Lost, Model, leaves};
use podgraft_merge::{
    layers::{Folded, Leaf, PreviousValue, fold, fold_without_provenance},
    patch::{ChangeCause, extend},
    path::{FieldPath, Segment},
    schema::Schema,
    work::Work,
};
use serde_json::Value;

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn stories_are_true() {
    let (stacks, seed) = (number("PODGRAFT_STACKS", 6_000), number("PODGRAFT_SEED", 4));
    println!("seed {seed}, {stacks} stacks");
    let schema = Schema::pod_template().unwrap();
    let (mut told, mut shadowed, mut removed, mut agreed) = (0, 0, 0, 0);
    for number in 0..stacks {
        let stack = Generator::new(seed ^ (number << 20), true).stack(schema);
        let folded = fold(stack.base.clone(), &stack.layers(), schema, &Work::unlimited());
        assert_eq!(Some(&folded.value), stack.values.last(), "watching changes the result");
        let check = Check { number, folded: &folded, model: Model::new(&stack, schema) };
        let (now, gone) = (folded.provenance.leaves(&folded.value), folded.provenance.removed(&folded.value));
        check.all_leaves(&now);
        for leaf in &now {
            check.leaf(leaf);
        }
        check.removed(&gone);
        check.nothing_is_lost(&now, &gone);
        told += now.len();
        removed += gone.len();
        shadowed += now.iter().map(|leaf| leaf.history.previous.len()).sum::<usize>();
        agreed += now.iter().map(|leaf| leaf.history.agreed.len()).sum::<usize>();
    }
    println!("{told} leaves with {shadowed} shadowed values, {agreed} agreements; {removed} removed leaves");
    assert!(shadowed > 1_000 && removed > 1_000 && agreed > 100);
}

#[test]
fn folding_equals_applying_one_by_one() {
    let (stacks, seed) = (number("PODGRAFT_STACKS", 6_000) / 4, number("PODGRAFT_SEED", 4));
    println!("seed {seed}, {stacks} stacks");
    let schema = Schema::pod_template().unwrap();
    for number in 0..stacks {
        let stack = Generator::new(seed ^ (number << 20), false).stack(schema);
        let (mut value, mut said) = (stack.base.clone(), Vec::new());
        for layer in &stack.layers {
            let extended = extend(value, &layer.patch, schema, layer.layer().options, &mut ());
            value = extended.value;
            said.extend(extended.diagnostics);
        }
        let folded = fold(stack.base.clone(), &stack.layers(), schema, &Work::unlimited());
        assert_eq!(folded.value, value, "stack {number}");
        let messages = |message: &String| message.clone();
        let found: Vec<String> = folded.diagnostics.iter().map(|(_, said)| messages(&said.message)).collect();
        assert_eq!(found, said.iter().map(|said| messages(&said.message)).collect::<Vec<_>>());
        let (plain, _) = fold_without_provenance(stack.base.clone(), &stack.layers(), schema);
        assert_eq!(plain, value);
    }
}

/// One stack.
struct Check<'s> {
    number: u64,
    folded: &'s Folded,
    model: Model<'s>,
}

/// The layer that a text names; `None` for one that names none.
fn tag(value: &Value) -> Option<usize> {
    value.as_str()?.strip_prefix('L')?.split_once('-')?.0.parse().ok()
}

/// A layer as the tests count: 0 is the base.
fn counted(layer: Option<usize>) -> usize {
    layer.map_or(0, |layer| layer + 1)
}

fn lost(shadowed: &[PreviousValue]) -> Vec<Lost> {
    shadowed.iter().map(|lost| (lost.value.clone(), counted(lost.layer), lost.removed_by + 1)).collect()
}

fn in_atomic_list(path: &FieldPath) -> bool {
    path.segments().iter().any(|segment| matches!(segment, Segment::Index(_)))
}

impl Check<'_> {
    fn stack(&self) -> &Stack {
        self.model.stack
    }

    fn about(&self, path: &FieldPath) -> String {
        let patches: Vec<String> = self
            .stack()
            .layers
            .iter()
            .enumerate()
            .map(|(n, l)| format!("{} {} {}", n + 1, l.each, l.patch))
            .collect();
        format!("stack {}: {path}\nbase {}\n{}", self.number, self.stack().base, patches.join("\n"))
    }

    fn all_leaves(&self, now: &[Leaf]) {
        let mut known = Vec::new();
        leaves(&self.folded.value, &FieldPath::root(), &mut |path, value| {
            known.push((path.to_string(), value.clone()));
        });
        let told: Vec<(String, Value)> =
            now.iter().map(|leaf| (leaf.path.to_string(), leaf.value.clone())).collect();
        assert_eq!(told, known);
    }

    fn leaf(&self, leaf: &Leaf) {
        let (path, recorded) = (&leaf.path, &leaf.history);
        let winner = counted(recorded.layer);
        let about = || self.about(path);
        assert_eq!(self.folded.provenance.last_change(path), recorded.layer, "{}", about());
        assert_eq!(winner == 0, recorded.cause == ChangeCause::Base, "{}", about());
        if let Some(layer) = tag(&leaf.value)
            && !matches!(path.segments().last(), Some(Segment::Item(_)))
        {
            assert_eq!(winner, layer, "the tag names the winner of {}", about());
        }
        if in_atomic_list(path) {
            return self.item(leaf);
        }
        let history = self.model.history(path);
        if tag(&leaf.value).is_some() {
            assert_eq!(lost(&recorded.previous), history.shadowed, "{}", about());
        }
        let (_, set) = history.now.unwrap_or_else(|| panic!("no history: {}", about()));
        // An equal value may have been made anew, by a layer that had removed the other first.
        let anew = winner > 0 && {
            let patch = self.stack().layers[winner - 1].patch.to_string();
            patch.contains("replace") || patch.contains("$retainKeys")
        };
        assert!(
            winner == set || winner > set && anew || self.model.renews(history.since, path),
            "{winner} is not {set}: {}",
            about()
        );
        let restated = |layer: &usize| self.stack().layers[layer - 1].restated.contains(path);
        let agreed: Vec<usize> = (history.since + 1..self.stack().values.len()).filter(restated).collect();
        if tag(&leaf.value).is_some() {
            assert_eq!(
                recorded.agreed.iter().map(|layer| layer + 1).collect::<Vec<_>>(),
                agreed,
                "{}",
                about()
            );
        }
    }

    /// An item of an atomic list shadows the lists that it replaced.
    fn item(&self, leaf: &Leaf) {
        for shadowed in &leaf.history.previous {
            assert!(leaf.path.contains(&leaf.path) && !in_atomic_list(&shadowed.path));
            let before = shadowed.path.find(&self.stack().values[shadowed.removed_by]);
            if !self.model.renews(shadowed.removed_by + 1, &leaf.path) && self.visible(shadowed) {
                assert_eq!(before, Some(&shadowed.value), "{}", self.about(&leaf.path));
            }
        }
    }

    /// Whether a value was in some fold, and not only under a container that was added later.
    fn visible(&self, shadowed: &PreviousValue) -> bool {
        let seed = |layer: usize| self.stack().layers[layer].each;
        !(shadowed.layer.is_some_and(seed) || seed(shadowed.removed_by))
    }

    fn removed(&self, gone: &[Leaf]) {
        let mut told: BTreeSet<String> = BTreeSet::new();
        for leaf in gone {
            let about = || self.about(&leaf.path);
            let last = leaf.history.previous.last().unwrap();
            assert_eq!((Some(last.removed_by), &last.value), (leaf.history.layer, &leaf.value));
            if in_atomic_list(&leaf.path) {
                continue;
            }
            assert!(leaf.path.find(&self.folded.value).is_none(), "{}", about());
            assert!(told.insert(leaf.path.to_string()), "told twice: {}", about());
            if tag(&leaf.value).is_some() {
                let history = self.model.history(&leaf.path);
                assert_eq!(lost(&leaf.history.previous), history.shadowed, "{}", about());
                assert!(history.now.is_none());
            }
        }
        for (name, path) in self.model.places() {
            if path.find(&self.folded.value).is_some() {
                continue;
            }
            // A map or list that had something in it when it went is told leaf by leaf.
            let is_leaf = |value: &Value| match value {
                Value::Object(map) => map.is_empty(),
                Value::Array(list) => list.is_empty(),
                _ => true,
            };
            if self.model.history(&path).shadowed.last().is_some_and(|(last, ..)| is_leaf(last)) {
                assert!(told.contains(&name), "not told: {}", self.about(&path));
            }
        }
    }

    /// Whatever a fold of a prefix had is there, or some history tells of it, and of who removed it.
    fn nothing_is_lost(&self, now: &[Leaf], gone: &[Leaf]) {
        let stories = format!("{}{now:?}{gone:?}", self.folded.value);
        for value in &self.stack().values {
            leaves(value, &FieldPath::root(), &mut |path, value| {
                if tag(value).is_some() {
                    assert!(stories.contains(&value.to_string()), "lost {value}: {}", self.about(path));
                }
            });
        }
        for leaf in gone.iter().filter(|leaf| tag(&leaf.value).is_some() && in_atomic_list(&leaf.path)) {
            let text = leaf.value.to_string();
            let has = |value: &Value| value.to_string().contains(&text);
            let Some(last) = self.stack().values.iter().rposition(has) else { continue };
            if !self.stack().layers.iter().any(|layer| layer.each) {
                assert_eq!(counted(leaf.history.layer), last + 1, "{}", self.about(&leaf.path));
            }
        }
    }
}
