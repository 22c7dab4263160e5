//! [`Launch`]: which words of a container's command and arguments reach Locust.

use super::{environment::Environment, expansion::Text, line::Word, script};
use crate::path::FieldPath;

/// What reaches Locust.
#[derive(Debug, Default)]
pub(super) struct Launch {
    /// The words of Locust's own line.
    pub(super) line: Vec<Word>,
    /// What a shell keeps from it, and where that is written.
    pub(super) lost: Option<(FieldPath, Lost)>,
}

/// What a shell keeps from Locust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lost {
    /// All arguments: the script names none of them.
    All,
    /// The first argument, which the shell takes for its own name.
    First(String),
}

/// How many texts in a row `env -S` may split: nobody writes more, and each moves all words behind it.
const MOST_SPLITS: usize = 8;

/// What a program of the command does with the words behind it.
enum Program {
    /// It is Locust: what follows this word is its line.
    Locust(usize),
    /// It starts what is among them, from this word on.
    Starts(usize),
    /// It is a shell with a script in this word.
    Script(usize),
}

impl Launch {
    /// Reads what the kernel starts: `command` and then `args`, or the image's own Locust with `args`. A program
    /// that is not known is trusted to start what its words name, and to hand its arguments on. What `env` sets
    /// and removes is done to `environment`.
    pub(super) fn read(command: Vec<Word>, args: Vec<Word>, environment: &mut Environment) -> Self {
        let mut end = command.len();
        let mut words = command;
        words.extend(args);
        let mut at = 0;
        while at < end {
            let program = match name(&words[at]) {
                "locust" => Program::Locust(at),
                "env" => env(&mut words, &mut end, at, environment),
                "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => shell(&words, at),
                python if is_python(python) => python_options(&words, at),
                _ => Program::Starts(at + 1),
            };
            match program {
                Program::Locust(last) => return Self { line: words.split_off(last + 1), lost: None },
                Program::Starts(next) => at = next,
                Program::Script(script) if script < words.len() => return script::read(&words, script, end),
                Program::Script(_) => break,
            }
        }
        Self { line: words.split_off(end.min(words.len())), lost: None }
    }
}

/// A word's text, as far as it is known.
fn text(word: &Word) -> &str {
    match &word.text {
        Text::Known(text) => text,
        Text::Unseen { head, .. } => head,
    }
}

/// The name of the program that a word stands for.
fn name(word: &Word) -> &str {
    word.text.known().unwrap_or_default().rsplit('/').next().unwrap_or_default()
}

fn is_python(name: &str) -> bool {
    let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// `python [OPTION]... -m locust`, or the path of Locust's script.
///
/// # Source
/// `CPython` 3.11, `Python/getopt.c` and `Python/initconfig.c`: `-c` and `-m` end the options.
fn python_options(words: &[Word], at: usize) -> Program {
    let mut next = at + 1;
    while let Some(word) = words.get(next) {
        let Some(letters) = text(word).strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            // A script, which is Locust's own or starts what it likes.
            return Program::Starts(next);
        };
        next += 1;
        if letters.starts_with('-') {
            next += usize::from(letters == "-check-hash-based-pycs");
            continue;
        }
        let Some(index) = letters.find(['m', 'c', 'W', 'X']) else { continue };
        let (letter, value) = letters[index..].split_at(1);
        match (letter, value) {
            ("m", "locust") => return Program::Locust(next - 1),
            ("m" | "c", _) => return Program::Starts(next),
            (_, "") => next += 1,
            _ => {}
        }
    }
    Program::Starts(next)
}

/// `sh [OPTION]... -c SCRIPT [NAME [ARGUMENT]...]`, or a script's file.
///
/// # Source
/// POSIX.1-2024, `sh`; GNU bash 5.2, "Invoking Bash", for the long options.
fn shell(words: &[Word], at: usize) -> Program {
    let mut next = at + 1;
    let mut has_script = false;
    while let Some(word) = words.get(next) {
        let option = text(word);
        if matches!(option, "-" | "--") {
            next += 1;
            break;
        }
        if option.starts_with("--") {
            next += if matches!(option, "--rcfile" | "--init-file") { 2 } else { 1 };
            continue;
        }
        let Some(letters) = option.strip_prefix(['-', '+']) else { break };
        has_script |= option.starts_with('-') && letters.contains('c');
        next += 1 + letters.matches(['o', 'O']).count();
    }
    if has_script { Program::Script(next) } else { Program::Starts(next) }
}

/// `env [OPTION]... [NAME=VALUE]... PROGRAM [ARGUMENT]...`.
///
/// # Source
/// GNU coreutils 9.5, `src/env.c`.
fn env(words: &mut Vec<Word>, end: &mut usize, at: usize, environment: &mut Environment) -> Program {
    let (mut next, mut splits) = (at + 1, 0);
    while let Some(option) = words.get(next).map(text).filter(|text| text.starts_with('-')).map(str::to_owned)
    {
        if option == "--" {
            next += 1;
            break;
        }
        let (letter, value) = env_option(&option);
        let (value, length) = match value {
            None if matches!(letter, 'u' | 'C' | 'S') => (words.get(next + 1).map_or("", text).to_owned(), 2),
            value => (value.unwrap_or_default().to_owned(), 1),
        };
        match letter {
            'i' => environment.clear(),
            'u' => environment.unset(&value),
            'S' if splits < MOST_SPLITS => {
                splits += 1;
                let place = words[next].place.clone();
                let word = |text| Word { text: Text::Known(text), place: place.clone(), variable: None };
                let split: Vec<Word> =
                    shlex::split(&value).unwrap_or_default().into_iter().map(word).collect();
                let last = (next + length).min(words.len());
                *end = end.saturating_sub(last - next).max(next) + split.len();
                words.splice(next..last, split);
                continue;
            }
            _ => {}
        }
        next += length;
    }
    while let Some(word) = words.get(next)
        && let Some((name, value)) = text(word).split_once('=')
    {
        let value = match &word.text {
            Text::Known(_) => Text::Known(value.to_owned()),
            Text::Unseen { .. } => {
                Text::Unseen { head: value.to_owned(), written: word.text.written().to_owned() }
            }
        };
        environment.set(name, value, word.place.path());
        next += 1;
    }
    Program::Starts(next)
}

/// The letter of an option of `env`, and the value that is written onto it. `-vS...` and the like end with the
/// letter that takes a value.
fn env_option(option: &str) -> (char, Option<&str>) {
    if let Some(long) = option.strip_prefix("--") {
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        let letter = match name {
            "ignore-environment" => 'i',
            "unset" => 'u',
            "chdir" => 'C',
            "split-string" => 'S',
            _ => '-',
        };
        return (letter, value);
    }
    let letters = option.trim_start_matches('-');
    match letters.find(['u', 'C', 'S']) {
        Some(index) => {
            let (letter, value) = letters[index..].split_at(1);
            (letter.chars().next().unwrap_or('-'), (!value.is_empty()).then_some(value))
        }
        None if letters.is_empty() || letters.contains('i') => ('i', None),
        None => ('-', None),
    }
}
