//! [`Record`]: the counts that were recorded, in `recorded.txt`.

use std::{fs, path::PathBuf, process::Command};

/// Counts, and the tools that they hold for.
pub(crate) struct Record {
    pub(crate) tools: String,
    counts: Vec<(String, u64)>,
}

impl Record {
    pub(crate) fn of(counts: Vec<(&'static str, u64)>) -> Self {
        let counts = counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
        Self { tools: tools(), counts }
    }

    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(file()).expect("recorded.txt: run with --record");
        let mut lines = text.lines();
        let tools = lines.next().unwrap_or_default().to_owned();
        let count = |line: &str| {
            let (count, name) = line.split_once(' ').expect("a count and a name");
            (name.to_owned(), count.parse().expect("a count"))
        };
        Self { tools, counts: lines.map(count).collect() }
    }

    pub(crate) fn write(&self) {
        let counts = self.counts.iter().map(|(name, count)| format!("{count} {name}"));
        let lines: Vec<String> = [self.tools.clone()].into_iter().chain(counts).collect();
        fs::write(file(), lines.join("\n") + "\n").expect("recorded.txt can be written");
    }

    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        self.counts.iter().find(|(known, _)| known == name).map(|(_, count)| *count)
    }
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recorded.txt")
}

/// The versions of what the counts depend on: the compiler, valgrind, and the C library, whose allocator is counted too.
pub(crate) fn tools() -> String {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        let text =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        text.lines().next().unwrap_or(program).trim().to_owned()
    };
    ["rustc", "valgrind", "ldd"].map(version).join(", ")
}
