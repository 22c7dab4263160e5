//! How time and memory grow with tests and overlays.
//!
//! `cargo bench --bench overlays` prints a table: for each number of tests and overlays, in a process of its own, how
//! long it takes to read and select the overlays, to render all tests, to explain every field of them, and to compare
//! them with what one changed overlay makes of them; and the peak of memory. `-- TESTS OVERLAYS EACH` measures one case:
//! so many tests, so many overlays, and how many of them apply to each test.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::{
    fs,
    hint::black_box,
    num::NonZero,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use podgraft_locust::{self, ClusterContext, compared, config::Config, explain, load_test, read_overlays};
use podgraft_pod::{
    manifest::{self, Document},
    overlay::Namespace,
    overlay_diff::OverlayDiff,
};
use support::table::Table;

/// Tests, overlays, and how many of the overlays apply to each test.
const CASES: [[usize; 3]; 8] = [
    [250, 50, 50],
    [500, 50, 50],
    [1_000, 50, 50],
    [1_000, 200, 50],
    [1_000, 1_000, 50],
    [1_000, 10, 10],
    [1_000, 200, 200],
    [100, 1_000, 1_000],
];

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if let [tests, overlays, each] = numbers[..] {
        return one(tests, overlays, each);
    }
    println!(
        "## Overlays\n\n`cargo bench --bench overlays`. Seconds for all tests to choose among the overlays, to be rendered, to have every field explained, and to \
         be compared with what one changed overlay makes of them, on one processor; mebibytes of memory; microseconds of rendering for each layer of \
         each pod; and seconds of rendering on all processors, as `podgraft render` does. Each overlay has defaults for each container, for both pods and for \
         the workers, an override and a constraint, one in ten an expression in CEL.\n"
    );
    let mut table = Table::new([
        "tests",
        "overlays",
        "apply to each",
        "choose",
        "render",
        "explain",
        "diff",
        "memory",
        "a layer",
        "render, all",
    ]);
    for case in CASES {
        let program = std::env::current_exe().unwrap();
        let output = Command::new(program).args(case.map(|number| number.to_string())).output().unwrap();
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).unwrap();
        let cells: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        table.row(<[String; 10]>::try_from(cells).unwrap());
    }
    table.print();
}

fn one(tests: usize, overlays: usize, each: usize) {
    let documents = read(&(0..tests).map(|number| a_test(number, overlays / each)).collect::<String>());
    let all: Vec<String> = (0..overlays).map(|number| an_overlay(number, overlays / each)).collect();
    let before = read(&all.concat());
    let last = format!("\"{}\"", overlays - 1);
    let after = read(&all.concat().replace(&last, "changed"));
    let (namespace, config) = (Namespace::named("load"), Config::default());
    let start = Instant::now();
    let (before, after) = (read_overlays(before), read_overlays(after));
    for document in &documents {
        let (test, _) = load_test::read(&document.value).unwrap();
        black_box(before.applying(&test.overlay_host(Some(&namespace))));
    }
    let resolve = start.elapsed();
    let around = ClusterContext { overlays: &before, namespace: Some(&namespace), pod_security: None };
    let around_changed = ClusterContext { overlays: &after, namespace: Some(&namespace), pod_security: None };
    let render = time(&documents, |document| {
        let rendered = podgraft_locust::render(document, &around, &config);
        assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
        assert_eq!(rendered.overlays.len(), each);
        black_box(rendered);
    });
    let start = Instant::now();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for part in documents.chunks(tests.div_ceil(processors)) {
            let (around, config) = (&around, &config);
            scope.spawn(move || {
                for document in part {
                    black_box(podgraft_locust::render(document, around, config));
                }
            });
        }
    });
    let render_all = start.elapsed();
    let explain = time(&documents, |document| {
        black_box(explain(document, &around, &config));
    });
    let mut against = OverlayDiff::default();
    let diff = time(&documents, |document| {
        let before = podgraft_locust::render(document, &around, &config);
        let after = podgraft_locust::render(document, &around_changed, &config);
        against.add("test", &compared(&before), &compared(&after));
    });
    assert!(!against.is_equal());
    // Two pods a test; three patches of each overlay reach each pod.
    let layers = tests * each * 2 * 3;
    #[allow(clippy::cast_precision_loss, reason = "counts of things that were just made")]
    let each_layer = render.as_secs_f64() * 1e6 / layers as f64;
    let seconds = |time: Duration| format!("{:.2}", time.as_secs_f64());
    println!(
        "{tests} {overlays} {each} {} {} {} {} {} {each_layer:.1} {}",
        seconds(resolve),
        seconds(render),
        seconds(explain),
        seconds(diff),
        peak_memory(),
        seconds(render_all),
    );
}

fn time(documents: &[Document], mut work: impl FnMut(&Document)) -> Duration {
    let start = Instant::now();
    documents.iter().for_each(&mut work);
    start.elapsed()
}

fn read(text: &str) -> Vec<Document> {
    let read = manifest::read("bench", text.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    read.documents
}

/// A test with a sidecar and an init container, of one of so many teams.
fn a_test(number: usize, teams: usize) -> String {
    format!(
        "---
apiVersion: locust.io/v2
kind: LocustTest
metadata:
  name: test-{number}
  namespace: load
  labels:
    team: team-{}
spec:
  image: registry.example.com/locust:2.43.0
  master:
    command: --locustfile /lotest/src/test.py --host https://example.com
  worker:
    command: --locustfile /lotest/src/test.py
    replicas: 10
  testFiles:
    configMapRef: files
  workerPodTemplate:
    spec:
      initContainers:
      - name: data
        image: registry.example.com/fetch:1
      - name: proxy
        image: registry.example.com/proxy:1
        restartPolicy: Always
",
        number % teams
    )
}

/// An overlay for one of so many teams: what a platform team would write. There are twenty settings; the team's later
/// overlays set them once more, so that pods do not grow with the overlays.
fn an_overlay(number: usize, teams: usize) -> String {
    let team = number % teams;
    let priority = number / teams;
    let setting = priority % 20;
    // One in ten has an expression: they cost most.
    let expression =
        if number % 10 == 3 { "  - expression: object.spec.containers.all(c, has(c.image))\n" } else { "" };
    format!(
        "---
apiVersion: locust.io/v1alpha1
kind: ClusterPodOverlay
metadata:
  name: overlay-{number}
spec:
  priority: {priority}
  selector:
    matchLabels:
      team: team-{team}
  defaults:
    eachContainer:
      env:
      - name: SETTING_{setting}
        value: \"{number}\"
    podTemplate:
      metadata:
        labels:
          example.com/label-{setting}: \"{number}\"
      spec:
        priorityClassName: class-{number}
    workerPodTemplate:
      spec:
        tolerations:
        - key: pool-{number}
          operator: Exists
  overrides:
    podTemplate:
      metadata:
        annotations:
          example.com/annotation-{setting}: \"{number}\"
  constraints:
  - eachContainer: .image
    pattern: registry\\.example\\.com/.*|.*locust_exporter.*
{expression}"
    )
}

/// The most memory that this process ever had, in MiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or_default() >> 10
}
