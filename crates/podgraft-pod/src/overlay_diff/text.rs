//! The view for people: as a diff, with the objects that change alike in the hunk's head.

use std::fmt::Write;

use serde_json::Value;

use super::{Change, ChangedObjects, DiffGroup, DiffOutcome, OverlayDiff, Refusal, Side};
use crate::{manifest, noun::Noun};

/// How many objects of a group are named.
const NAMED: usize = 8;

/// The groups as a diff from the first set of overlays to the second; empty when all objects stay as they are.
/// `before` and `after` say where the sets come from.
#[must_use]
pub fn to_text(noun: Noun, against: &OverlayDiff, before: &str, after: &str, coloured: bool) -> String {
    let mut text = String::new();
    if against.is_equal() {
        return text;
    }
    let paint = Paint { coloured };
    paint.line(&mut text, Colour::Bold, &format!("--- {before}"));
    paint.line(&mut text, Colour::Bold, &format!("+++ {after}"));
    for group in against.groups() {
        paint.line(&mut text, Colour::Cyan, &format!("@@ {} @@", head(noun, group)));
        match &group.outcome {
            DiffOutcome::Changed(changes) => {
                for change in changes {
                    write_change(&mut text, &paint, change);
                }
            }
            DiffOutcome::Refused(refusals) => write_refusals(&mut text, &paint, refusals),
        }
    }
    text
}

/// How many objects change, stay and are refused, on one line.
#[must_use]
pub fn summary(noun: Noun, against: &OverlayDiff) -> String {
    let count = |is_refused: bool| -> (usize, usize) {
        let groups = against.groups();
        let groups =
            groups.iter().filter(|group| matches!(group.outcome, DiffOutcome::Refused(_)) == is_refused);
        groups.fold((0, 0), |(objects, ways), group| (objects + group.objects.len(), ways + 1))
    };
    let ((changed, ways), (refused, _)) = (count(false), count(true));
    let equal = against.equal().len();
    let total = noun.count(changed + refused + equal);
    let ways = if ways == 1 { "1 way".to_owned() } else { format!("{ways} ways") };
    format!("{total}: {changed} changed, in {ways}; {equal} equal; {refused} refused")
}

fn head(noun: Noun, group: &DiffGroup) -> String {
    let named: Vec<&str> = group.objects.iter().take(NAMED).map(String::as_str).collect();
    let (count, named) = (group.objects.len(), named.join(", "));
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let refused = if matches!(group.outcome, DiffOutcome::Refused(_)) { " refused" } else { "" };
    format!("{}{refused}: {named}{more}", noun.count(count))
}

fn write_change(text: &mut String, paint: &Paint, change: &Change) {
    let difference = &change.difference;
    let line = format!(" {}, in {}", difference.path, place(change));
    paint.line(text, Colour::None, &line);
    write_value(text, paint, '-', difference.before.as_ref(), &change.before_layers);
    write_value(text, paint, '+', difference.after.as_ref(), &change.after_layers);
}

fn place(change: &Change) -> String {
    match &change.place {
        ChangedObjects::AllPods(_) => change.place.to_string(),
        place => format!("the {place}"),
    }
}

fn write_value(text: &mut String, paint: &Paint, sign: char, value: Option<&Value>, layers: &[String]) {
    let Some(value) = value else { return };
    let colour = if sign == '-' { Colour::Red } else { Colour::Green };
    let yaml = manifest::to_yaml(value);
    for (index, line) in yaml.lines().enumerate() {
        let by = if index == 0 && !layers.is_empty() {
            format!("  # {}", layers.join(" or "))
        } else {
            String::new()
        };
        paint.line(text, colour, &format!("{sign}  {line}{by}"));
    }
}

/// What one set refuses and the other does not; what both refuse is counted, because it is no news.
fn write_refusals(text: &mut String, paint: &Paint, refusals: &[Refusal]) {
    let (shared, news): (Vec<&Refusal>, Vec<&Refusal>) =
        refusals.iter().partition(|refusal| refusal.side == Side::Both);
    for refusal in &news {
        write_refusal(text, paint, refusal);
    }
    if !shared.is_empty() {
        let and = if news.is_empty() { "" } else { "and " };
        paint.line(text, Colour::None, &format!("   {and}{} that both sides have", errors(shared.len())));
    }
}

fn errors(count: usize) -> String {
    if count == 1 { "1 error".to_owned() } else { format!("{count} errors") }
}

fn write_refusal(text: &mut String, paint: &Paint, refusal: &Refusal) {
    let diagnostic = &refusal.diagnostic;
    let (sign, colour) = match refusal.side {
        Side::Before => ('-', Colour::Red),
        Side::After => ('+', Colour::Green),
        Side::Both => (' ', Colour::None),
    };
    let mut line = format!("{sign}  {}[{}]: {}", diagnostic.severity, diagnostic.code, diagnostic.message);
    // Writing to a string cannot fail.
    if let Some(path) = &diagnostic.path {
        let _ = write!(line, "  # {path}");
    }
    if let Some(layer) = &diagnostic.layer {
        let _ = write!(line, ", {layer}");
    }
    paint.line(text, colour, &line);
    for help in diagnostic.help.iter().flat_map(|help| help.lines()) {
        paint.line(text, colour, &format!("{sign}    {help}"));
    }
}

#[derive(Clone, Copy)]
enum Colour {
    None,
    Bold,
    Cyan,
    Red,
    Green,
}

struct Paint {
    coloured: bool,
}

impl Paint {
    fn line(&self, text: &mut String, colour: Colour, line: &str) {
        let code = match colour {
            Colour::None => None,
            Colour::Bold => Some(1),
            Colour::Cyan => Some(36),
            Colour::Red => Some(31),
            Colour::Green => Some(32),
        };
        // Writing to a string cannot fail.
        let _ = match code.filter(|_| self.coloured) {
            Some(code) => writeln!(text, "\u{1b}[{code}m{line}\u{1b}[0m"),
            None => writeln!(text, "{line}"),
        };
    }
}
