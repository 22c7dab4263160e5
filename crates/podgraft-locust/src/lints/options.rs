//! Options of Locust that the operator's later ones override.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

use super::mounted::containers;
use crate::{
    codes,
    locust_command::{Arity, ConnectionOption, LocustOption, locust_option},
    names::LOCUST,
    pod_context::{self, PodContext},
};
use podgraft_pod::cursor::Cursor;

/// The option with the number of workers, in full.
const EXPECT_WORKERS: &str = ConnectionOption::ExpectWorkers.flag();

/// An option with one value, as it is written.
struct WrittenOption<'a> {
    option: &'static LocustOption,
    /// The word with the option, for messages.
    flag: &'a str,
    value: &'a str,
    path: FieldPath,
}

/// Judges the options that somebody wrote before the operator's, and the variables that stand for them: the last
/// option on the line counts, and a variable only where there is none.
///
/// # Source
/// Python 3.11, `Lib/argparse.py`: the last of several counts; `ConfigArgParse` 1.9.0: variables come after the line.
pub(super) fn judge(subject: &PodContext<'_>, spec: &Cursor<'_>) -> Vec<Diagnostic> {
    let now = containers(spec).into_iter().find(|container| container.str("name") == Some(LOCUST));
    let (Some(now), Some(base)) = (now, pod_context::locust(&subject.base_at())) else { return Vec::new() };
    let line = options(&now);
    let mut found = Vec::new();
    for own in options(&base) {
        let name = own.option.strings.last();
        let same: Vec<&WrittenOption<'_>> =
            line.iter().filter(|written| written.option.strings.last() == name).collect();
        let Some((last, earlier)) = same.split_last().filter(|(last, _)| last.value == own.value) else {
            continue;
        };
        let others = earlier.iter().filter(|written| written.value != last.value);
        found.extend(others.map(|written| {
            overridden(&format!("{} {}", written.flag, written.value), &own, written.path.clone())
        }));
        let Some(name) = own.option.variable else { continue };
        let variable = now.items("env").into_iter().rfind(|one| one.str("name") == Some(name));
        let value = variable.as_ref().and_then(|one| one.str("value")).filter(|value| *value != own.value);
        if let (Some(variable), Some(value)) = (&variable, value.filter(|value| !value.is_empty())) {
            let what = format!("the variable {}: {value}", variable.text("name"));
            found.push(overridden(&what, &own, variable.field("value")));
        }
    }
    found
}

/// The options with one value in the arguments of a container.
fn options<'a>(container: &Cursor<'a>) -> Vec<WrittenOption<'a>> {
    let words = container.texts("args");
    let mut found = Vec::new();
    for (index, (word, path)) in words.iter().enumerate() {
        if *word == "--" {
            break;
        }
        let Some((option, value)) = locust_option(word) else { continue };
        let next = words.get(index + 1).map(|(next, _)| *next);
        let Some(value) = value.or(next).filter(|_| option.values == Arity::One) else { continue };
        let flag = word.split_once('=').map_or(*word, |(flag, _)| flag);
        found.push(WrittenOption { option, flag, value, path: path.clone() });
    }
    found
}

fn overridden(what: &str, own: &WrittenOption<'_>, path: FieldPath) -> Diagnostic {
    let remedy = match own.flag {
        "--autoquit" => "set autoquit of the master instead",
        EXPECT_WORKERS => "set the number of workers instead",
        _ => "the operator sets it",
    };
    let message = format!("remove {what}: {remedy}; the operator's {} {} wins", own.flag, own.value);
    Diagnostic::warning(codes::OVERRIDDEN_OPTION, message).at(path)
}
