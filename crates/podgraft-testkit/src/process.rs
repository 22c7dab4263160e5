//! Programs that run to their end.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
};

use crate::files::root;

/// Runs a program in the project's root with these arguments and this standard input.
pub fn run(program: impl AsRef<Path>, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program.as_ref())
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
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}
