//! Files in which the output of a test is recorded.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use similar::TextDiff;

use crate::files::relative;

/// In the environment: outputs are written instead of compared.
const UPDATE: &str = "UPDATE";

/// How many unchanged lines a difference shows around each change.
const CONTEXT: usize = 3;

/// A file with what was recorded of an output. It is read, and must be read by people, like any other file: with
/// `UPDATE=1` in the environment a test writes it anew, and the difference is reviewed before it is committed.
#[derive(Debug, Clone)]
pub struct Snapshot {
    path: PathBuf,
}

impl Snapshot {
    /// The snapshot in this file, which need not be there yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Fails unless `output` is what was recorded, with the difference and the command that records anew; with
    /// `UPDATE=1` in the environment, records it instead.
    pub fn assert(&self, output: &str) {
        if env::var_os(UPDATE).is_some() {
            self.record(output);
        } else if let Some(difference) = self.difference(output) {
            panic!("{difference}\n{}\n", record_command());
        }
    }

    /// Writes the file, unless that is what it holds: nothing that looks at its time is built anew for it.
    fn record(&self, output: &str) {
        if !self.path.exists() || self.recorded() != output {
            fs::write(&self.path, output).unwrap();
        }
    }

    /// A unified difference from what was recorded to `output`; `None` when they are the same. An empty output is recorded
    /// by an empty file.
    fn difference(&self, output: &str) -> Option<String> {
        let recorded = self.recorded();
        (recorded != output || !self.path.exists()).then(|| {
            let difference = TextDiff::from_lines(&recorded, output);
            let mut unified = difference.unified_diff();
            unified.context_radius(CONTEXT).header("recorded", "now");
            format!("{} is stale:\n{unified}", relative(&self.path))
        })
    }

    /// What the file holds; nothing when there is none.
    fn recorded(&self) -> String {
        fs::read_to_string(&self.path).unwrap_or_default()
    }
}

/// Compares a file with what it should be: see [`Snapshot::assert`].
pub fn assert_file(path: &Path, output: &str) {
    Snapshot::new(path).assert(output);
}

/// What to run when an output is meant: the test of this thread, in this test binary.
fn record_command() -> String {
    let program = env::current_exe().unwrap();
    let name = program.file_stem().unwrap().to_str().unwrap();
    // Cargo calls a test binary by its target's name and a hash.
    let target = name.rsplit_once('-').map_or(name, |(target, _)| target);
    let test = thread::current().name().filter(|name| *name != "main").map(ToOwned::to_owned);
    format!(
        "If this is meant, record it with {UPDATE}=1 cargo test --test {target}{}, and read what git diff shows.",
        test.map_or_else(String::new, |test| format!(" {test}"))
    )
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn snapshot(name: &str, recorded: Option<&str>) -> Snapshot {
        let path = env::temp_dir().join(format!("podgraft-snapshot-{name}-{}", std::process::id()));
        match recorded {
            Some(text) => fs::write(&path, text).unwrap(),
            None => drop(fs::remove_file(&path)),
        }
        Snapshot::new(path)
    }

    #[test]
    fn equal_output_passes_and_is_not_written_again() {
        let snapshot = snapshot("equal", Some("a\n"));
        let written = || fs::metadata(&snapshot.path).unwrap().modified().unwrap();
        let before = written();
        assert_eq!(snapshot.difference("a\n"), None);
        snapshot.record("a\n");
        assert_eq!(written(), before);
    }

    #[test]
    fn a_difference_shows_the_lines_around_each_change_only() {
        let lines = |changed: &'static str| {
            (1..=20).map(move |n| if n == 10 { format!("{changed}\n") } else { format!("{n}\n") })
        };
        let snapshot = snapshot("changed", Some(&lines("old").collect::<String>()));
        let shown = snapshot.difference(&lines("new").collect::<String>()).unwrap();
        let (first, difference) = shown.split_once('\n').unwrap();
        assert!(first.ends_with(" is stale:"), "{first}");
        assert_eq!(
            difference,
            "--- recorded\n+++ now\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-old\n+new\n 11\n 12\n 13\n"
        );
    }

    #[test]
    fn what_was_never_recorded_is_stale_until_it_is() {
        let snapshot = snapshot("new", None);
        assert!(snapshot.difference("a\n").unwrap().contains("+a"));
        snapshot.record("a\n");
        assert_eq!(snapshot.difference("a\n"), None);
    }

    #[test]
    fn a_failure_names_the_command_that_records() {
        if env::var_os(UPDATE).is_some() {
            return;
        }
        let snapshot = snapshot("command", Some("a\n"));
        let failed = catch_unwind(AssertUnwindSafe(|| snapshot.assert("b\n"))).unwrap_err();
        let message = failed.downcast_ref::<String>().unwrap();
        assert!(message.contains("-a\n+b\n"), "{message}");
        assert!(message.contains("UPDATE=1 cargo test --test podgraft_testkit"), "{message}");
    }
}
