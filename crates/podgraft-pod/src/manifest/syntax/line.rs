//! What is wrong within one line.

use super::{
    super::document::Mark,
    Cause,
    indentation::misfit,
    layout::{Layout, SourceLine, colon, is_header},
};
use podgraft_merge::diagnostic::value_kind;

/// What is wrong with the line at which the parser stopped, or with the one before it, which can look whole until the
/// next one begins.
pub(super) fn cause(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let at = layout.up_to(stopped.line);
    let line = layout.lines.get(at)?;
    let before = at.checked_sub(1).and_then(|before| layout.lines.get(before));
    let next = layout.lines.get(at + 1);
    within(layout, line)
        .or_else(|| before.and_then(|before| text_of_block(before, line)))
        .or_else(|| glued_item(line))
        .or_else(|| before.and_then(glued_item))
        // An item whose dash is glued to its first field is read as a field, until the next item begins.
        .or_else(|| sibling_above(layout, at).and_then(glued_item))
        // A text such as nginx:1.29 is fine where the next line is only indented wrong.
        .or_else(|| misfit(layout, at))
        .or_else(|| glued_field(line))
        .or_else(|| before.filter(|before| is_aligned(before, line)).and_then(glued_field))
        .or_else(|| before.and_then(assignment))
        .or_else(|| before.and_then(|before| without_colon(before, line)))
        .or_else(|| next.and_then(|next| without_colon(line, next)))
        .or_else(|| before.filter(|_| stopped.line > line.number).and_then(|before| within(layout, before)))
}

/// The line above that begins as far to the right, where all between them are further in.
fn sibling_above<'l, 't>(layout: &'l Layout<'t>, at: usize) -> Option<&'l SourceLine<'t>> {
    let (above, line) = (layout.lines.get(..at)?, layout.lines.get(at)?);
    above.iter().rev().find(|above| above.indent <= line.indent).filter(|above| above.indent == line.indent)
}

/// The text behind a `|` or `>`, where it is not indented.
fn text_of_block(before: &SourceLine<'_>, line: &SourceLine<'_>) -> Option<Cause> {
    let (key, value) = before.field()?;
    let is_text = value.starts_with(['|', '>']) && line.number == before.number + 1 && line.field().is_none();
    let message = format!(
        "indent the text of {key} by more than {key} itself: line {} is below its {value}",
        line.number
    );
    (is_text && line.indent <= before.indent).then(|| Cause::new(line.mark(0), message))
}

/// Whether a line is where the fields of another go on.
fn is_aligned(line: &SourceLine<'_>, next: &SourceLine<'_>) -> bool {
    next.indent == line.indent + line.behind_dashes().0
}

/// What may be wrong with a text that is read as one long value: its first field is none.
pub(super) fn cause_of_text(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let at = layout.up_to(stopped.line);
    let line = layout.lines.get(at)?;
    let next = layout.lines.get(at + 1);
    comment(line)
        .or_else(|| glued_item(line))
        .or_else(|| glued_field(line))
        .or_else(|| next.and_then(|next| without_colon(line, next)))
        .or_else(|| assignment(line))
}

/// What is wrong with a line whatever stands around it.
fn within(layout: &Layout<'_>, line: &SourceLine<'_>) -> Option<Cause> {
    if line.depth > 0 {
        return None;
    }
    comment(line)
        .or_else(|| bullet(line))
        .or_else(|| start(layout, line))
        .or_else(|| comma(line))
        .or_else(|| escape(line))
        .or_else(|| trailing(line))
        .or_else(|| list_behind_key(line))
        .or_else(|| second_colon(line))
        .or_else(|| assignment(line))
}

/// A comment of another language.
fn comment(line: &SourceLine<'_>) -> Option<Cause> {
    let start = ["//", "/*"].into_iter().find(|start| line.body.starts_with(start))?;
    Some(Cause::new(
        line.mark(0),
        format!("begin the comment with #, not with {start}: YAML knows no other, and JSON none"),
    ))
}

/// An item of a list with another mark than a dash.
fn bullet(line: &SourceLine<'_>) -> Option<Cause> {
    let item = line.body.strip_prefix("* ").or_else(|| line.body.strip_prefix("+ "))?;
    let mark = &line.body[..1];
    Some(Cause::new(line.mark(0), format!("write - {}, with a dash: {mark} begins no item", short(item))))
}

/// A comma behind a field, as JSON has one.
fn comma(line: &SourceLine<'_>) -> Option<Cause> {
    let (_, value) = line.field()?;
    let rest = value.strip_suffix(',')?.trim_end();
    rest.ends_with(['"', '\'', '}', ']']).then(|| {
        let message = "remove the comma at the end: outside of brackets a field ends with its line";
        Cause::new(line.mark(line.body.len() - 1), message)
    })
}

/// A backslash in double quotes before what it does not escape.
fn escape(line: &SourceLine<'_>) -> Option<Cause> {
    const KNOWN: &str = "0abtnvfre \"/\\N_LPxuU\t";
    let value = value_of(line);
    let close = closing_quote(value, '"').filter(|_| value.starts_with('"'))?;
    let mut letters = value[..close].char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\'
            && let Some((_, next)) = letters.next()
            && !KNOWN.contains(next)
        {
            let message = format!(
                "write \\\\{next} for a backslash before {next}, or put the text in single quotes: \\{next} is no escape"
            );
            return Some(Cause::new(line.mark(line.body.len() - value.len() + at), message));
        }
    }
    None
}

/// A value that begins with a character that none may begin with.
fn start(layout: &Layout<'_>, line: &SourceLine<'_>) -> Option<Cause> {
    let value = value_of(line);
    let letter = value.chars().next()?;
    let shown = shown(value);
    let why = match letter {
        '@' | '`' => format!("no value begins with {letter} without them"),
        '%' => "no value begins with % without them".to_owned(),
        '*' if !layout.anchors.contains(&name_of(value)) => {
            let name = name_of(value);
            let is_name = !name.is_empty()
                && name.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter));
            if is_name {
                format!("* at the start names an anchor, and nothing before it is marked &{name}")
            } else {
                "* at the start names an anchor".to_owned()
            }
        }
        '&' if name_of(value).is_empty() => "& at the start makes an anchor".to_owned(),
        ',' => "a comma separates items between brackets only".to_owned(),
        '|' | '>' if !is_header(value) => {
            format!("{letter} begins a text on the lines below, and nothing may follow it")
        }
        _ => return None,
    };
    let at = line.body.len() - value.len();
    Some(Cause::new(line.mark(at), format!("put {shown} in quotes: {why}")))
}

/// The name of an anchor, behind its `&` or `*`.
fn name_of(value: &str) -> &str {
    value[1..].split([' ', '\t', ',', ']', '}']).next().unwrap_or_default()
}

/// Text behind the quotes that a value begins with.
fn trailing(line: &SourceLine<'_>) -> Option<Cause> {
    let value = value_of(line);
    let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let close = closing_quote(value, quote)?;
    let rest = value[close + 1..].trim_start();
    if rest.is_empty() || rest.starts_with(['#', ':']) {
        return None;
    }
    let at = line.body.len() - value.len();
    let other = if quote == '"' { "single quotes around all of it" } else { "'' for each ' inside" };
    let message =
        format!("put all of the value in quotes, or nothing: {} follows the closing {quote}", shown(rest));
    Some(Cause::new(line.mark(at), message).help(format!("quotes that are part of the text need {other}")))
}

fn closing_quote(value: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let mut letters = value.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if quote == '\'' && letter == quote && letters.peek().is_some_and(|(_, next)| *next == quote) {
            letters.next();
        } else if letter == quote && !escaped {
            return Some(at);
        }
        escaped = quote == '"' && letter == '\\' && !escaped;
    }
    None
}

/// `key: - item`.
fn list_behind_key(line: &SourceLine<'_>) -> Option<Cause> {
    let (key, value) = line.field()?;
    let item = value.strip_prefix("- ")?.trim_start();
    let at = line.body.len() - value.len();
    let message = format!(
        "put \"- {}\" on a line of its own below {key}, or write {key}: [{}]",
        short(item),
        short(item)
    );
    Some(Cause::new(line.mark(at), message))
}

/// `key: text: more`.
fn second_colon(line: &SourceLine<'_>) -> Option<Cause> {
    let (_, value) = line.field()?;
    if value.starts_with(['"', '\'', '[', '{', '|', '>', '&', '!', '*']) {
        return None;
    }
    let inner = colon(value)?;
    let at = line.body.len() - value.len();
    let quoted = if value.contains('\'') { format!("\"{value}\"") } else { format!("'{value}'") };
    let message = if inner + 1 == value.len() {
        format!(
            "put the value in quotes, {}, or what follows the first colon on a line of its own: a colon ends a key",
            short(&quoted)
        )
    } else {
        format!("put the value in quotes, {}: \": \" inside it begins another field", short(&quoted))
    };
    Some(Cause::new(line.mark(at), message))
}

/// `key = value`.
fn assignment(line: &SourceLine<'_>) -> Option<Cause> {
    let (_, rest) = line.behind_dashes();
    let (key, value) = rest.split_once('=')?;
    let (key, value) = (key.trim_end(), value.trim_start_matches('>').trim_start());
    let is_key = is_name(key) && colon(rest).is_none();
    is_key.then(|| {
        Cause::new(
            line.mark(line.body.len() - rest.len() + key.len()),
            format!("write {key}: {}, with a colon and a space", short(value)),
        )
    })
}

/// `key value`, or a key alone, before a line that is a field.
fn without_colon(line: &SourceLine<'_>, next: &SourceLine<'_>) -> Option<Cause> {
    let (dashes, rest) = line.behind_dashes();
    let mut words = rest.split_whitespace();
    let (key, value, more) = (words.next()?, words.next(), words.next());
    let is_lone = line.depth == 0 && colon(rest).is_none() && is_name(key) && more.is_none();
    let fits = match value {
        Some(_) => next.indent == line.indent + dashes,
        None => next.indent > line.indent,
    };
    let as_field = value.map_or_else(|| format!("{key}:"), |value| format!("{key}: {}", short(value)));
    (is_lone && fits && next.field().is_some())
        .then(|| Cause::new(line.mark(dashes), format!("write {as_field}, with a colon behind the name")))
}

/// `-item`, which is one word.
fn glued_item(line: &SourceLine<'_>) -> Option<Cause> {
    let item = line.body.strip_prefix('-').filter(|_| line.depth == 0)?;
    let is_item = item.starts_with(|next: char| next.is_alphabetic() || "\"'{[".contains(next));
    is_item.then(|| Cause::new(line.mark(0), format!("put a space behind the dash: - {}", short(item))))
}

/// `key:value`, which is one word.
fn glued_field(line: &SourceLine<'_>) -> Option<Cause> {
    let (dashes, rest) = line.behind_dashes();
    let (key, value) = value_kind::glued_field(rest).filter(|_| line.depth == 0 && colon(rest).is_none())?;
    let message = format!("put a space behind the colon: {key}: {}", short(value));
    Some(Cause::new(line.mark(dashes + key.len()), message))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./$".contains(letter))
}

/// What a line says behind its dashes and key.
fn value_of<'t>(line: &SourceLine<'t>) -> &'t str {
    line.field().map_or_else(|| line.behind_dashes().1, |(_, value)| value)
}

/// The first word of a value, for people.
fn shown(value: &str) -> String {
    short(value.split_whitespace().next().unwrap_or(value))
}

/// A text, cut where it is too long to be read in a line.
fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain("...".chars()).collect()
}
