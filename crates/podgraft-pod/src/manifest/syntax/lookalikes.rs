//! What looks like a part of the text and is none: marks of a merge, fences, spaces and quotes of typesetters.

use super::{super::document::Mark, Cause, layout::Layout, line_of};

/// The marks that a version control system leaves where it could not merge.
pub(super) fn conflict(text: &str) -> Option<Cause> {
    let is_mark = |line: &str, mark: &str| {
        line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']))
    };
    let lines = || text.split('\n').enumerate();
    let first = lines().find(|(_, line)| is_mark(line, "<<<<<<<") || is_mark(line, ">>>>>>>"))?.0;
    let others =
        lines().skip(first + 1).filter(|(_, line)| is_mark(line, ">>>>>>>")).map(|(index, _)| index + 1);
    let end = others.take(1).next().map_or_else(String::new, |end| format!(" to {end}"));
    let message = format!(
        "resolve the merge conflict of line {}{end}: keep one side, or both, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
        first + 1
    );
    Some(Cause::new(Mark { line: first + 1, column: 1 }, message))
}

/// The fences that stand around YAML in Markdown.
pub(super) fn fence(text: &str) -> Option<Cause> {
    let index = text.split('\n').position(|line| line.starts_with("```") || line.starts_with("~~~"))?;
    let mark = &text.split('\n').nth(index)?[..3];
    let message = format!(
        "remove the lines that begin with {mark}: they stand around YAML in Markdown, and are none of it"
    );
    Some(Cause::new(Mark { line: index + 1, column: 1 }, message))
}

/// Spaces that are not the plain one, and that nobody can see.
const SPACES: [(char, &str); 8] = [
    ('\u{a0}', "no-break space"),
    ('\u{202f}', "narrow no-break space"),
    ('\u{2007}', "figure space"),
    ('\u{2003}', "em space"),
    ('\u{2002}', "en space"),
    ('\u{3000}', "wide space"),
    ('\u{200b}', "zero-width space"),
    ('\u{feff}', "byte order mark"),
];

/// Another space in the indentation, or behind a colon or dash, of the line at which the parser stopped or that before.
pub(super) fn space(text: &str, layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let at = layout.up_to(stopped.line);
    let before = layout.lines.get(at.saturating_sub(1)).map_or(stopped.line, |line| line.number);
    [stopped.line, before].into_iter().find_map(|number| {
        let line = line_of(text, number);
        let (index, letter) = line.char_indices().find(|(index, letter)| {
            SPACES.iter().any(|(space, _)| space == letter)
                && (line[..*index].trim().is_empty() || line[..*index].ends_with([':', '-']))
        })?;
        let (_, name) = SPACES.iter().find(|(space, _)| *space == letter)?;
        let mark = Mark { line: number, column: super::column(line, index) };
        let code = u32::from(letter);
        let message = format!("write a plain space: a {name} (U+{code:04X}) is text for YAML, not a space");
        Some(
            Cause::new(mark, message)
                .help("it comes with text that is copied from a page or a chat: type the line anew"),
        )
    })
}

/// A character that no YAML text may hold.
pub(super) fn control(text: &str, stopped: Mark) -> Option<Cause> {
    let is_control = |letter: &char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\u{85}');
    let line = line_of(text, stopped.line);
    let (index, letter) = line.char_indices().find(|(_, letter)| is_control(letter))?;
    let mark = Mark { line: stopped.line, column: super::column(line, index) };
    if letter == '\0' && text.matches('\0').count() > text.len() / 4 {
        let message = "save the file as UTF-8: it is UTF-16, as Windows programs write it";
        return Some(Cause::new(mark, message).help(super::encoding::HOW));
    }
    let code = u32::from(letter);
    let message = format!(
        "remove the character U+{code:04X}, or write it as \"\\x{code:02X}\" in double quotes: YAML has no such character"
    );
    Some(Cause::new(mark, message))
}

/// What to do about a key or value that is in typesetters' quotes, or begins with a space that is none for YAML: both
/// are parts of its text. `None` for any other.
pub(in crate::manifest) fn lookalike(text: &str) -> Option<String> {
    const PAIRS: [(char, char); 5] = [('“', '”'), ('‘', '’'), ('„', '“'), ('”', '”'), ('’', '’')];
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    if let Some((_, name)) = SPACES.iter().find(|(space, _)| *space == first) {
        let rest = text.trim_start_matches(|letter| SPACES.iter().any(|(space, _)| *space == letter));
        let code = u32::from(first);
        return Some(format!(
            "write plain spaces before \"{rest}\": a {name} (U+{code:04X}) is a part of the text for YAML"
        ));
    }
    let is_pair = text.chars().nth(1).is_some() && PAIRS.contains(&(first, last));
    is_pair.then(|| {
        let inner = text.trim_start_matches(first).trim_end_matches(last);
        format!("write \"{inner}\" in straight quotes: {first} and {last} are a part of the text for YAML")
    })
}
