//! [`launch`]: how the programs that a container's command names lead to Locust.

use super::{
    command_line::Word, environment::ContainerEnvironment, expansion::Expanded, launch::Launch, script,
};

/// How many texts `env -S` may split: nobody writes more, and each moves all words behind it.
const MOST_SPLITS: usize = 8;

/// The words of a command, and how far they are read.
struct ShellLine {
    words: Vec<Word>,
    /// Where the container's `args` begin.
    end: usize,
    /// The texts that `env -S` has split.
    splits: usize,
}

/// What a program of the command does with the words behind it.
enum Program {
    /// It is Locust: what follows this word is its line.
    Locust(usize),
    /// It starts what is among them, from this word on.
    Starts(usize),
    /// It is a shell with a script in this word.
    Script(usize),
}

/// Reads what the kernel starts: `command` and then `args`, or the image's own Locust with `args`. A program
/// that is not known is trusted to start what its words name, and to hand its arguments on. What `env` sets
/// and removes is done to `environment`.
pub(crate) fn launch(command: Vec<Word>, args: Vec<Word>, environment: &mut ContainerEnvironment) -> Launch {
    let mut line = ShellLine { end: command.len(), words: command, splits: 0 };
    line.words.extend(args);
    let mut at = 0;
    // What the last word of the command starts may be the first of the arguments.
    while at <= line.end && line.end > 0 && at < line.words.len() {
        let program = match name(&line.words[at]) {
            "locust" => Program::Locust(at),
            "env" => line.env(at, environment),
            "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" => shell(&line.words, at),
            python if is_python(python) => python_options(&line.words, at),
            _ if at == line.end => break,
            _ => Program::Starts(at + 1),
        };
        match program {
            Program::Locust(last) => return Launch { line: line.words.split_off(last + 1), lost: None },
            Program::Starts(next) => at = next,
            Program::Script(script) if script < line.words.len() => {
                return script::read(&line.words, script, line.end);
            }
            Program::Script(_) => break,
        }
    }
    let end = line.end.min(line.words.len());
    Launch { line: line.words.split_off(end), lost: None }
}

/// A word's text, as far as it is known.
fn text(word: &Word) -> &str {
    match &word.text {
        Expanded::Known(text) => text,
        Expanded::Unseen { head, .. } => head,
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

impl ShellLine {
    /// `env [OPTION]... [NAME=VALUE]... PROGRAM [ARGUMENT]...`.
    ///
    /// # Source
    /// GNU coreutils 9.5, `src/env.c`.
    fn env(&mut self, at: usize, environment: &mut ContainerEnvironment) -> Program {
        let mut next = at + 1;
        while let Some(option) = self.words.get(next).map(text).filter(|text| text.starts_with('-')) {
            if option == "--" {
                next += 1;
                break;
            }
            let EnvOption { clears, letter, value } = EnvOption::read(option);
            let (value, length) = match (letter, value) {
                (Some(_), None) => (self.words.get(next + 1).map_or("", text).to_owned(), 2),
                (_, value) => (value.unwrap_or_default().to_owned(), 1),
            };
            if clears {
                environment.clear();
            }
            match letter {
                Some('u') => environment.unset(&value),
                Some('S') if self.splits < MOST_SPLITS => {
                    self.split(next, length, &value);
                    continue;
                }
                _ => {}
            }
            next += length;
        }
        while let Some(word) = self.words.get(next)
            && let Some((name, value)) = text(word).split_once('=')
        {
            let value = match &word.text {
                Expanded::Known(_) => Expanded::Known(value.to_owned()),
                Expanded::Unseen { written, .. } => {
                    Expanded::Unseen { head: value.to_owned(), written: written.clone() }
                }
            };
            environment.set(name, value, word.place.path());
            next += 1;
        }
        Program::Starts(next)
    }

    /// Puts the words of a text in the place of the `length` words that hold it.
    fn split(&mut self, at: usize, length: usize, text: &str) {
        self.splits += 1;
        let place = self.words[at].place.clone();
        let word = |text| Word { text: Expanded::Known(text), place: place.clone(), variable: None };
        let split: Vec<Word> = shlex::split(text).unwrap_or_default().into_iter().map(word).collect();
        let last = (at + length).min(self.words.len());
        self.end = self.end.saturating_sub(last - at).max(at) + split.len();
        self.words.splice(at..last, split);
    }
}

/// An option of `env`.
struct EnvOption<'w> {
    /// Whether it removes all variables.
    clears: bool,
    /// The letter of the option that takes a value: `u`, `C` or `S`. In `-vS...` it is the last.
    letter: Option<char>,
    /// The value that is written onto it.
    value: Option<&'w str>,
}

impl<'w> EnvOption<'w> {
    fn read(option: &'w str) -> Self {
        if let Some(long) = option.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let letter = match name {
                "unset" => Some('u'),
                "chdir" => Some('C'),
                "split-string" => Some('S'),
                _ => None,
            };
            return Self { clears: name == "ignore-environment", letter, value };
        }
        let letters = option.trim_start_matches('-');
        let index = letters.find(['u', 'C', 'S']);
        let (flags, rest) = letters.split_at(index.unwrap_or(letters.len()));
        // A lone - is -i.
        let clears = letters.is_empty() || flags.contains('i');
        let value = rest.get(1..).filter(|value| !value.is_empty());
        Self { clears, letter: rest.chars().next(), value }
    }
}
