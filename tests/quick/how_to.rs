//! The how-to page: each of its blocks is a part of a spec that renders, is at most ten lines long, and
//! changes what the diff beneath it shows. UPDATE=1 rewrites the diffs.

use podgraft_pod::manifest;
use podgraft_testkit::{
    files::{root, text},
    snapshot::assert_file,
};
use serde_json::Value;
use similar::TextDiff;

use crate::support::podgraft;

const MOST_LINES: usize = 10;

#[test]
fn every_job_of_the_page_does_what_it_shows() {
    let file = root().join("docs/how-to.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let mut blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let test = object(blocks.next().unwrap());
    assert_eq!(test["kind"], "LocustTest", "the first block is the test that the others are a part of");
    let before = worker(&test);
    let diffs: Vec<String> = blocks
        .map(|block| {
            assert!(block.lines().count() <= MOST_LINES, "more than {MOST_LINES} lines:\n{block}");
            let mut changed = test.clone();
            merge(&mut changed["spec"], object(block));
            let after = worker(&changed);
            let diff = TextDiff::from_lines(&before, &after).unified_diff().context_radius(1).to_string();
            assert!(!diff.is_empty(), "changes nothing:\n{block}");
            diff
        })
        .collect();
    assert_eq!(diffs.len(), 8, "the eight commonest jobs");
    let mut parts = page.split("```diff\n");
    let mut wanted = parts.next().unwrap().to_owned();
    for (part, diff) in parts.zip(&diffs) {
        let (_, rest) = part.split_once("```").unwrap();
        wanted.extend(["```diff\n", diff, "```", rest]);
    }
    assert_eq!(wanted.matches("```diff\n").count(), diffs.len(), "each job has its diff");
    assert_file(&file, &wanted);
}

fn object(block: &str) -> Value {
    let read = manifest::read("how-to.md", block.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    read.documents[0].value.clone()
}

/// The worker's Job of a test that is not even warned of.
fn worker(test: &Value) -> String {
    let test = serde_json::to_vec(test).unwrap();
    let both = podgraft(&["render", "-f", "-", "--deny", "warnings"], &test);
    assert!(both.status.success(), "{}", text(&both.stderr));
    text(&podgraft(&["render", "-f", "-", "--role", "worker"], &test).stdout).to_owned()
}

fn merge(into: &mut Value, fields: Value) {
    match (into, fields) {
        (Value::Object(into), Value::Object(fields)) => {
            for (name, value) in fields {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, fields) => *into = fields,
    }
}
