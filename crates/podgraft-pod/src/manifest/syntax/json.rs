//! What is wrong with a text that is nearly JSON.

use super::{super::document::Mark, Cause, column, line_of, lookalikes, templating};

/// Why a JSON reader stopped at this byte; `None` where its own words are the best there are. `ended` says that it
/// stopped because the text ends.
pub(in crate::manifest) fn cause(text: &str, at: usize, ended: bool) -> Option<Cause> {
    let rest = text.get(at..)?;
    let skipped = rest.len() - rest.trim_start().len();
    let next = if rest.starts_with('\t') { rest } else { rest.trim_start() };
    let mark = place(text, at + skipped);
    if let Some(cause) = templating::in_json(text, at, place(text, at)) {
        return Some(cause);
    }
    if ended {
        return unclosed(text);
    }
    let before = text[..at].trim_end();
    lookalikes::conflict(text)
        .or_else(|| comment(next, mark))
        .or_else(|| behind(before, next, mark))
        .or_else(|| comma(text, before, next))
        .or_else(|| quotes(next, mark))
        .or_else(|| escape(text, at))
        .or_else(|| word(text, at))
        .or_else(|| line_break(text, at))
        .or_else(|| missing(before, next, mark))
        .or_else(|| other(before, next, mark))
}

/// The place of a byte.
pub(in crate::manifest) fn place(text: &str, at: usize) -> Mark {
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    Mark { line: before.matches('\n').count() + 1, column: column(&text[start..], at - start) }
}

fn comment(next: &str, mark: Mark) -> Option<Cause> {
    let starts = ["//", "/*", "#"].into_iter().find(|start| next.starts_with(start))?;
    let message = format!("remove the comment that begins with {starts}: JSON has no comments");
    Some(
        Cause::new(mark, message)
            .help("write YAML where the file needs comments, in a file whose name ends in .yaml"),
    )
}

/// A comma before the bracket that closes.
fn comma(text: &str, before: &str, next: &str) -> Option<Cause> {
    let close = next.chars().next().filter(|letter| matches!(letter, '}' | ']'))?;
    before.ends_with(',').then(|| {
        let at = place(text, before.len() - 1);
        Cause::new(at, format!("remove the comma before the {close}: in JSON none follows the last item"))
    })
}

fn quotes(next: &str, mark: Mark) -> Option<Cause> {
    let first = next.chars().next()?;
    if matches!(first, '“' | '”' | '‘' | '’' | '„') {
        return Some(Cause::new(mark, format!("write straight quotes, \", instead of {first}")));
    }
    (first == '\'').then(|| Cause::new(mark, "write \" around each text and name: JSON has no single quotes"))
}

/// A word that stands without quotes.
fn word(text: &str, at: usize) -> Option<Cause> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let start = text[..at]
        .rfind(|letter: char| !is_letter(letter))
        .map_or(0, |end| end + text[end..].chars().next().map_or(1, char::len_utf8));
    let rest = &text[start..];
    let word = &rest[..rest.find(|letter: char| !is_letter(letter)).unwrap_or(rest.len())];
    if !word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        || text[..start].ends_with(['"', '\\'])
    {
        return None;
    }
    let mark = place(text, start);
    let other = match word {
        "True" => Some("true"),
        "False" => Some("false"),
        "None" | "nil" | "undefined" | "NULL" | "Null" => Some("null"),
        "NaN" | "Infinity" => return Some(Cause::new(mark, format!("write a number: JSON has no {word}"))),
        "true" | "false" | "null" => return None,
        _ => None,
    };
    Some(match other {
        Some(other) => Cause::new(mark, format!("write {other}, not {word}")),
        None => {
            Cause::new(mark, format!("write \"{word}\" in double quotes: JSON has no words without them"))
        }
    })
}

/// A backslash before what it does not escape.
fn escape(text: &str, at: usize) -> Option<Cause> {
    let letter = text[at..].chars().next().filter(|letter| !"\"\\/bfnrtu\n".contains(*letter))?;
    text[..at].ends_with('\\').then(|| {
        let message =
            format!("write \\\\{letter} for a backslash before {letter}: \\{letter} is no escape of JSON");
        Cause::new(place(text, at - 1), message)
    })
}

/// A line that ends within quotes.
fn line_break(text: &str, at: usize) -> Option<Cause> {
    let is_break = |at: usize| text.as_bytes().get(at) == Some(&b'\n');
    let end = [at, at.saturating_sub(1)].into_iter().find(|at| is_break(*at))?;
    let number = text[..end].matches('\n').count() + 1;
    let line = line_of(text, number);
    let open = line.rfind('"')?;
    let odd = line.replace("\\\"", "").matches('"').count() % 2 == 1;
    odd.then(|| {
        let mark = Mark { line: number, column: column(line, open) };
        Cause::new(mark, format!("close the \" that opens on line {number}, or write its line break as \\n: a text of JSON is in one line"))
    })
}

/// A comma or colon that is not there.
fn missing(before: &str, next: &str, mark: Mark) -> Option<Cause> {
    let next = next.chars().next()?;
    if next == '=' {
        return Some(Cause::new(mark, "write : between name and value, not ="));
    }
    let starts_value = matches!(next, '"' | '{' | '[') || next.is_ascii_digit();
    let ends_value =
        before.ends_with(['"', '}', ']']) || before.ends_with(|last: char| last.is_ascii_alphanumeric());
    if !starts_value || !ends_value {
        return None;
    }
    Some(Cause::new(
        mark,
        "put a comma before this, or a colon behind its name: nothing separates it from what is before",
    ))
}

/// Something behind the object that the text is.
fn behind(before: &str, next: &str, mark: Mark) -> Option<Cause> {
    let is_whole = before.ends_with('}') && open(before).is_empty();
    (is_whole && !next.is_empty())
        .then(|| Cause::new(mark, "remove what follows the object: it ends before this"))
}

/// A character that does not belong where it is.
fn other(before: &str, next: &str, mark: Mark) -> Option<Cause> {
    let letter = next.chars().next()?;
    let message = match (letter, open(before).last()) {
        (',', _) if before.ends_with(',') => "remove one of the two commas".to_owned(),
        ('}' | ']', Some((innermost, at))) if (*innermost == '[') != (letter == ']') => {
            let line = place(before, *at).line;
            format!(
                "write {} here, not {letter}: it closes the {innermost} of line {line}",
                closing(*innermost)
            )
        }
        ('}' | ']', _) if before.ends_with(':') => "write a value behind the colon".to_owned(),
        (';', _) => "write a comma, not a semicolon, between fields and items".to_owned(),
        ('\t', Some(('"', _))) => "write the tab in the text as \\t".to_owned(),
        (letter, _) if letter.is_control() => return None,
        (letter, Some((bracket, _))) if *bracket != '"' => {
            format!("put the text in double quotes: no value of JSON begins with {letter}")
        }
        _ => return None,
    };
    Some(Cause::new(mark, message))
}

fn closing(letter: char) -> char {
    match letter {
        '{' => '}',
        '[' => ']',
        other => other,
    }
}

/// What is open where the text ends.
fn unclosed(text: &str) -> Option<Cause> {
    let (letter, at) = open(text).pop()?;
    let mark = place(text, at);
    let wanted = closing(letter);
    Some(Cause::new(
        mark,
        format!("close the {letter} that opens on line {} with {wanted}: the text ends before", mark.line),
    ))
}

/// The brackets, and at the end the quote, that are open where a text ends, each with its byte.
fn open(text: &str) -> Vec<(char, usize)> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut quote = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match (quote, letter) {
            (Some(_), '\\') => {
                letters.next();
            }
            (Some(_), '"') => quote = None,
            (None, '"') => quote = Some(at),
            (None, '{' | '[') => open.push((letter, at)),
            (None, '}' | ']') => {
                open.pop();
            }
            _ => {}
        }
    }
    open.extend(quote.map(|at| ('"', at)));
    open
}
