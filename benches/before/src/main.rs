//! The engine before and now, in one process and in turns: times, and how often each asks for memory.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

#[path = "../../support/table.rs"]
mod table;
#[path = "../../support/timing.rs"]
mod timing;

use allocation_counter::measure;
use serde_json::Value;
use table::Table;
use timing::{in_turns, once, ratio, shown};

/// The same for both engines, whose types are others.
macro_rules! engine {
    ($name:ident, $engine:ident) => {
        mod $name {
            use $engine::{
                layers::{Folded, Layer, Patch, fold, fold_without_provenance},
                patch::{Options, apply},
                schema::Schema,
                work::Work,
            };
            use serde_json::Value;

            fn schema() -> Schema {
                Schema::for_kind("apps/v1", "Deployment").unwrap()
            }

            fn layers(patches: &[Value]) -> Vec<Layer<'_>> {
                let layer = |patch| Layer {
                    id: "a layer".into(),
                    patch: Patch::Template(patch),
                    options: Options::default(),
                };
                patches.iter().map(layer).collect()
            }

            pub(crate) fn merge(base: Value, patch: &Value) -> Value {
                apply(base, patch, schema(), &mut ()).unwrap()
            }

            pub(crate) fn plain_fold(base: Value, patches: &[Value]) -> Value {
                fold_without_provenance(base, &layers(patches), schema()).0
            }

            pub(crate) fn whole_fold(base: Value, patches: &[Value]) -> Folded {
                fold(base, &layers(patches), schema(), &Work::unlimited())
            }
        }
    };
}
engine!(old, before);
engine!(new, now);

fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).expect("a file with cases")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut table = Table::new([
        "case",
        "layers",
        "value, before",
        "now",
        "fold, before",
        "now",
        "with provenance, before",
        "now",
        "now to before",
        "allocations: value",
        "fold",
        "with provenance",
    ]);
    for case in &cases {
        let (base, patches) = (&case["base"], case["patches"].as_array().unwrap());
        let [merge_old, merge_new, fold_old, fold_new, whole_old, whole_new] = in_turns([
            Box::new(|| once(base.clone(), |base| old::merge(base, &patches[0]))),
            Box::new(|| once(base.clone(), |base| new::merge(base, &patches[0]))),
            Box::new(|| once(base.clone(), |base| old::plain_fold(base, patches))),
            Box::new(|| once(base.clone(), |base| new::plain_fold(base, patches))),
            Box::new(|| once(base.clone(), |base| old::whole_fold(base, patches))),
            Box::new(|| once(base.clone(), |base| new::whole_fold(base, patches))),
        ]);
        assert_eq!(old::merge(base.clone(), &patches[0]), new::merge(base.clone(), &patches[0]));
        assert_eq!(old::plain_fold(base.clone(), patches), new::plain_fold(base.clone(), patches));
        let both = |old: u64, new: u64| format!("{old}, {new}");
        table.row([
            case["name"].as_str().unwrap().to_owned(),
            patches.len().to_string(),
            shown(merge_old),
            shown(merge_new),
            shown(fold_old),
            shown(fold_new),
            shown(whole_old),
            shown(whole_new),
            format!(
                "{:.2}, {:.2}, {:.2}",
                ratio(merge_new, merge_old),
                ratio(fold_new, fold_old),
                ratio(whole_new, whole_old)
            ),
            both(
                counted(base, |base| old::merge(base, &patches[0])),
                counted(base, |base| new::merge(base, &patches[0])),
            ),
            both(
                counted(base, |base| old::plain_fold(base, patches)),
                counted(base, |base| new::plain_fold(base, patches)),
            ),
            both(
                counted(base, |base| old::whole_fold(base, patches)),
                counted(base, |base| new::whole_fold(base, patches)),
            ),
        ]);
    }
    table.print();
}

/// How often something asks for memory, its base not counted.
fn counted<T>(base: &Value, run: impl FnOnce(Value) -> T) -> u64 {
    let base = base.clone();
    let mut made = None;
    let counts = measure(|| made = Some(run(base)));
    drop(made);
    counts.count_total
}
