//! How fast a merge is, in one run beside what people would use instead; as ratios.
//!
//! `cargo bench --bench merge` prints tables: podgraft from text to text and from value to value, beside the floor
//! (`serde_json` reading both documents and printing the result), apimachinery in Go (both ways), and
//! `k8s_openapi::DeepMerge`; then what it costs to know who set each field.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    process::{Command, Stdio},
    time::Duration,
};

use k8s_openapi::{DeepMerge, api::apps::v1::Deployment};
use podgraft_merge::{
    layers::{Layer, Patch, fold, fold_without_provenance},
    patch::{CompiledPatch, Options, apply, extend},
    work::Work,
};
use serde_json::{Value, json};
use support::{
    case::{self, Case, deployment, list, parse, realistic},
    conformance,
    table::Table,
    timing::{in_turns, once, ratio, shown},
};

fn main() {
    let is_named = |name: &str| std::env::args().any(|argument| argument == name);
    if is_named("cases") {
        return print_cases();
    }
    if is_named("provenance") {
        return provenance();
    }
    merges();
    provenance();
}

/// A base, and patches that are folded onto it one after the other.
fn stacks() -> impl Iterator<Item = (String, Value, Vec<Value>)> {
    let lists = [10, 100, 1_000, 4_000, 10_000].map(|items| (list(items), 1));
    [(realistic(), 1), (realistic(), 12)].into_iter().chain(lists).map(|(case, count)| {
        // Each layer writes something of its own, so that each has something to shadow.
        let patches = (0..count).map(|n| parse(&case.patch.replace("2.44.0", &format!("2.{n}.0"))));
        (case.name, parse(&case.base), patches.collect())
    })
}

/// The cases as JSON, for `before.sh`.
fn print_cases() {
    let case = |(name, base, patches): (String, Value, Vec<Value>)| json!({"name": name, "base": base, "patches": patches});
    println!("{}", stacks().map(case).collect::<Value>());
}

/// The times of one case.
struct Times {
    floor: Duration,
    text: Duration,
    text_once: Duration,
    text_by_values: Duration,
    compiled: Duration,
    value: Duration,
    extended: Duration,
    deep_merge: Duration,
}

fn merges() {
    println!(
        "## A merge\n\n`cargo bench --bench merge`. Times in microseconds, the median of many runs, in turns. The floor is `serde_json` reading \
         both documents and printing the result. \"Compiled\" is a [`CompiledPatch`](../crates/podgraft-merge/src/patch/compiled_patch/mod.rs), which \
         is made once for many objects; \"once\" makes it for each object, and \"by values\" reads both, merges values and prints the result. Go is apimachinery: how many times longer it takes than \
         podgraft does the same way (from text to text, and from value to value, with a compiled patch). `DeepMerge` merges typed structs; it does \
         not do the same (it zeroes required fields of partial items, keeps both members of a one-of group, and cannot remove anything). What is \
         made is dropped after the time is taken.\n"
    );
    let cases = case::all();
    let go = go(&cases);
    let mut table = Table::new([
        "case",
        "floor",
        "text, compiled",
        "to the floor",
        "text, once",
        "to the floor",
        "by values",
        "to the floor",
        "value, compiled",
        "value, once",
        "extended",
        "Go, text",
        "Go, value",
        "DeepMerge",
    ]);
    for case in &cases {
        let times = times(case);
        let (go_text, go_value) = go[&case.name];
        table.row([
            case.name.clone(),
            shown(times.floor),
            shown(times.text),
            format!("{:.2}", ratio(times.text, times.floor)),
            shown(times.text_once),
            format!("{:.2}", ratio(times.text_once, times.floor)),
            shown(times.text_by_values),
            format!("{:.2}", ratio(times.text_by_values, times.floor)),
            shown(times.compiled),
            shown(times.value),
            shown(times.extended),
            format!("{:.1}x", ratio(go_text, times.text)),
            format!("{:.1}x", ratio(go_value, times.compiled)),
            format!("{:.1}x", ratio(times.deep_merge, times.compiled)),
        ]);
    }
    table.print();
}

fn times(case: &Case) -> Times {
    let schema = deployment();
    let (base, patch, result) = (parse(&case.base), parse(&case.patch), case.result());
    let compiled = CompiledPatch::new(patch.clone(), schema);
    let typed: (Deployment, Deployment) =
        (serde_json::from_str(&case.base).unwrap(), serde_json::from_str(&case.patch).unwrap());
    let [floor, text, text_once, text_by_values, compiled, value, extended, deep_merge] = in_turns([
        Box::new(|| {
            once((), |()| {
                // What was read goes within the time, as it does in a merge.
                drop((parse(&case.base), parse(&case.patch)));
                result.to_string()
            })
        }),
        Box::new(|| once((), |()| compiled.apply_to_text(&case.base).unwrap())),
        Box::new(|| {
            once((), |()| CompiledPatch::new(parse(&case.patch), schema).apply_to_text(&case.base).unwrap())
        }),
        Box::new(|| {
            let merge = |()| apply(parse(&case.base), &parse(&case.patch), schema, &mut ()).unwrap();
            once((), |()| merge(()).to_string())
        }),
        Box::new(|| once(base.clone(), |base| compiled.apply(base).unwrap())),
        Box::new(|| once(base.clone(), |base| apply(base, &patch, schema, &mut ()).unwrap())),
        Box::new(|| once(base.clone(), |base| extend(base, &patch, schema, Options::default(), &mut ()))),
        Box::new(|| {
            once(typed.clone(), |(mut base, patch)| {
                base.merge_from(patch);
                base
            })
        }),
    ]);
    Times { floor, text, text_once, text_by_values, compiled, value, extended, deep_merge }
}

/// What it costs to know who set each field: folds of layers with and without provenance.
fn provenance() {
    println!(
        "## Who set each field\n\n`cargo bench --bench merge -- provenance`. Microseconds for a fold of layers that are templates, without provenance and \
         with it. A fold only writes down what happens; \"asked\" is with it, and then asking for the history of every leaf.\n"
    );
    let schema = deployment();
    let mut table = Table::new(["case", "layers", "without", "with", "ratio", "asked", "ratio"]);
    for (name, base, patches) in stacks() {
        let layers: Vec<Layer<'_>> = patches
            .iter()
            .map(|patch| Layer {
                id: "a layer".into(),
                patch: Patch::Template(patch),
                options: Options::default(),
            })
            .collect();
        let [without, with] = in_turns([
            Box::new(|| once(base.clone(), |base| fold_without_provenance(base, &layers, schema))),
            Box::new(|| once(base.clone(), |base| fold(base, &layers, schema, &Work::unlimited()))),
        ]);
        // Not in turns with the others: so much is made that it takes time to give it back.
        let [asked] = in_turns([Box::new(|| {
            once(base.clone(), |base| {
                let folded = fold(base, &layers, schema, &Work::unlimited());
                let leaves = folded.provenance.leaves(&folded.value);
                (folded, leaves)
            })
        })]);
        table.row([
            name,
            patches.len().to_string(),
            shown(without),
            shown(with),
            format!("{:.2}", ratio(with, without)),
            shown(asked),
            format!("{:.1}", ratio(asked, without)),
        ]);
    }
    table.print();
}

/// Go's times from text to text and from value to value, by case.
fn go(cases: &[Case]) -> BTreeMap<String, (Duration, Duration)> {
    let oracle = conformance::build("oracle");
    let file = std::env::temp_dir().join(format!("podgraft-bench-{}.json", std::process::id()));
    let inputs: Vec<Value> = cases
        .iter()
        .map(|case| json!({"name": case.name, "base": parse(&case.base), "patch": parse(&case.patch)}))
        .collect();
    fs::write(&file, Value::from(inputs).to_string()).unwrap();
    let output = Command::new(oracle).arg("-bench").arg(&file).stderr(Stdio::inherit()).output().unwrap();
    let _ = fs::remove_file(&file);
    let time = |value: &Value| Duration::from_secs_f64(value.as_f64().unwrap() / 1e9);
    let line = |line: &str| {
        let line = parse(line);
        (line["name"].as_str().unwrap().to_owned(), (time(&line["bytes_ns"]), time(&line["parsed_ns"])))
    };
    String::from_utf8(output.stdout).unwrap().lines().map(line).collect()
}
