//! The `kubernetes` dialect against Kubernetes' own code: the recorded vectors of `conformance/vectors`,
//! and random pairs that the binary and the Go oracle answer side by side.
//!
//! `PODGRAFT_PAIRS` sets how many pairs (20,000), `PODGRAFT_SEED` which ones.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Instant,
};

use podgraft_testkit::{
    control_plane::build,
    files::{files, root},
};
use serde_json::Value;

use crate::{
    compare::Disagreement,
    differences::Differences,
    process::{Process, ask_both},
};

/// How many pairs are sent before their answers are compared.
const CHUNK: usize = 500;
/// How many disagreements are shown before the test fails.
const SHOWN: usize = 5;

#[test]
fn recorded_vectors_agree() {
    let mut binary = Process::podgraft();
    let (mut count, mut found) = (0, Vec::new());
    for file in vector_files() {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let answers = binary.ask(&lines);
        count += lines.len();
        for (line, answer) in lines.iter().zip(&answers) {
            let wanted = crate::compare::recorded(line);
            if let Some(disagreement) = Disagreement::between(line, &wanted, answer) {
                found.push(format!("{}: {disagreement}", file.file_name().unwrap().display()));
            }
        }
    }
    println!("{count} recorded vectors, {} disagreements", found.len());
    assert!(count > 450, "only {count} vectors were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn excluded_vectors_are_classified() {
    let differences = Differences::new();
    let text = fs::read_to_string(vectors().join("excluded.jsonl")).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let answers = Process::podgraft().ask(&lines);
    for (line, answer) in lines.iter().zip(answers) {
        let number = line.rsplit_once("\"difference\":").unwrap().1.trim_end_matches('}');
        assert_eq!(differences.of(line).map(|number| number.to_string()).as_deref(), Some(number), "{line}");
        // Where Go fails badly podgraft is an error, never a crash.
        assert!(serde_json::from_str::<Value>(&answer).is_ok(), "{line}: {answer}");
    }
    for file in vector_files() {
        for line in fs::read_to_string(&file).unwrap().lines() {
            // What only Go's order decides is never recorded.
            assert_ne!(differences.of(line), Some(crate::differences::MAP_ORDER), "{line}");
        }
    }
}

#[test]
fn random_pairs_agree() {
    let (pairs, seed) = (number("PODGRAFT_PAIRS", 20_000), number("PODGRAFT_SEED", 1));
    println!("seed {seed}, {pairs} pairs (PODGRAFT_SEED, PODGRAFT_PAIRS)");
    let mut oracle = Process::start(&build("oracle"), &[]);
    let mut binary = Process::podgraft();
    let differences = Differences::new();
    let mut generator = crate::generate::Generator::new(u64::try_from(seed).unwrap());
    let (mut asked, mut results, mut excluded) = (0, 0, [0_usize; crate::differences::COUNT + 1]);
    let (mut found, begin) = (Vec::new(), Instant::now());
    while asked < pairs {
        let mut lines = Vec::with_capacity(CHUNK);
        while lines.len() < CHUNK.min(pairs - asked) {
            let line = generator.pair().to_string();
            match differences.of(&line) {
                Some(number) => excluded[number] += 1,
                None => lines.push(line),
            }
        }
        asked += lines.len();
        let (wanted, answers) = ask_both(&mut oracle, &mut binary, &lines);
        for ((line, wanted), answer) in lines.iter().zip(&wanted).zip(&answers) {
            results += usize::from(wanted.starts_with("{\"result\""));
            found.extend(Disagreement::between(line, wanted, answer).map(|found| found.to_string()));
        }
        assert!(found.len() < SHOWN, "seed {seed}: {} of {asked} pairs\n{}", found.len(), found.join("\n"));
    }
    println!(
        "{asked} pairs in {:.1} s: {results} results, {} errors, {} disagreements",
        begin.elapsed().as_secs_f32(),
        asked - results,
        found.len()
    );
    for (number, count) in excluded.iter().enumerate().skip(1) {
        println!("excluded by difference {number} ({}): {count}", crate::differences::NAMES[number]);
    }
    assert!(found.is_empty(), "seed {seed}\n{}", found.join("\n"));
}

fn vectors() -> PathBuf {
    root().join("conformance/vectors")
}

/// The files of vectors with recorded answers.
fn vector_files() -> impl Iterator<Item = PathBuf> {
    files(&vectors(), ".jsonl").into_iter().filter(|file: &PathBuf| !Path::ends_with(file, "excluded.jsonl"))
}

fn number(name: &str, default: usize) -> usize {
    env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
