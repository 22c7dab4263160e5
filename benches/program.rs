//! The program as people run it: one patch, batches, and folders with many tests; on one processor and on all.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use podgraft_merge::patch::apply;
use serde_json::Value;
use support::{
    case::{Case, deployment, parse, realistic},
    conformance,
    table::Table,
    timing::{median_of, ratio},
};

const PODGRAFT: &str = env!("CARGO_BIN_EXE_podgraft");
/// How many lines a batch has.
const LINES: usize = 100_000;
/// How many tests a folder has.
const TESTS: usize = 1_000;

fn main() {
    let folder = std::env::temp_dir().join(format!("podgraft-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    println!("## The program\n\n`cargo bench --bench program`.\n");
    one_patch(&realistic(), &folder);
    batch(&realistic(), &folder);
    folders(&folder);
    let _ = fs::remove_dir_all(&folder);
}

/// `podgraft patch` against `kubectl patch --local`, as processes.
fn one_patch(case: &Case, folder: &Path) {
    let file = folder.join("base.json");
    fs::write(&file, &case.base).unwrap();
    let file = file.to_str().unwrap();
    let timed = |program: &Path, arguments: &[&str]| {
        median_of(15, || {
            let output = Command::new(program).args(arguments).env("HOME", folder).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        })
    };
    let kubectl = conformance::build("control-plane").join("kubectl");
    let ours = timed(Path::new(PODGRAFT), &["patch", "-f", file, "-p", &case.patch, "-o", "json"]);
    let local = ["patch", "--local", "--type=strategic", "-f", file, "-p", &case.patch, "-o", "json"];
    let theirs = timed(&kubectl, &local);
    println!(
        "`podgraft patch` takes {:.1} ms, `kubectl patch --local` {:.1} ms: {:.0} times longer.\n",
        ours.as_secs_f64() * 1e3,
        theirs.as_secs_f64() * 1e3,
        ratio(theirs, ours)
    );
}

/// A process on one processor, or on all.
fn command(arguments: &[&str], one_processor: bool) -> Command {
    if one_processor {
        let mut command = Command::new("taskset");
        command.args(["-c", "0", PODGRAFT]).args(arguments);
        command
    } else {
        let mut command = Command::new(PODGRAFT);
        command.args(arguments);
        command
    }
}

/// `podgraft patch --batch`, against the engine alone with the same lines in memory.
fn batch(case: &Case, folder: &Path) {
    let line = format!("{{\"base\":{},\"patch\":{}}}\n", case.base, case.patch);
    let (input, output) = (folder.join("lines"), folder.join("answers"));
    fs::write(&input, line.repeat(LINES)).unwrap();
    let engine = median_of(3, || {
        let mut bytes = 0;
        for _ in 0..LINES {
            let Value::Object(mut request) = parse(&line) else { unreachable!() };
            let (base, patch) = (request.remove("base").unwrap(), request.remove("patch").unwrap());
            bytes += apply(base, &patch, deployment(), &mut ()).unwrap().to_string().len();
        }
        bytes
    });
    let run = |one_processor: bool| {
        median_of(3, || {
            let status = command(&["patch", "--batch"], one_processor)
                .stdin(fs::File::open(&input).unwrap())
                .stdout(fs::File::create(&output).unwrap())
                .status()
                .unwrap();
            assert!(status.success());
        })
    };
    let (one, all) = (run(true), run(false));
    let answers = fs::read_to_string(&output).unwrap();
    assert_eq!(answers.lines().count(), LINES);
    assert_eq!(parse(answers.lines().next_back().unwrap())["result"], case.result());
    #[allow(clippy::cast_precision_loss, reason = "a count of lines")]
    let speed = |time: Duration| format!("{:.0}", LINES as f64 / time.as_secs_f64());
    let mut table = Table::new(["100,000 lines", "lines a second", "to the engine alone"]);
    table.row(["the engine alone: read, merged and printed in memory".into(), speed(engine), String::new()]);
    for (name, time) in
        [("`podgraft patch --batch`, one processor", one), ("`podgraft patch --batch`, all", all)]
    {
        table.row([name.into(), speed(time), format!("{:.2}", ratio(engine, time))]);
    }
    table.print();
}

/// Commands that read a folder with many tests.
fn folders(folder: &Path) {
    let (tests, overlays) = (folder.join("tests"), folder.join("overlays"));
    fs::create_dir_all(&tests).unwrap();
    fs::create_dir_all(&overlays).unwrap();
    for number in 0..TESTS {
        fs::write(tests.join(format!("{number:04}.yaml")), a_test(number)).unwrap();
    }
    for number in 0..20 {
        fs::write(overlays.join(format!("{number:02}.yaml")), an_overlay(number)).unwrap();
    }
    let [tests, overlays] = [&tests, &overlays].map(|path| path.to_str().unwrap());
    let all = ["-n", "load", "-f", tests, "--overlays", overlays];
    let mut table =
        Table::new(["1,000 files with a test, 20 overlays", "one processor, s", "all, s", "times faster"]);
    let different = [&["diff"][..], &all, &["--against", "overlays"]].concat();
    for (name, arguments) in [
        ("`render`", [&["render"][..], &all].concat()),
        ("`validate`", [&["validate"][..], &all].concat()),
        ("`diff`", [&["diff"][..], &all].concat()),
        ("`diff --against`", different),
    ] {
        let run = |one_processor: bool| {
            median_of(3, || {
                let start = Instant::now();
                let status = command(&arguments, one_processor)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
                assert!(status.code().is_some_and(|code| code < 2), "{name}: {status}");
                start.elapsed()
            })
        };
        let (one, both) = (run(true), run(false));
        table.row([
            name.into(),
            format!("{:.2}", one.as_secs_f64()),
            format!("{:.2}", both.as_secs_f64()),
            format!("{:.2}", ratio(one, both)),
        ]);
    }
    table.print();
}

fn a_test(number: usize) -> String {
    format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: test-{number}}}\nspec:\n  image: registry.example.com/locust:2.43.0\n  \
         master: {{command: --locustfile /lotest/src/test.py}}\n  worker: {{command: --locustfile /lotest/src/test.py, replicas: 10}}\n  \
         workerPodTemplate:\n    spec:\n      containers:\n      - name: locust\n        env: [{{name: NUMBER, value: \"{number}\"}}]\n"
    )
}

fn an_overlay(number: usize) -> String {
    let mut text = format!(
        "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: overlay-{number}}}\nspec:\n  defaults:\n    eachContainer:\n      \
         env: [{{name: SETTING_{number}, value: \"1\"}}]\n"
    );
    let _ = writeln!(
        text,
        "    podTemplate:\n      metadata: {{labels: {{example.com/label-{number}: \"{number}\"}}}}"
    );
    text
}
