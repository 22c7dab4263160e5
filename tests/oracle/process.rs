//! A program that answers JSON lines, asked many at once.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

/// A running program; it ends with its standard input.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// `podgraft patch --batch`.
    pub(crate) fn podgraft() -> Self {
        Self::start(Path::new(env!("CARGO_BIN_EXE_podgraft")), &["patch", "--batch"])
    }

    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The answers to these lines, in order.
    pub(crate) fn ask(&mut self, lines: &[String]) -> Vec<String> {
        let (input, output) = (self.input.as_mut().unwrap(), &mut self.output);
        thread::scope(|scope| {
            // Written beside reading, so that neither waits for the other.
            scope.spawn(move || {
                for line in lines {
                    input.write_all(line.as_bytes()).unwrap();
                    input.write_all(b"\n").unwrap();
                }
                input.flush().unwrap();
            });
            lines.iter().map(|line| answer(output, line)).collect()
        })
    }
}

fn answer(output: &mut impl BufRead, question: &str) -> String {
    let mut line = String::new();
    let read = output.read_line(&mut line).unwrap();
    assert!(read > 0, "no answer to {question}");
    line.truncate(line.trim_end().len());
    line
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}

/// Asks two programs the same at the same time.
pub(crate) fn ask_both(
    first: &mut Process,
    second: &mut Process,
    lines: &[String],
) -> (Vec<String>, Vec<String>) {
    thread::scope(|scope| {
        let first = scope.spawn(|| first.ask(lines));
        let second = second.ask(lines);
        (first.join().unwrap(), second)
    })
}
