//! Templates that nobody has rendered.

use super::{super::document::Mark, Cause, layout::Layout, line_of};

/// Says that a template has to be rendered first, where one is what the parser stopped at.
pub(super) fn cause(text: &str, layout: &Layout<'_>, stopped: Mark) -> Option<Cause> {
    let before = |mark: &&Mark| mark.line <= stopped.line;
    // Where a value begins there is nothing else that two braces can be.
    if let Some(mark) = layout.templated.iter().rfind(before) {
        return Some(refusal(line_of(text, mark.line), *mark, "YAML"));
    }
    let line = layout.lines.get(layout.up_to(stopped.line)).filter(|line| line.number == stopped.line)?;
    let start = line.body.find("{{").or_else(|| line.body.find("{%"))?;
    Some(refusal(line.text, line.mark(start), "YAML"))
}

/// Says it of a text that is JSON but for its templates.
pub(super) fn in_json(text: &str, at: usize, mark: Mark) -> Option<Cause> {
    let rest = text.get(at..)?;
    let opens = |rest: &str| rest.starts_with("{{") || rest.starts_with("{%");
    let start = (at.saturating_sub(1)..=at).find(|start| text.get(*start..).is_some_and(opens));
    let start = start
        .or_else(|| rest.trim_start().starts_with('{').then_some(at).filter(|_| opens(rest.trim_start())))?;
    let column = mark.column.saturating_sub(at - start).max(1);
    Some(refusal(line_of(text, mark.line), Mark { line: mark.line, column }, "JSON"))
}

/// What the template languages that meet Kubernetes objects write behind the braces.
const HELM: [&str; 16] = [
    ".",
    "$",
    "-",
    "include ",
    "if ",
    "end",
    "range ",
    "with ",
    "toYaml ",
    "template ",
    "define ",
    "else",
    "tpl ",
    "/*",
    "printf ",
    "default ",
];

fn refusal(line: &str, mark: Mark, language: &str) -> Cause {
    let from = line.char_indices().nth(mark.column - 1).map_or(line.len(), |(byte, _)| byte);
    let rest = &line[from..];
    let end = ["}}", "%}"].iter().filter_map(|end| rest.find(end)).min().map_or(rest.len(), |end| end + 2);
    let shown = rest[..end].trim_end();
    let inside = rest[2..].trim_start();
    if rest.starts_with("{{") && HELM.iter().any(|word| inside.starts_with(word)) {
        return Cause::new(mark, format!("render the Helm template first: {shown} is not {language}"))
            .help("helm template RELEASE CHART | podgraft validate -f - reads what it becomes");
    }
    Cause::new(mark, format!("render the template first: {shown} is not {language}")).help(
        "what stands between {{ and }}, or {% and %}, is for another program, which has to replace it before",
    )
}

/// What to do about a text that has a piece of a Helm template in it, which YAML reads as any other text.
pub(in crate::manifest) fn unrendered(text: &str) -> Option<String> {
    /// What only Helm has.
    const OWN: [&str; 4] = [".Values.", ".Release.", ".Chart.", "include \""];
    let start = text.find("{{")?;
    let end = text[start..].find("}}").map(|end| start + end + 2)?;
    let piece = &text[start..end];
    OWN.iter()
        .any(|own| piece.contains(own))
        .then(|| format!("render the Helm template first: {piece} is a part of the text for YAML"))
}
