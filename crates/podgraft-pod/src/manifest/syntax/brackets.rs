//! Quotes and brackets that are not closed, or not opened.

use super::{
    super::document::Mark,
    Cause,
    layout::{Bracket, Layout, SourceLine},
};

/// A quote that is closed by one that was meant to open another, or by none.
pub(super) fn quote(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let quote = layout.quotes.iter().rfind(|quote| {
        quote.open.line <= stopped.line && quote.close.is_none_or(|close| close.line + 1 >= stopped.line)
    })?;
    let (letter, line) = (quote.letter, quote.open.line);
    let end = match quote.close {
        Some(close) => format!("it ends only at the {letter} of line {}", close.line),
        None => "it ends nowhere".to_owned(),
    };
    let cause = Cause::new(quote.open, format!("close the {letter} that opens on line {line}: {end}"));
    Some(if letter == '\'' {
        cause.help("a ' that is part of the text is written twice: 'it''s'")
    } else {
        cause
    })
}

/// A bracket that has no other.
pub(super) fn bracket(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let mismatch = layout.mismatches.iter().find(|mismatch| mismatch.close.mark.line <= stopped.line + 1);
    if let Some(mismatch) = mismatch {
        let Bracket { letter, mark } = mismatch.close;
        return Some(match mismatch.open {
            None => Cause::new(
                mark,
                format!(
                    "remove the {letter}, or put the text that it is part of in quotes: nothing is open that it closes"
                ),
            ),
            Some(open) => {
                let (wanted, line) = (closing(open.letter), open.mark.line);
                Cause::new(
                    mark,
                    format!(
                        "write {wanted} here, not {letter}: it closes the {} of line {line}",
                        open.letter
                    ),
                )
            }
        });
    }
    let open = layout.open.iter().rfind(|open| open.mark.line <= stopped.line);
    if let Some(open) = open {
        let (letter, line, wanted) = (open.letter, open.mark.line, closing(open.letter));
        let cause =
            Cause::new(open.mark, format!("close the {letter} that opens on line {line} with {wanted}"));
        let follows = layout.lines.iter().skip(1).find(|next| next.number > line && is_block_field(next));
        return Some(match follows {
            Some(next) => cause.help(format!("line {} looks like the first one behind it", next.number)),
            None => cause,
        });
    }
    None
}

/// What is wrong with the fields or items between brackets at which a parser stopped.
pub(super) fn between(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let line = layout.lines.get(layout.up_to(stopped.line)).filter(|line| line.number == stopped.line)?;
    let before = line.text.chars().take(stopped.column.saturating_sub(1));
    let depth = before.fold(line.depth, |depth, letter| match letter {
        '{' | '[' => depth + 1,
        '}' | ']' => depth.saturating_sub(1),
        _ => depth,
    });
    if depth == 0 {
        return None;
    }
    let at = line.text.char_indices().nth(stopped.column - 1).map_or(line.text.len(), |(at, _)| at);
    let rest = &line.text[at..];
    let word = rest.split([' ', '\t', ',', '[', ']', '{', '}']).next().unwrap_or_default();
    let message = match rest.chars().next() {
        Some(letter @ ('@' | '`' | '%')) => {
            format!("put {word} in quotes: no value begins with {letter} without them")
        }
        Some('*') => {
            let name = word.trim_start_matches('*');
            format!("put {word} in quotes: * at the start names an anchor, and nothing before it is marked &{name}")
        }
        Some(':') if rest[1..].starts_with(['{', '[', '"', '\'']) => "put a space behind the colon".to_owned(),
        Some(':') => {
            let value = line.text[..at].rsplit(": ").next().unwrap_or_default();
            match value.trim().rsplit_once(' ') {
                Some((_, key)) => format!("put a comma before {key}: between brackets each field ends with one"),
                None => "put brackets around the fields of a field, or its text in quotes: between brackets a field has one value"
                    .to_owned(),
            }
        }
        Some(_) if line.text[..at].trim_end().ends_with(['"', '\'']) => {
            "put a comma before this, or all of the text in one pair of quotes".to_owned()
        }
        _ => "put a comma between the fields or items, or the text in quotes: between brackets each ends with a comma"
            .to_owned(),
    };
    Some(Cause::new(stopped, message))
}

fn closing(letter: char) -> char {
    if letter == '[' { ']' } else { '}' }
}

/// Whether a line that is inside brackets is written as fields outside of them are.
fn is_block_field(line: &SourceLine<'_>) -> bool {
    line.depth > 0 && !line.body.ends_with(',') && line.field().is_some()
}
