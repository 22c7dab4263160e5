//! What several tests share: running the binary, and files that are compared or rewritten.
#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod control_plane;
pub(crate) mod last_applied;
pub(crate) mod nulls;
pub(crate) mod operator;
pub(crate) mod pod_life;
pub(crate) mod random_pods;
pub(crate) mod random_tests;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::LazyLock,
};

/// The project's root folder, or the copy of it that `PODGRAFT_ROOT` names.
pub(crate) fn root() -> &'static Path {
    static COPY: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| env::var_os("PODGRAFT_ROOT").map(PathBuf::from));
    COPY.as_deref().unwrap_or(Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// Runs podgraft in the project's root with these arguments and this standard input.
pub(crate) fn podgraft(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_podgraft"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written beside reading, so that neither waits for the other.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The files below a folder with this ending, in order.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A path as the binary prints it when it runs in the root.
pub(crate) fn relative(path: &Path) -> &str {
    path.strip_prefix(root()).unwrap().to_str().unwrap()
}

/// Compares a file with what it should be; with UPDATE=1 in the environment, writes it instead.
pub(crate) fn assert_file(path: &Path, wanted: &str) {
    if env::var_os("UPDATE").is_some() {
        fs::write(path, wanted).unwrap();
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == wanted, "{} is stale: run UPDATE=1 cargo test\n--- should be\n{wanted}", relative(path));
}

/// Text that must be UTF-8.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
