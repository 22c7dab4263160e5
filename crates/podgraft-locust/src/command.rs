//! Command words: split as a shell splits them.

use podgraft_merge::diagnostic::Diagnostic;

use crate::codes;

/// The words of a command, by POSIX quoting: quotes and backslashes, no expansion.
///
/// # Errors
/// `unbalanced-quotes` when a quote or backslash at the end is not complete.
pub fn words(command: &str) -> Result<Vec<String>, Diagnostic> {
    shlex::split(command).ok_or_else(|| {
        Diagnostic::error(codes::UNBALANCED_QUOTES, "close the quote in the command, or write \\ before a quote that is meant")
            .help("commands are split into words as a shell does it; a quote in a word needs a \\ or other quotes around it")
    })
}

/// A warning where splitting at white space only, as the public operator does, gives other words.
#[must_use]
pub fn differs_from_fields(command: &str, words: &[String]) -> Option<Diagnostic> {
    let same = command.split_whitespace().eq(words.iter().map(String::as_str));
    let has_comment = command
        .split_whitespace()
        .any(|field| field.starts_with('#') && !words.iter().any(|word| word == field));
    let has_quotes = command.contains(['"', '\'', '\\']);
    let message = match (has_comment, has_quotes) {
        (true, false) => {
            "check the comments in the command: podgraft leaves out what follows a # as a shell does, the public operator hands it to \
             Locust word by word"
        }
        (true, true) => {
            "check the comments and quotes in the command: podgraft reads them as a shell does, the public operator keeps both \
             in the words"
        }
        (false, _) => {
            "check the quotes in the command: podgraft reads them as a shell does, the public operator keeps them in the words"
        }
    };
    (!same).then(|| Diagnostic::warning(codes::QUOTED_COMMAND, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_in_a_shell() {
        assert_eq!(
            words("--host  http://a --tags 'a b' x\\ y").unwrap(),
            ["--host", "http://a", "--tags", "a b", "x y"]
        );
        assert_eq!(words("'a").unwrap_err().code, "unbalanced-quotes");
        assert_eq!(words("").unwrap(), Vec::<String>::new());
        assert!(differs_from_fields("--tags 'a b'", &words("--tags 'a b'").unwrap()).is_some());
        assert!(differs_from_fields("--a  b", &words("--a  b").unwrap()).is_none());
    }

    #[test]
    fn what_is_read_otherwise_is_called_by_its_name() {
        for (command, comments, quotes) in [
            ("--host a # the shop\n--users 5", true, false),
            ("# the shop\n--users 5", true, false),
            ("--tags 'a b' # two", true, true),
            ("--tags 'a b'", false, true),
            ("--tags '#a' \\\n --users 5", false, true),
        ] {
            let said = differs_from_fields(command, &words(command).unwrap()).unwrap().message;
            assert_eq!(
                (said.contains("comments"), said.contains("quotes")),
                (comments, quotes),
                "{command}: {said}"
            );
        }
        assert_eq!(words("--host a # the shop\n--users 5").unwrap(), ["--host", "a", "--users", "5"]);
        assert!(differs_from_fields("--host http://a/#b", &words("--host http://a/#b").unwrap()).is_none());
    }
}
