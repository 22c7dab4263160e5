//! Results to stdout, messages to stderr.

use std::io::{self, IsTerminal, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Failure, Verdict, progress::Progress};
use crate::{
    diagnostic::{Diagnostic, Severity},
    manifest::Document,
    report,
};

/// Writes a result. A reader that has gone away is no failure.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}

/// Whether results may have colours: only for a terminal, and never when `NO_COLOR` is set to anything.
pub(super) fn colours_stdout() -> bool {
    io::stdout().is_terminal() && may_colour()
}

fn may_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes one line for people beside a result.
pub(super) fn remark(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Writes one line of complaint about usage, input or output.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {message}");
}

/// Writes diagnostics as a compiler does: the line, the path, the layer, help.
pub(super) struct Reporter {
    renderer: Renderer,
    errors: usize,
    warnings: usize,
    /// Where diagnostics go instead of standard error.
    collected: Option<Vec<Diagnostic>>,
    progress: Progress,
}

impl Reporter {
    /// Colours only for a terminal, and never when `NO_COLOR` is set to anything.
    pub(super) fn new() -> Self {
        let coloured = io::stderr().is_terminal() && may_colour();
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        Self { renderer, errors: 0, warnings: 0, collected: None, progress: Progress::new() }
    }

    /// Keeps what is reported, and writes none of it.
    pub(super) fn collecting() -> Self {
        Self { collected: Some(Vec::new()), ..Self::new() }
    }

    /// Shows on a terminal how many of the tests are done.
    pub(super) fn progress(&mut self, done: usize, of: usize) {
        if done < of {
            self.progress.tell(done, of);
        } else {
            self.progress.clear();
        }
    }

    /// What was kept.
    pub(super) fn collected(&self) -> &[Diagnostic] {
        self.collected.as_deref().unwrap_or_default()
    }

    /// Writes the messages; `documents` are where their source lines are.
    pub(super) fn report(&mut self, diagnostics: &[Diagnostic], documents: &[Document]) {
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => {}
            }
            if let Some(collected) = &mut self.collected {
                collected.push(diagnostic.clone());
                continue;
            }
            let text = self.text(diagnostic, documents);
            self.progress.clear();
            let _ = writeln!(io::stderr().lock(), "{text}\n");
        }
    }

    /// Whether there was an error, or a warning that counts as one.
    pub(super) fn refuses(&self, deny_warnings: bool) -> bool {
        self.errors > 0 || deny_warnings && self.warnings > 0
    }

    /// Whether what was reported is a refusal; says so where only the warnings are one.
    pub(super) fn verdict(&self, deny_warnings: bool) -> Verdict {
        if !self.refuses(deny_warnings) {
            return Verdict::Fine;
        }
        if !self.refuses(false) {
            complain(&format!("refused: {} warning(s), and warnings are denied", self.warnings));
        }
        Verdict::Refused
    }

    fn text(&self, diagnostic: &Diagnostic, documents: &[Document]) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let line = diagnostic.position.as_ref().and_then(|position| {
            let document = documents.iter().find(|document| document.file() == &*position.file)?;
            document.line_text(position.line).map(|line| (position, line))
        });
        let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
        let mut group = Group::with_title(title);
        if let Some((position, line)) = &line {
            let start = byte_of_column(line, position.column);
            let end = start + token_length(&line[start..]);
            group = group.element(
                Snippet::source(*line)
                    .path(&*position.file)
                    .line_start(position.line)
                    .annotation(AnnotationKind::Primary.span(start..end)),
            );
        }
        let unseen = diagnostic.position.as_ref().filter(|_| line.is_none());
        let mut details: Vec<(&str, String)> = unseen.map(|at| ("at", at.to_string())).into_iter().collect();
        details.extend(report::details(diagnostic));
        for (name, detail) in &details {
            let level = if *name == "help" { Level::HELP } else { Level::NOTE.with_name(Some(*name)) };
            group = group.element(level.message(detail.as_str()));
        }
        self.renderer.render(&[group])
    }
}

fn byte_of_column(line: &str, column: usize) -> usize {
    line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(byte, _)| byte)
}

/// The length in bytes of the word that a position points at: a key without its colon, or a value.
fn token_length(rest: &str) -> usize {
    let trimmed = rest.trim_end();
    let end = trimmed.find(": ").or_else(|| trimmed.strip_suffix(':').map(str::len)).unwrap_or(trimmed.len());
    end.max(usize::from(!rest.is_empty()).min(rest.chars().next().map_or(0, char::len_utf8)))
}
