//! A gate that does not flicker: how many instructions six benchmarks take, counted by valgrind, against those that were
//! recorded.
//!
//! `cargo run --release -p podgraft-instructions` refuses what takes 5 % more than recorded.txt says, and exits with 1;
//! `-- --planted-slowdown` does a tenth more work in each, which must be refused; `-- --record` records. Counts hold for
//! the compiler, the valgrind and the C library that they were recorded with; with others nothing is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that fails has nothing else to do"
)]

mod benchmark;
mod record;

use std::process::{Command, ExitCode};

use benchmark::BENCHMARKS;
use record::Record;

/// How many runs of a benchmark are counted; what happens before the first is not.
const ROUNDS: u64 = 20;
/// How much more than was recorded is refused, in percent.
const TOLERANCE: u64 = 5;
/// How much more work a planted slowdown does, in percent.
const PLANTED: u64 = 10;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(0),
        ["--planted-slowdown"] => compare(PLANTED),
        ["--record"] => {
            Record::of(counts(0)).write();
            ExitCode::SUCCESS
        }
        ["run", name, rounds] => {
            let (_, run) = BENCHMARKS.iter().find(|(known, _)| *known == name).expect("a benchmark's name");
            run(rounds.parse().expect("a number"));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("error: give nothing, --planted-slowdown or --record");
            ExitCode::from(2)
        }
    }
}

/// Counts, and compares with what was recorded.
fn compare(slowdown: u64) -> ExitCode {
    // That a slowdown is refused is to be seen with any tools: it is compared with what is counted here.
    let recorded = if slowdown == 0 { Record::read() } else { Record::of(counts(0)) };
    let here = record::tools();
    if recorded.tools != here {
        println!("note: recorded with {}, this is {here}: nothing is refused; record again", recorded.tools);
    }
    let mut refused = 0;
    println!("| benchmark | recorded | now | change |\n|---|---|---|---|");
    for (name, now) in counts(slowdown) {
        let before = recorded.count(name).expect("a recorded count: run with --record");
        let change = percent(now, before);
        let is_worse = now * 100 > before * (100 + TOLERANCE);
        println!("| {name} | {before} | {now} | {change:+.1} %{} |", if is_worse { ", refused" } else { "" });
        refused += usize::from(is_worse && recorded.tools == here);
    }
    if refused == 0 {
        return ExitCode::SUCCESS;
    }
    println!(
        "\n{refused} of {} take over {TOLERANCE} % more instructions than recorded: make them quicker, or record what must be \
         (cargo run --release -p podgraft-instructions -- --record) and say why",
        BENCHMARKS.len()
    );
    ExitCode::FAILURE
}

#[allow(clippy::cast_precision_loss, reason = "a share for people")]
fn percent(now: u64, before: u64) -> f64 {
    (now as f64 / before as f64 - 1.0) * 100.0
}

/// The instructions that one run of each benchmark takes.
fn counts(slowdown: u64) -> Vec<(&'static str, u64)> {
    let count = |name| {
        let more = ROUNDS + ROUNDS * slowdown / 100;
        (instructions(name, more + 1) - instructions(name, 1)) / ROUNDS
    };
    BENCHMARKS.iter().map(|(name, _)| (*name, count(name))).collect()
}

/// The instructions of a process that runs a benchmark so many times.
fn instructions(name: &str, rounds: u64) -> u64 {
    let program = std::env::current_exe().expect("this program");
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args(["run", name, &rounds.to_string()])
        .output()
        .expect("valgrind: install it (Debian: apt-get install valgrind)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {said}");
    let line = said.lines().find_map(|line| line.split_once("I   refs:").or(line.split_once("I refs:")));
    let (_, number) = line.unwrap_or_else(|| panic!("valgrind counts nothing: {said}"));
    number.trim().replace(',', "").parse().expect("a count")
}
