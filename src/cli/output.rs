//! Results to stdout, messages to stderr.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
};

use annotate_snippets::Renderer;
use podgraft_merge::diagnostic::{Diagnostic, Severity};
use podgraft_pod::manifest::Document;

use super::{CommandOutcome, Failure, progress::ProgressLine};
use crate::{codes, diagnostic_text::text};

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
pub(super) fn print_note(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Writes one line of complaint about usage, input or output.
pub(super) fn print_error(message: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {message}");
}

/// How many messages of one test are written as text; the others are counted.
const SHOWN: usize = 100;
/// How many errors, and how many other messages, are kept for a report that programs read.
const KEPT: usize = 50_000;

/// Writes diagnostics as a compiler does: the line, the path, the layer, help.
pub(super) struct Reporter {
    renderer: Renderer,
    errors: usize,
    warnings: usize,
    /// Where diagnostics go instead of standard error.
    collected: Option<Vec<Diagnostic>>,
    /// How many that are no errors were to be kept, and how many were not.
    kept_others: usize,
    not_kept: usize,
    progress: ProgressLine,
}

impl Reporter {
    /// Colours only for a terminal, and never when `NO_COLOR` is set to anything.
    pub(super) fn new() -> Self {
        let coloured = io::stderr().is_terminal() && may_colour();
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        Self {
            renderer,
            errors: 0,
            warnings: 0,
            collected: None,
            kept_others: 0,
            not_kept: 0,
            progress: ProgressLine::new(),
        }
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

    /// What was kept; the last says how many more there are, where not all were.
    pub(super) fn collected(&mut self) -> &[Diagnostic] {
        if self.not_kept > 0 {
            let message = format!("correct these first: there are {} more messages", grouped(self.not_kept));
            self.not_kept = 0;
            self.collected.get_or_insert_default().push(Diagnostic::note(codes::MORE_MESSAGES, message));
        }
        self.collected.as_deref().unwrap_or_default()
    }

    /// Writes the messages, of each object so many; `documents` are where their source lines are.
    pub(super) fn report(&mut self, diagnostics: &[Diagnostic], documents: &[Document]) {
        let mut objects: BTreeMap<&str, MessageCounts> = BTreeMap::new();
        for diagnostic in diagnostics {
            objects.entry(object_of(diagnostic)).or_default().add(diagnostic);
        }
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
                Severity::Note => {}
            }
            if self.collected.is_some() {
                self.keep(diagnostic);
            } else if objects.get_mut(object_of(diagnostic)).is_none_or(|counts| counts.shows(diagnostic)) {
                let text = text(&self.renderer, diagnostic, documents);
                self.progress.clear();
                let _ = writeln!(io::stderr().lock(), "{text}\n");
            }
        }
        if self.collected.is_none() {
            for (object, counts) in objects.iter().filter(|(_, counts)| counts.left_out() > 0) {
                let of = if object.is_empty() { String::new() } else { format!(" of {object}") };
                print_note(&format!("and {}{of}; validate -o json has them\n", counts.words()));
            }
        }
    }

    fn keep(&mut self, diagnostic: &Diagnostic) {
        self.kept_others += usize::from(!diagnostic.is_error());
        let kind = if diagnostic.is_error() { self.errors } else { self.kept_others };
        match &mut self.collected {
            Some(collected) if kind <= KEPT => collected.push(diagnostic.clone()),
            _ => self.not_kept += 1,
        }
    }

    /// Whether there was an error, or a warning that counts as one.
    pub(super) fn refuses(&self, deny_warnings: bool) -> bool {
        self.errors > 0 || deny_warnings && self.warnings > 0
    }

    /// Whether what was reported is a refusal; says so where only the warnings are one.
    pub(super) fn verdict(&self, deny_warnings: bool) -> CommandOutcome {
        if !self.refuses(deny_warnings) {
            return CommandOutcome::Fine;
        }
        if !self.refuses(false) {
            print_error(&format!("refused: {} warning(s), and warnings are denied", self.warnings));
        }
        CommandOutcome::Refused
    }
}

/// The messages of one object: how many there are, and were shown.
#[derive(Default)]
struct MessageCounts {
    errors: usize,
    others: usize,
    shown_errors: usize,
    shown_others: usize,
}

impl MessageCounts {
    fn add(&mut self, diagnostic: &Diagnostic) {
        *(if diagnostic.is_error() { &mut self.errors } else { &mut self.others }) += 1;
    }

    /// Whether this one is shown: the errors come first, where there are too many.
    fn shows(&mut self, diagnostic: &Diagnostic) -> bool {
        let errors = self.errors.min(SHOWN);
        let (shown, most) = if diagnostic.is_error() {
            (&mut self.shown_errors, errors)
        } else {
            (&mut self.shown_others, SHOWN - errors)
        };
        *shown += 1;
        *shown <= most
    }

    fn left_out(&self) -> usize {
        (self.errors + self.others).saturating_sub(SHOWN)
    }

    fn words(&self) -> String {
        let errors = self.errors.saturating_sub(SHOWN);
        let all = grouped(self.left_out());
        if errors == 0 {
            format!("{all} more messages")
        } else {
            format!("{all} more messages ({} errors)", grouped(errors))
        }
    }
}

fn object_of(diagnostic: &Diagnostic) -> &str {
    diagnostic.object.as_deref().unwrap_or_default()
}

/// A number with its digits in groups of three.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Warnings by the thousand push no error out of a report.
    #[test]
    fn a_report_is_bounded_and_keeps_errors() {
        let mut reporter = Reporter::collecting();
        let warnings = vec![Diagnostic::warning(codes::UNUSED_VOLUME, "warning"); KEPT + 7];
        let errors = vec![Diagnostic::error(codes::UNKNOWN_FIELD, "error"); KEPT + 5];
        reporter.report(&warnings, &[]);
        reporter.report(&errors, &[]);
        let kept = reporter.collected();
        assert_eq!(kept.len(), 2 * KEPT + 1);
        assert_eq!(kept.iter().filter(|kept| kept.is_error()).count(), KEPT);
        assert!(kept.last().unwrap().message.contains("12 more messages"));
        assert!(reporter.refuses(false));
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!([7, 1_000, 49_980, 1_234_567].map(grouped), ["7", "1,000", "49,980", "1,234,567"]);
    }
}
