//! [`text`]: a diagnostic as a compiler writes it: the line, the path, the layer, help.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use podgraft_merge::diagnostic::{Diagnostic, Severity};
use podgraft_pod::{manifest::Document, message};

/// The longest line that is shown beside a message, in bytes.
const LINE: usize = 4_096;

/// A diagnostic as it is written; `documents` are where its source line is, if it has one.
pub(crate) fn text(renderer: &Renderer, diagnostic: &Diagnostic, documents: &[Document]) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let line = diagnostic.position.as_ref().and_then(|position| {
        let document = documents.iter().find(|document| document.file() == &*position.file)?;
        document.line_text(position.line).filter(|line| line.len() <= LINE).map(|line| (position, line))
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
    details.extend(message::details(diagnostic));
    for (name, detail) in &details {
        let level = if *name == "help" { Level::HELP } else { Level::NOTE.with_name(Some(*name)) };
        group = group.element(level.message(detail.as_str()));
    }
    renderer.render(&[group])
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
