//! [`github`]: diagnostics as annotations of a GitHub workflow.
//!
//! # Source
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>; how values are
//! escaped: `actions/toolkit`, `packages/core/src/command.ts`.

use crate::message::message;
use podgraft_merge::diagnostic::{Diagnostic, Severity};

/// A workflow command for each diagnostic, one a line. GitHub shows the first ten of each severity in a
/// step; all are in its log.
#[must_use]
pub fn github(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(command).collect()
}

fn command(diagnostic: &Diagnostic) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    // Standard input is no file that GitHub could show.
    if let Some(position) = diagnostic.position.as_ref().filter(|position| &*position.file != "-") {
        properties.push(format!("file={}", property(&position.file)));
        properties.push(format!("line={}", position.line));
        properties.push(format!("col={}", position.column));
    }
    properties.push(format!("title={}", property(diagnostic.code.as_str())));
    format!("::{name} {}::{}\n", properties.join(","), data(&message(diagnostic)))
}

/// What stands behind the last colons: one line, whatever is in it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which also ends at a colon or comma.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
