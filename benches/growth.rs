//! How time and memory grow with everything that there can be many of.
//!
//! `cargo bench --bench growth` measures each at n, 2n and 4n, in a process of its own, and prints the exponent: 1 is
//! linear. `-- SHAPE SIZE` measures one.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use podgraft_locust::{ClusterContext, config::Config, read_overlays, render};
use podgraft_merge::patch::CompiledPatch;
use podgraft_pod::{manifest, overlay::Namespace};
use support::{
    case::{deployment, list, parse},
    table::Table,
};

/// Something that there can be many of: its name, how many there are at first, and what is done with them.
type Shape = (&'static str, usize, fn(usize) -> Duration);

const SHAPES: [Shape; 6] = [
    ("tests", 250, |size| rendering(&tests(size, ""), &overlays(20))),
    ("overlays that apply to a test", 200, |size| rendering(&tests(20, ""), &overlays(size))),
    ("containers", 100, |size| rendering(&tests(1, &containers(size)), "")),
    ("env entries", 1_000, |size| rendering(&tests(1, &variables(size)), "")),
    ("list items, merged", 40_000, merging),
    ("document size, read and written", 5_000, documents),
];

/// How often the quickest time is looked for, at least, and for how long: what else the machine does must not count.
const RUNS: usize = 5;
const LOOKING: Duration = Duration::from_secs(2);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [name, size] = &words[..] {
        let (_, _, run) = SHAPES.iter().find(|(known, ..)| known == name).expect("a shape's name");
        let size = size.parse().expect("a size");
        let before = memory();
        let (start, mut times) = (Instant::now(), Vec::new());
        while times.len() < RUNS || start.elapsed() < LOOKING {
            times.push(run(size));
        }
        let time = times.into_iter().min().unwrap();
        return println!("{} {}", time.as_secs_f64(), memory().saturating_sub(before));
    }
    println!(
        "## Growth\n\n`cargo bench --bench growth`. Milliseconds, and kibibytes of memory beside what the program takes anyway, at n, 2n and 4n, in a \
         process each. The exponent is that of the power by which they grow from n to 4n: 1 is linear. Lists begin at 40,000 items, which no cache of the \
         processor holds: from 10,000, which one does, to 40,000 the time for an item grows by a quarter, as memory is slower, and from there on not any more.\n"
    );
    let mut table =
        Table::new(["what", "n", "time", "2n", "4n", "exponent", "memory", "2n", "4n", "exponent"]);
    for (name, size, _) in SHAPES {
        let [first, second, third] = [size, 2 * size, 4 * size].map(|size| measured(name, size));
        let millis = |(time, _): (f64, f64)| format!("{:.2}", time * 1e3);
        let kibibytes = |(_, memory): (f64, f64)| format!("{memory:.0}");
        let exponent = |first: f64, third: f64| format!("{:.2}", (third / first).log(4.0));
        table.row([
            name.to_owned(),
            size.to_string(),
            millis(first),
            millis(second),
            millis(third),
            exponent(first.0, third.0),
            kibibytes(first),
            kibibytes(second),
            kibibytes(third),
            exponent(first.1, third.1),
        ]);
    }
    table.print();
}

/// Seconds and kibibytes of one size, in a process of its own.
fn measured(name: &str, size: usize) -> (f64, f64) {
    let output =
        Command::new(std::env::current_exe().unwrap()).args([name, &size.to_string()]).output().unwrap();
    assert!(output.status.success(), "{name} of {size}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (time, memory) = text.trim().split_once(' ').unwrap();
    (time.parse().unwrap(), memory.parse().unwrap())
}

/// The most memory that this process ever had, in KiB.
fn memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Reads tests and overlays, and renders all.
fn rendering(tests: &str, overlays: &str) -> Duration {
    let (namespace, config) = (Namespace::named("load"), Config::default());
    let start = Instant::now();
    let overlays = read_overlays(manifest::read("overlays", overlays.as_bytes()).documents);
    let around = ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
    for document in manifest::read("tests", tests.as_bytes()).documents {
        let rendered = render(&document, &around, &config);
        assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
        black_box(rendered);
    }
    start.elapsed()
}

/// Merges a patch of all items into a list.
fn merging(items: usize) -> Duration {
    let case = list(items);
    let patch = CompiledPatch::new(parse(&case.patch), deployment());
    let start = Instant::now();
    black_box(patch.apply_to_text(&case.base).unwrap());
    start.elapsed()
}

/// Reads a document of so many items, and writes it again.
fn documents(items: usize) -> Duration {
    let text = manifest::to_yaml(&parse(&list(items).base));
    let start = Instant::now();
    let read = manifest::read("document", text.as_bytes());
    assert!(read.diagnostics.is_empty());
    black_box(manifest::to_yaml(&read.documents[0].value));
    start.elapsed()
}

fn tests(count: usize, spec: &str) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(
            text,
            "---\napiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: test-{number}, namespace: load}}\nspec:\n  image: locustio/locust:2.43.0\n  \
             master: {{command: --locustfile /lotest/src/test.py}}\n  worker: {{command: --locustfile /lotest/src/test.py, replicas: 3}}\n{spec}"
        );
    }
    text
}

/// Each adds a variable to every container, a label and an annotation.
fn overlays(count: usize) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(
            text,
            "---\napiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: overlay-{number}}}\nspec:\n  defaults:\n    eachContainer:\n      \
             env: [{{name: SETTING_{number}, value: \"{number}\"}}]\n  overrides:\n    podTemplate:\n      metadata: {{labels: {{example.com/label-{number}: a}}}}\n"
        );
    }
    text
}

fn containers(count: usize) -> String {
    let mut text = String::from("  workerPodTemplate:\n    spec:\n      containers:\n");
    for number in 0..count {
        let _ = writeln!(text, "      - {{name: container-{number}, image: registry.example.com/sidecar:1}}");
    }
    text
}

fn variables(count: usize) -> String {
    let mut text = String::from(
        "  workerPodTemplate:\n    spec:\n      containers:\n      - name: locust\n        env:\n",
    );
    for number in 0..count {
        let _ = writeln!(text, "        - {{name: VARIABLE_{number}, value: \"{number}\"}}");
    }
    text
}
