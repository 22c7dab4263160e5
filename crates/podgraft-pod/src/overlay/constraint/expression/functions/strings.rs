//! Functions of texts. Places in a text are counted in characters.
//!
//! # Source
//! cel-go 0.29.2, `ext/strings.go`, as Kubernetes 1.37 has it: `StringsVersion(2)`.

use super::{Budget, Evaluated, Fault, List, Value, no_overload};
use crate::overlay::constraint::expression::value::Text;

const OUT_OF_RANGE: &str = "a place is beyond the text's ends";

/// Calls a function on a text; `None` where there is no such one.
pub(super) fn call<'a>(
    name: &str,
    text: &Text<'a>,
    arguments: &[Value<'a>],
    budget: &Budget,
) -> Option<Evaluated<'a>> {
    if let Err(fault) = budget.read(text.len()) {
        return Some(Err(fault));
    }
    Some(match (name, arguments) {
        ("contains", [Value::String(part)]) => Ok(Value::Bool(text.contains(&**part))),
        ("startsWith", [Value::String(part)]) => Ok(Value::Bool(text.starts_with(&**part))),
        ("endsWith", [Value::String(part)]) => Ok(Value::Bool(text.ends_with(&**part))),
        ("lowerAscii", []) => Ok(Value::text(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Value::text(text.to_ascii_uppercase())),
        ("trim", []) => Ok(part(text, text.trim())),
        ("charAt", [Value::Int(place)]) => char_at(text, *place),
        ("substring", [Value::Int(start)]) => substring(text, *start, None),
        ("substring", [Value::Int(start), Value::Int(end)]) => substring(text, *start, Some(*end)),
        ("indexOf", [Value::String(part)]) => Ok(index_of(text, part, 0)),
        ("indexOf", [Value::String(part), Value::Int(from)]) => match usize::try_from(*from) {
            Ok(from) => Ok(index_of(text, part, from)),
            Err(_) => Err(Fault::Function("indexOf", OUT_OF_RANGE)),
        },
        ("lastIndexOf", [Value::String(part)]) => Ok(last_index_of(text, part)),
        ("lastIndexOf", [Value::String(part), Value::Int(from)]) => match usize::try_from(*from) {
            Ok(from) => Ok(last_index_of_from(text, part, from)),
            Err(_) => Err(Fault::Function("lastIndexOf", OUT_OF_RANGE)),
        },
        ("replace", [Value::String(old), Value::String(new)]) => replace(text, old, new, None, budget),
        ("replace", [Value::String(old), Value::String(new), Value::Int(most)]) => {
            replace(text, old, new, usize::try_from(*most).ok(), budget)
        }
        ("split", [Value::String(separator)]) => split(text, separator, None, budget),
        ("split", [Value::String(separator), Value::Int(most)]) => {
            split(text, separator, usize::try_from(*most).ok(), budget)
        }
        _ => return None,
    })
}

/// A part of a text, borrowed where the text is.
fn part<'a>(whole: &Text<'a>, part: &str) -> Value<'a> {
    match whole {
        Text::Borrowed(text) => {
            let start = part.as_ptr().addr() - text.as_ptr().addr();
            Value::borrowed(&text[start..start + part.len()])
        }
        Text::Made(_) => Value::text(part),
    }
}

/// Where the character at a place begins, in bytes; the text's end is a place as well.
fn byte_at(text: &str, place: usize) -> Option<usize> {
    text.char_indices().map(|(byte, _)| byte).chain([text.len()]).nth(place)
}

fn char_at<'a>(text: &Text<'a>, place: i64) -> Evaluated<'a> {
    let start = usize::try_from(place).ok().and_then(|place| byte_at(text, place));
    let start = start.ok_or(Fault::Function("charAt", OUT_OF_RANGE))?;
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    Ok(part(text, &text[start..start + length]))
}

fn substring<'a>(text: &Text<'a>, start: i64, end: Option<i64>) -> Evaluated<'a> {
    let byte = |place: i64| usize::try_from(place).ok().and_then(|place| byte_at(text, place));
    let end = end.map_or(Some(text.len()), byte);
    match (byte(start), end) {
        (Some(start), Some(end)) if start <= end => Ok(part(text, &text[start..end])),
        _ => Err(Fault::Function("substring", OUT_OF_RANGE)),
    }
}

fn index_of<'a>(text: &str, part: &str, from: usize) -> Value<'a> {
    let length = text.chars().count();
    if part.is_empty() {
        return Value::count(from.min(length));
    }
    let found = byte_at(text, from).and_then(|start| text[start..].find(part).map(|byte| start + byte));
    place(text, found)
}

fn last_index_of<'a>(text: &str, part: &str) -> Value<'a> {
    if part.is_empty() {
        return Value::count(text.chars().count());
    }
    place(text, text.rfind(part))
}

/// The last place, at most `from`, where a part begins.
fn last_index_of_from<'a>(text: &str, part: &str, from: usize) -> Value<'a> {
    let length = text.chars().count();
    if part.is_empty() {
        return Value::count(from.min(length));
    }
    if from >= length {
        return Value::Int(-1);
    }
    // What begins at `from` may end behind it.
    let end = byte_at(text, from).map_or(text.len(), |byte| (byte + part.len()).min(text.len()));
    let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
    let found = text[..end].rfind(part);
    place(text, found.filter(|&byte| text[..byte].chars().count() <= from))
}

fn place<'a>(text: &str, byte: Option<usize>) -> Value<'a> {
    byte.map_or(Value::Int(-1), |byte| Value::count(text[..byte].chars().count()))
}

fn replace<'a>(text: &str, old: &str, new: &str, most: Option<usize>, budget: &Budget) -> Evaluated<'a> {
    let times = text.matches(old).take(most.unwrap_or(usize::MAX)).count();
    budget.read(text.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(Value::text(text.replacen(old, new, times)))
}

fn split<'a>(text: &Text<'a>, separator: &str, most: Option<usize>, budget: &Budget) -> Evaluated<'a> {
    let most = most.unwrap_or(usize::MAX);
    let parts: Vec<&str> = match (most, separator) {
        (0, _) => Vec::new(),
        // Go splits between all characters, without empty texts at the ends.
        (_, "") => {
            let last = byte_at(text, most - 1).unwrap_or(text.len());
            let single = text[..last].char_indices().map(|(at, letter)| &text[at..at + letter.len_utf8()]);
            single.chain([&text[last..]].into_iter().filter(|rest| !rest.is_empty())).collect()
        }
        _ => text.splitn(most, separator).collect(),
    };
    budget.spend(parts.len())?;
    Ok(Value::list(parts.into_iter().map(|found| part(text, found)).collect()))
}

/// The items of a list of texts, one after another.
pub(super) fn join<'a>(list: &List<'a>, arguments: &[Value<'a>], budget: &Budget) -> Evaluated<'a> {
    let separator = match arguments {
        [] => "",
        [Value::String(separator)] => &**separator,
        [other, ..] => return Err(no_overload("join", &[other])),
    };
    let mut text = String::new();
    for (index, item) in list.iter().enumerate() {
        let Value::String(item) = &item else { return Err(no_overload("join", &[&item])) };
        budget.read(1 + item.len() + separator.len())?;
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(item);
    }
    Ok(Value::text(text))
}

/// A text as an expression would write it.
pub(super) fn quote<'a>(text: &str, budget: &Budget) -> Evaluated<'a> {
    budget.read(text.len() * 2)?;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        let escaped = match letter {
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{b}' => 'v',
            '\\' | '"' => letter,
            _ => {
                quoted.push(letter);
                continue;
            }
        };
        quoted.extend(['\\', escaped]);
    }
    quoted.push('"');
    Ok(Value::text(quoted))
}
