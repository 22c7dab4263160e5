//! What a shell script in a container's command hands on to Locust.

use super::{
    command_line::Word,
    expansion::Expanded,
    launch::{Launch, Lost},
};

/// The words that end a simple command of a shell.
const OPERATORS: [&str; 5] = [";", "&&", "||", "|", "&"];

/// Reads `SCRIPT [NAME [ARGUMENT]...]` from word `script` on. `end` is where the container's `args` begin: of a
/// script that names no argument, they are read as though it handed them on.
pub(crate) fn read(words: &[Word], script: usize, end: usize) -> Launch {
    let written = words[script].text.written();
    if !names_arguments(written) {
        let line = words.get(end.max(script + 1)..).unwrap_or_default().to_vec();
        return Launch { line, lost: Some((words[script].place.path(), Lost::All)) };
    }
    // Some scripts begin with "$0", which is the first argument then.
    let names_first = written.contains("$0") || written.contains("${0");
    let arguments = words.get(if names_first { script + 1 } else { script + 2 }..).unwrap_or_default();
    let (before, behind) = words_around(written);
    let word = |text: String| {
        let text = match text.find(['$', '`']) {
            Some(index) => Expanded::Unseen { head: text[..index].to_owned(), written: text },
            None => Expanded::Known(text),
        };
        Word { text, place: words[script].place.clone(), variable: None }
    };
    let mut line: Vec<Word> = before.into_iter().map(word).collect();
    line.extend_from_slice(arguments);
    line.extend(behind.into_iter().map(word));
    // Behind a script in the command comes the operator's first argument. Who puts a script among the args may have put
    // a name behind it, which no option is.
    let is_argument = |word: &&Word| {
        let is_option = word.text.written().starts_with('-') && word.text.written() != "--";
        !names_first && script + 1 >= end && (script < end || is_option)
    };
    let first = words.get(script + 1).filter(is_argument);
    let lost = first.map(|word| (words[script].place.path(), Lost::First(word.text.written().to_owned())));
    Launch { line, lost }
}

/// Whether a script names its arguments: `$@`, `$*`, `$1` and so on.
fn names_arguments(script: &str) -> bool {
    script.split('$').skip(1).any(|rest| {
        let rest = rest.strip_prefix('{').unwrap_or(rest);
        rest.starts_with(['@', '*', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    })
}

/// The words between `locust` and `"$@"`, and those behind it, of a script's simple command that has both.
fn words_around(script: &str) -> (Vec<String>, Vec<String>) {
    let lines = script.replace("\\\n", " ").replace(['\n', ';'], " ; ");
    let words = shlex::split(&lines).unwrap_or_default();
    let is_operator = |word: &String| OPERATORS.contains(&word.as_str());
    let Some(at) = words.iter().position(|word| matches!(word.as_str(), "$@" | "${@}" | "$*" | "${*}"))
    else {
        return (Vec::new(), Vec::new());
    };
    let start = words[..at].iter().rposition(is_operator).map_or(0, |index| index + 1);
    let locust = words[start..at].iter().position(|word| word.rsplit('/').next() == Some("locust"));
    let Some(locust) = locust else { return (Vec::new(), Vec::new()) };
    let end = words[at..].iter().position(is_operator).map_or(words.len(), |index| at + index);
    (words[start + locust + 1..at].to_vec(), words[at + 1..end].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_handed_on_where_a_script_names_them() {
        for script in ["exec locust \"$@\"", "locust $*", "run ${@:2}", "locust --host \"$1\""] {
            assert!(names_arguments(script), "{script}");
        }
        for script in ["pip install x && locust", "echo $HOME; locust --master", "locust -f $FILE", "cost=5$"]
        {
            assert!(!names_arguments(script), "{script}");
        }
    }

    #[test]
    fn words_beside_the_arguments_belong_to_locust() {
        let around = |script| {
            let (before, behind) = words_around(script);
            (before.join(" "), behind.join(" "))
        };
        let pair = |before: &str, behind: &str| (before.to_owned(), behind.to_owned());
        assert_eq!(
            around("pip install --worker x && exec locust -L DEBUG \"$@\" -u 5"),
            pair("-L DEBUG", "-u 5")
        );
        assert_eq!(around("locust \"$@\"\ntool --worker"), pair("", ""));
        assert_eq!(
            around("/opt/bin/locust --csv /r/locust \\\n \"$@\"; tool --worker"),
            pair("--csv /r/locust", "")
        );
        assert_eq!(around("run \"$@\" --worker"), pair("", ""));
    }
}
