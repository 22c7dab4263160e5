//! How often a merge asks for memory, and for how much at once: an allocator that counts is in this benchmark only, as
//! counting takes time.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use allocation_counter::measure;
use podgraft_merge::{
    layers::{Layer, Patch, fold, fold_without_provenance},
    patch::{CompiledPatch, Options, apply, extend},
    work::Work,
};
use serde_json::Value;
use support::{
    case::{all, deployment, parse},
    table::Table,
};

fn main() {
    println!(
        "## Memory\n\n`cargo bench --bench allocations`. How often each asks for memory, without what reads and prints; in brackets, the most kibibytes \
         that it has at once beside the object and the patch.\n"
    );
    let mut table =
        Table::new(["case", "compiled", "once", "extended", "a fold", "with provenance", "text, compiled"]);
    let schema = deployment();
    for case in all() {
        let (base, patch) = (parse(&case.base), parse(&case.patch));
        let compiled = CompiledPatch::new(patch.clone(), schema);
        let layer =
            Layer { id: "a layer".into(), patch: Patch::Template(&patch), options: Options::default() };
        let layers = [layer];
        table.row([
            case.name.clone(),
            counted(&base, |base| compiled.apply(base).unwrap()),
            counted(&base, |base| apply(base, &patch, schema, &mut ()).unwrap()),
            counted(&base, |base| extend(base, &patch, schema, Options::default(), &mut ())),
            counted(&base, |base| fold_without_provenance(base, &layers, schema)),
            counted(&base, |base| fold(base, &layers, schema, &Work::unlimited())),
            counted(&base, |_| compiled.apply_to_text(&case.base).unwrap()),
        ]);
    }
    table.print();
}

/// What a merge allocates, its base not counted.
fn counted<T>(base: &Value, merge: impl FnOnce(Value) -> T) -> String {
    let base = base.clone();
    let mut made = None;
    let counts = measure(|| made = Some(merge(base)));
    drop(made);
    format!("{} ({})", counts.count_total, counts.bytes_max.div_ceil(1024))
}
