//! Time and memory of tests and overlays that somebody made as bad as an API server stores them.
//!
//! `cargo bench --bench hostile` prints a table: each shape at sizes n, 2n and 4n, in a process of its own, with how
//! long it takes to read and render it, then to explain every field, how much work the rendering counted, how many
//! messages there are, and the peak of memory. The largest is near 1.5 MiB of JSON where the shape is that of one
//! object. Linear work doubles from line to line. `-- SHAPE SIZE` measures one case.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::{
    fs,
    hint::black_box,
    process::Command,
    time::{Duration, Instant},
};

use podgraft_locust::{self, ClusterContext, config::Config, explain, read_overlays};
use podgraft_pod::{manifest, overlay::Namespace};
use podgraft_testkit::hostile::{SHAPES, Shape};
use support::table::Table;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [name, size] = &words[..] {
        let shape = SHAPES.iter().find(|shape| shape.name == *name).expect("a shape's name");
        return one(shape, size.parse().expect("a size"));
    }
    println!(
        "## As bad as it gets\n\n`cargo bench --bench hostile`. Tests and overlays that somebody made as bad as an API server stores them, at a size, its double and its \
         fourfold: mebibytes of input, seconds to read and render it and to explain every field, the work that was counted, messages, and mebibytes of memory. \
         [What bounds them](decisions.md#what-bounds-the-work-of-a-test) is a decision.\n"
    );
    let mut table = Table::new(["shape", "size", "input", "render", "explain", "work", "messages", "memory"]);
    for shape in &SHAPES {
        for size in [shape.size / 4, shape.size / 2, shape.size] {
            let program = std::env::current_exe().unwrap();
            let output = Command::new(program).args([shape.name, &size.to_string()]).output().unwrap();
            assert!(output.status.success(), "{} of {size}", shape.name);
            let text = String::from_utf8(output.stdout).unwrap();
            let mut cells: Vec<String> = text.trim().split('\t').map(str::to_owned).collect();
            cells.insert(0, shape.name.to_owned());
            table.row(<[String; 8]>::try_from(cells).unwrap());
        }
    }
    table.print();
}

fn one(shape: &Shape, size: usize) {
    let (test, overlays) = shape.make(size);
    let input: usize = test.len() + overlays.iter().map(String::len).sum::<usize>();
    let config = Config::default();
    let namespace = Namespace::named("load");
    let start = Instant::now();
    let read = manifest::read("test", test.as_bytes());
    let overlays =
        read_overlays(overlays.iter().flat_map(|text| manifest::read("overlay", text.as_bytes()).documents));
    let around = ClusterContext { overlays: &overlays, namespace: Some(&namespace), pod_security: None };
    let document = read.documents.first().expect("a document");
    let rendered = podgraft_locust::render(document, &around, &config);
    let render = start.elapsed();
    let start = Instant::now();
    black_box(explain(document, &around, &config));
    let explain = start.elapsed();
    let seconds = |time: Duration| format!("{:.2}", time.as_secs_f64());
    #[allow(clippy::cast_precision_loss, reason = "a size in MiB, for people")]
    let input = format!("{:.1}", input as f64 / f64::from(1 << 20));
    println!(
        "{size}\t{input}\t{}\t{}\t{}\t{}\t{}",
        seconds(render),
        seconds(explain),
        rendered.steps,
        rendered.diagnostics.len(),
        peak_memory(),
    );
}

/// The most memory that this process ever had, in MiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() >> 10
}
