//! [`Line`]: the wiring options that Locust reads from its command line.
//!
//! Only these are kept. What else is on the line matters in one way: it decides which words are
//! options, and Python's `argparse` decides that word by word, whatever stands around it.

use super::{
    expansion::Text,
    options::{Wiring, spellings},
};
use crate::path::FieldPath;

/// One word of the command line, and where it is written.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// The word after expansion.
    pub(super) text: Text,
    /// Its place in `command` or `args`, or the variable's.
    pub(super) path: FieldPath,
    /// The variable that put it on the line.
    pub(super) variable: Option<&'static str>,
}

/// A wiring option on the line.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// Which.
    pub(super) option: Wiring,
    /// Its value; a flag has none.
    pub(super) value: Option<Text>,
    /// Where it is written; where the value is, if that is another word.
    pub(super) path: FieldPath,
    /// The variable that says it, where it is not on the line as it is written.
    pub(super) variable: Option<&'static str>,
}

/// A word that Locust refuses, or that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// An abbreviation of several options, one of them a wiring option.
    Ambiguous {
        /// What is written.
        written: String,
        /// What it may mean.
        options: Vec<&'static str>,
    },
    /// An option without its value.
    NoValue(Wiring),
    /// A flag with a value: `--master=true`.
    UnwantedValue(Wiring),
    /// A reference in a word that may become a wiring option.
    Unseen(String),
}

/// The wiring options of a command line, in order, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    given: Vec<Given>,
    /// What is wrong, and where.
    pub(super) troubles: Vec<(FieldPath, Trouble)>,
}

/// What `argparse` takes a word for.
enum Kind<'w> {
    /// A value, or a positional argument.
    Value,
    /// A wiring option, with the value written onto it by `=`.
    Option { option: Wiring, value: Option<&'w str> },
    /// Any other option.
    Other,
    /// An abbreviation of several options.
    Ambiguous(Vec<&'static str>),
}

impl Line {
    /// Reads the words that follow `locust`.
    ///
    /// # Source
    /// Python 3.11, `Lib/argparse.py`, `ArgumentParser._parse_optional`, `_get_option_tuples` and
    /// `_parse_known_args`, as Locust 2.47.0 calls them through `ConfigArgParse` 1.9.0.
    pub(super) fn read(words: &[Word]) -> Self {
        let mut line = Self::default();
        for (index, word) in words.iter().enumerate() {
            match &word.text {
                Text::Known(text) if text == "--" => break,
                Text::Known(text) => line.word(text, word, words.get(index + 1)),
                Text::Unseen { head, .. } => line.unseen(head, word),
            }
        }
        line
    }

    /// The last occurrence of an option, which is the one that counts.
    pub(super) fn last(&self, option: Wiring) -> Option<&Given> {
        self.given.iter().rfind(|given| given.option == option)
    }

    /// Whether somebody wrote the option on the line itself.
    pub(super) fn is_written(&self, option: Wiring) -> bool {
        self.given.iter().any(|given| given.option == option && given.variable.is_none())
    }

    fn word(&mut self, text: &str, word: &Word, next: Option<&Word>) {
        let (option, value) = match kind(text) {
            Kind::Value | Kind::Other => return,
            Kind::Ambiguous(options) => {
                if options.iter().any(|option| Wiring::named(option).is_some()) {
                    let trouble = Trouble::Ambiguous { written: text.to_owned(), options };
                    self.troubles.push((word.path.clone(), trouble));
                }
                return;
            }
            Kind::Option { option, value } => (option, value),
        };
        let value = value.map(|value| (Text::Known(value.to_owned()), word));
        let value = match (option.takes_value(), value) {
            (false, None) => None,
            (false, Some(_)) => {
                return self.troubles.push((word.path.clone(), Trouble::UnwantedValue(option)));
            }
            (true, Some(value)) => Some(value),
            (true, None) => match next {
                Some(next) if is_value(&next.text) => Some((next.text.clone(), next)),
                _ => return self.troubles.push((word.path.clone(), Trouble::NoValue(option))),
            },
        };
        let path = value.as_ref().map_or(&word.path, |(_, place)| &place.path).clone();
        let value = value.map(|(text, _)| text);
        self.given.push(Given { option, value, path, variable: word.variable });
    }

    /// A word whose end is unseen: the value of an option, or perhaps an option.
    fn unseen(&mut self, head: &str, word: &Word) {
        if let Some((name, head)) = head.split_once('=').filter(|_| head.starts_with("--")) {
            if let Kind::Option { option, .. } = kind(name) {
                let written = word.text.written().split_once('=').map_or("", |(_, value)| value).to_owned();
                let value = Some(Text::Unseen { head: head.to_owned(), written });
                self.given.push(Given { option, value, path: word.path.clone(), variable: word.variable });
            }
        } else if head.starts_with("--") && Wiring::ALL.iter().any(|option| option.flag().starts_with(head)) {
            let trouble = Trouble::Unseen(word.text.written().to_owned());
            self.troubles.push((word.path.clone(), trouble));
        }
    }
}

/// Whether a word can be the value of the option before it. One that begins with a reference is
/// taken for a value: nobody hides options in a Secret by accident.
fn is_value(text: &Text) -> bool {
    match text {
        Text::Known(text) => text != "--" && matches!(kind(text), Kind::Value),
        Text::Unseen { head, .. } => !head.starts_with('-'),
    }
}

fn kind(word: &str) -> Kind<'_> {
    if !word.starts_with('-') || word == "-" {
        return Kind::Value;
    }
    if is_spelled_out(word) {
        return option(word, None);
    }
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    if value.is_some() && is_spelled_out(name) {
        return option(name, value);
    }
    let meant = candidates(word, name);
    match meant.as_slice() {
        [only] => option(only, value),
        [] if is_negative_number(word) || word.contains(' ') => Kind::Value,
        [] => Kind::Other,
        _ => Kind::Ambiguous(meant),
    }
}

fn is_spelled_out(name: &str) -> bool {
    spellings().any(|spelling| spelling == name)
}

fn option<'w>(name: &str, value: Option<&'w str>) -> Kind<'w> {
    Wiring::named(name).map_or(Kind::Other, |option| Kind::Option { option, value })
}

/// What an abbreviation may mean: long options by their beginning, short ones by their letter.
fn candidates(word: &str, name: &str) -> Vec<&'static str> {
    let long = word.starts_with("--");
    let short = word.char_indices().nth(2).map_or(word, |(end, _)| &word[..end]);
    let meant = |option: &&str| {
        if long { option.starts_with(name) } else { *option == short || option.starts_with(word) }
    };
    spellings().filter(meant).collect()
}

/// `-5`, `-.5`, `-1.5`: numbers, since no option of Locust looks like one.
fn is_negative_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = word.strip_prefix('-').unwrap_or(word);
    match number.split_once('.') {
        Some((whole, part)) => (whole.is_empty() || digits(whole)) && digits(part),
        None => digits(number),
    }
}
