//! Indentation that fits nothing around it.

use std::borrow::Cow;

use super::{
    super::document::Mark,
    Cause, column,
    layout::{Layout, SourceLine},
    line_of,
};

/// A tab in the indentation of the line at which the parser stopped.
pub(super) fn tab(text: &str, layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let at = layout.up_to(stopped.line);
    let before = layout.lines.get(at).filter(|line| line.number < stopped.line && line.depth == 0);
    // A text behind a | ends where such a line stands.
    let next = layout.lines.get(at + 1).map_or(usize::MAX, |line| line.number);
    let blank = layout.blank_tab.filter(|mark| mark.line <= next);
    let own = tab_of(text, stopped.line).or_else(|| before.and_then(|line| tab_of(text, line.number)));
    own.or(blank).map(tab_at)
}

/// A tab in the indentation of what follows the text at which the parser stopped, and ends it.
pub(super) fn tab_behind(text: &str, layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    for line in layout.lines.iter().filter(|line| line.number > stopped.line) {
        if line.depth == 0
            && let Some(mark) = tab_of(text, line.number)
        {
            return Some(tab_at(mark));
        }
        if line.field().is_some() || is_item(line) {
            return None;
        }
    }
    None
}

/// The first tab in the indentation of a line.
fn tab_of(text: &str, number: usize) -> Option<Mark> {
    let line = line_of(text, number);
    let blank = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    blank.find('\t').map(|at| Mark { line: number, column: column(line, at) })
}

fn tab_at(mark: Mark) -> Cause {
    let message = format!("indent line {} with spaces: YAML takes no tab there", mark.line);
    Cause::new(mark, message).help("let the editor write spaces for tabs; in vim :set expandtab | retab")
}

/// A tab in the indentation of an empty line or of a comment, where Kubernetes' reader refuses it.
pub(in crate::manifest) fn blank_tab(text: &str) -> Option<Cause> {
    // A carriage return ends a line too.
    let text: Cow<'_, str> =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() };
    let is_suspect = |line: &str| {
        let rest = line.trim_start_matches(' ');
        rest.starts_with('\t') && matches!(rest.trim_start().chars().next(), None | Some('#'))
    };
    text.split('\n').any(is_suspect).then(|| Layout::new(&text).blank_tab.map(tab_at)).flatten()
}

/// A level that is open: the fields of a map, or the items of a list.
#[derive(Debug, Clone, Copy)]
struct Level<'t> {
    indent: usize,
    is_list: bool,
    /// The last line at this level.
    line: SourceLine<'t>,
}

/// A line that is indented as nothing around it is.
pub(super) fn cause(layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let at = layout.up_to(stopped.line);
    // A field that is indented too far is met only where the next one begins, or at the end.
    let first = at.saturating_sub(1);
    (first..=at).rev().chain([at + 1]).find_map(|at| misfit(layout, at))
}

/// What is wrong with the indentation of one line, which those before it decide.
pub(super) fn misfit(layout: &Layout<'_>, at: usize) -> Option<Cause> {
    let line = layout.lines.get(at).filter(|line| line.depth == 0)?;
    let levels = levels(&layout.lines[..at]);
    // What is neither field nor item goes on with the text before it.
    let begins = |line: &&SourceLine<'_>| line.depth == 0 && (line.field().is_some() || is_item(line));
    let before = layout.lines[..at].iter().rfind(begins)?;
    let is_item = is_item(line);
    let closed: Vec<&Level<'_>> = levels.iter().filter(|level| level.indent > line.indent).collect();
    let open = levels.iter().rfind(|level| level.indent <= line.indent);
    match open {
        Some(level) if level.indent == line.indent => wrong_kind(line, level, is_item, &levels),
        _ if !closed.is_empty() => Some(between(line, closed.first()?, open)),
        Some(level) if has_value(before) && line.field().is_some() => Some(deeper(line, before, level)),
        Some(level) if is_block(before) => Some(out_of_block(line, before, level)),
        _ => None,
    }
}

/// The levels that are open behind these lines, outermost first.
fn levels<'t>(lines: &[SourceLine<'t>]) -> Vec<Level<'t>> {
    let mut levels: Vec<Level<'t>> = Vec::new();
    for line in lines.iter().filter(|line| line.depth == 0) {
        levels.retain(|level| level.indent <= line.indent);
        let mut indent = line.indent;
        let mut rest = line.body;
        while rest == "-" || rest.starts_with("- ") {
            let behind = rest[1..].trim_start();
            push(&mut levels, Level { indent, is_list: true, line: *line });
            indent += rest.len() - behind.len();
            rest = behind;
        }
        if line.field().is_some() {
            push(&mut levels, Level { indent, is_list: false, line: *line });
        }
    }
    levels
}

fn push<'t>(levels: &mut Vec<Level<'t>>, level: Level<'t>) {
    // The items of a list may stand as far left as the key that they belong to.
    let same =
        levels.iter().rposition(|known| known.indent == level.indent && known.is_list == level.is_list);
    if let Some(same) = same {
        levels.truncate(same);
    }
    levels.push(level);
}

fn is_item(line: &SourceLine<'_>) -> bool {
    line.body == "-" || line.body.starts_with("- ")
}

/// Whether a line's last field has its value in the line itself.
fn has_value(line: &SourceLine<'_>) -> bool {
    match line.field() {
        Some((_, value)) => !value.is_empty() && !value.starts_with(['&', '!', '|', '>']),
        None => false,
    }
}

/// Whether a line's last field has its value in the lines below, behind a `|` or `>`.
fn is_block(line: &SourceLine<'_>) -> bool {
    line.field().is_some_and(|(_, value)| value.starts_with(['|', '>']))
}

/// A line that is indented less than the text before it, and more than the field that has the text.
fn out_of_block(line: &SourceLine<'_>, before: &SourceLine<'_>, level: &Level<'_>) -> Cause {
    let key = before.field().map_or("", |(key, _)| key);
    let message = format!(
        "indent line {} as the lines before it, if it belongs to the text of {key}, or by {}, if it is a field beside it",
        line.number,
        spaces(level.indent)
    );
    Cause::new(line.mark(0), message)
}

/// A number of spaces, in words.
fn spaces(number: usize) -> String {
    match number {
        0 => "no space".to_owned(),
        1 => "1 space".to_owned(),
        more => format!("{more} spaces"),
    }
}

/// A list's item among the fields of a map, or a field among the items of a list.
fn wrong_kind(
    line: &SourceLine<'_>,
    level: &Level<'_>,
    is_item: bool,
    levels: &[Level<'_>],
) -> Option<Cause> {
    let has_kind = |level: &&Level<'_>| level.indent == line.indent && level.is_list == is_item;
    if levels.iter().rfind(has_kind).is_some() || level.is_list == is_item {
        return None;
    }
    let other = level.line.number;
    if is_item {
        // Below a key without a value a list may begin.
        let before_is_key = level.line.field().is_some_and(|(_, value)| value.is_empty());
        return (!before_is_key).then(|| {
            let message = format!("put the item of line {} below the key of its list, or remove the dash: line {other}, as far left as it, is a field", line.number);
            Cause::new(line.mark(0), message)
        });
    }
    let message = format!(
        "put a dash before {}, as before line {other}, or indent it as the field that it is: here are the items of a list",
        name(line)
    );
    Some(Cause::new(line.mark(0), message))
}

/// A line that is between two levels.
fn between(line: &SourceLine<'_>, closed: &Level<'_>, open: Option<&Level<'_>>) -> Cause {
    let is_item = is_item(line);
    let nearest = match open {
        Some(open) if line.indent - open.indent < closed.indent - line.indent && open.is_list == is_item => {
            open
        }
        _ => closed,
    };
    misplaced(line, nearest.indent, &nearest.line)
}

/// A line that is indented below a field that has its value.
fn deeper(line: &SourceLine<'_>, before: &SourceLine<'_>, level: &Level<'_>) -> Cause {
    let cause = misplaced(line, level.indent, &level.line);
    match before.field() {
        Some((key, _)) => {
            cause.help(format!("nothing can be below {key}: line {} gives its value", before.number))
        }
        None => cause,
    }
}

fn misplaced(line: &SourceLine<'_>, indent: usize, sibling: &SourceLine<'_>) -> Cause {
    // Where all but the first begin without a space, the first is the one that is wrong.
    if line.indent == 0 && sibling.indent == indent {
        let message = format!(
            "remove the {} before {}: {} on line {} begins without",
            spaces(indent),
            name(sibling),
            name(line),
            line.number
        );
        return Cause::new(sibling.mark(0), message);
    }
    let message = format!(
        "indent {} by {}, as {} on line {} is, not by {}",
        name(line),
        spaces(indent),
        name(sibling),
        sibling.number,
        line.indent
    );
    Cause::new(line.mark(0), message)
}

fn name(line: &SourceLine<'_>) -> String {
    match line.field() {
        Some((key, _)) if is_item(line) => format!("- {key}"),
        Some((key, _)) => key.to_owned(),
        None => line.body.chars().take(40).collect(),
    }
}
