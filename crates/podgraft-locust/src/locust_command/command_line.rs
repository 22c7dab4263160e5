//! [`CommandLine`]: the wiring options that Locust reads from its command line.
//!
//! Only these are kept. What else is on the line matters in one way: it decides which words are
//! options, and Python's `argparse` decides that word by word, whatever stands around it.

use std::rc::Rc;

use super::{
    connection_option::ConnectionOption, expansion::Expanded, locust_option::LocustOption,
    locust_options::OPTIONS,
};
use podgraft_merge::path::FieldPath;

/// Where a word is written. A path is made only for what is told.
#[derive(Debug, Clone)]
pub(crate) enum WordOrigin {
    /// An item of `command` or `args`.
    Item(Rc<FieldPath>, usize),
    /// The value of a variable.
    Variable(Rc<FieldPath>),
}

impl WordOrigin {
    /// The path of the place.
    pub(crate) fn path(&self) -> FieldPath {
        match self {
            Self::Item(list, index) => list.index(*index),
            Self::Variable(path) => path.as_ref().clone(),
        }
    }
}

/// One word of the command line, and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// The word after expansion.
    pub(crate) text: Expanded,
    /// Where it is written.
    pub(crate) place: WordOrigin,
    /// The variable that put it on the line.
    pub(crate) variable: Option<&'static str>,
}

/// A wiring option on the line.
#[derive(Debug, Clone)]
pub(crate) struct ParsedOption {
    /// Which.
    pub(crate) option: ConnectionOption,
    /// Its value; a flag has none.
    pub(crate) value: Option<Expanded>,
    /// Where it is written; where the value is, if that is another word.
    pub(crate) path: FieldPath,
    /// Whether the value is in the option's own word.
    pub(crate) is_joined: bool,
    /// The variable that says it, where it is not on the line as it is written.
    pub(crate) variable: Option<&'static str>,
}

/// A word that Locust refuses, or that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// An abbreviation of several options, one of them a wiring option.
    Ambiguous {
        /// What is written.
        written: String,
        /// What it may mean.
        options: Vec<&'static str>,
    },
    /// An option without its value.
    NoValue(ConnectionOption),
    /// A flag with a value: `--master=true`.
    UnwantedValue(ConnectionOption),
    /// A reference in a word that may become a wiring option.
    Unseen(String),
}

/// The wiring options of a command line, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommandLine {
    /// The last occurrence of each option.
    given: Vec<ParsedOption>,
    /// The options that are written on the line, not only put there by variables.
    written: Vec<ConnectionOption>,
    /// What is wrong, and where.
    pub(crate) troubles: Vec<(FieldPath, ParseError)>,
}

/// What `argparse` takes a word for.
enum Kind<'w> {
    /// A value, or a positional argument.
    Value,
    /// A wiring option, with the value written onto it by `=`.
    Option { option: ConnectionOption, value: Option<&'w str> },
    /// Any other option.
    Other,
    /// An abbreviation of several options.
    Ambiguous(Vec<&'static str>),
}

impl CommandLine {
    /// Reads the words that follow `locust`.
    ///
    /// # Source
    /// Python 3.11, `Lib/argparse.py`, `ArgumentParser._parse_optional`, `_get_option_tuples` and
    /// `_parse_known_args`, as Locust 2.47.0 calls them through `ConfigArgParse` 1.9.0.
    pub(crate) fn read(words: &[Word]) -> Self {
        let mut line = Self::default();
        for (index, word) in words.iter().enumerate() {
            match &word.text {
                Expanded::Known(text) if text == "--" => break,
                Expanded::Known(text) => line.word(text, word, words.get(index + 1)),
                Expanded::Unseen { head, .. } => line.unseen(head, word),
            }
        }
        line
    }

    /// The last occurrence of an option, which is the one that counts.
    pub(crate) fn last(&self, option: ConnectionOption) -> Option<&ParsedOption> {
        self.given.iter().find(|given| given.option == option)
    }

    /// Whether somebody wrote the option on the line itself.
    pub(crate) fn is_written(&self, option: ConnectionOption) -> bool {
        self.written.contains(&option)
    }

    /// Keeps the last occurrence of each option.
    fn give(&mut self, given: ParsedOption) {
        if given.variable.is_none() && !self.written.contains(&given.option) {
            self.written.push(given.option);
        }
        self.given.retain(|other| other.option != given.option);
        self.given.push(given);
    }

    /// Locust stops at the first word that it refuses; some more are told, to be mended at once.
    fn trouble(&mut self, word: &Word, trouble: ParseError) {
        const MOST: usize = 10;
        if self.troubles.len() < MOST {
            self.troubles.push((word.place.path(), trouble));
        }
    }

    fn word(&mut self, text: &str, word: &Word, next: Option<&Word>) {
        let (option, value) = match kind(text) {
            Kind::Value | Kind::Other => return,
            Kind::Ambiguous(options) => {
                if options.iter().any(|option| ConnectionOption::named(option).is_some()) {
                    let trouble = ParseError::Ambiguous { written: text.to_owned(), options };
                    self.trouble(word, trouble);
                }
                return;
            }
            Kind::Option { option, value } => (option, value),
        };
        let is_joined = value.is_some();
        let value = value.map(|value| (Expanded::Known(value.to_owned()), word));
        let value = match (option.takes_value(), value) {
            (false, None) => None,
            (false, Some(_)) => {
                return self.trouble(word, ParseError::UnwantedValue(option));
            }
            (true, Some(value)) => Some(value),
            (true, None) => match next {
                Some(next) if is_value(&next.text) => Some((next.text.clone(), next)),
                _ => return self.trouble(word, ParseError::NoValue(option)),
            },
        };
        let path = value.as_ref().map_or(word, |(_, written)| written).place.path();
        let value = value.map(|(text, _)| text);
        self.give(ParsedOption { option, value, path, is_joined, variable: word.variable });
    }

    /// A word whose end is unseen: the value of an option, or perhaps an option.
    fn unseen(&mut self, head: &str, word: &Word) {
        if let Some((name, head)) = head.split_once('=').filter(|_| head.starts_with("--")) {
            if let Kind::Option { option, .. } = kind(name) {
                let written = word.text.written().split_once('=').map_or("", |(_, value)| value).to_owned();
                let value = Some(Expanded::Unseen { head: head.to_owned(), written });
                let path = word.place.path();
                self.give(ParsedOption { option, value, path, is_joined: true, variable: word.variable });
            }
        } else if head.starts_with("--")
            && ConnectionOption::ALL.iter().any(|option| option.flag().starts_with(head))
        {
            let trouble = ParseError::Unseen(word.text.written().to_owned());
            self.trouble(word, trouble);
        }
    }
}

/// Whether a word can be the value of the option before it. One that begins with a reference is
/// taken for a value: nobody hides options in a Secret by accident.
fn is_value(text: &Expanded) -> bool {
    match text {
        Expanded::Known(text) => text != "--" && matches!(kind(text), Kind::Value),
        Expanded::Unseen { head, .. } => !head.starts_with('-'),
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

/// The option of Locust that a word is, in full or abbreviated, and the value written onto it by `=`.
pub(crate) fn locust_option(word: &str) -> Option<(&'static LocustOption, Option<&str>)> {
    if !word.starts_with("--") || word == "--" {
        return None;
    }
    let (name, value) = match word.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    };
    let exact = OPTIONS.iter().find(|option| option.strings.contains(&name));
    let option = exact.or_else(|| match candidates(word, name).as_slice() {
        [only] => OPTIONS.iter().find(|option| option.strings.contains(only)),
        _ => None,
    })?;
    Some((option, value))
}

/// All spellings of all options, in the parser's order.
fn spellings() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().flat_map(|option| option.strings).copied()
}

fn is_spelled_out(name: &str) -> bool {
    spellings().any(|spelling| spelling == name)
}

fn option<'w>(name: &str, value: Option<&'w str>) -> Kind<'w> {
    ConnectionOption::named(name).map_or(Kind::Other, |option| Kind::Option { option, value })
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
