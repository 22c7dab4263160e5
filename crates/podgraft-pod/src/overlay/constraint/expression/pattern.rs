//! Regular expressions as the API server reads them.
//!
//! Both Go's and Rust's take linear time and know nearly the same syntax. What differs is written anew:
//! `\d`, `\w`, `\s` and `\b` are ASCII's in Go; a class has no operators and no classes inside; a brace that
//! begins no repetition is a letter.
//!
//! # Source
//! Go 1.26, `regexp/syntax`: `parse.go` and the package's documentation.

use std::{
    collections::HashMap,
    fmt::{Arguments, Write},
    iter::Peekable,
    str::Chars,
};

use regex::{Regex, RegexBuilder};

use super::{
    budget::Budget,
    fault::Fault,
    value::{Text, Value},
};

/// A compiled pattern may not be larger than this, in bytes.
const SIZE: usize = 64 << 10;
/// What compiling a pattern costs beside its length: a large one takes half a millisecond.
const COMPILE: usize = 10_000;
/// The bytes of a pattern that make a text's cost once more: `RegexStringLengthCostFactor`.
const BYTES: usize = 4;
/// The most repetitions that Go compiles.
const REPETITIONS: u32 = 1000;

/// The names of classes, as in `[[:alpha:]]`.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// The patterns that an expression writes, compiled when it was read.
pub(super) type CompiledPatterns = HashMap<String, Regex>;

/// Compiles a pattern.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    let translated = Translation { rest: pattern.chars().peekable(), done: String::new() }.run()?;
    RegexBuilder::new(&translated).size_limit(SIZE).build().ok()
}

/// What a function makes of a pattern, which is compiled unless the expression itself writes it.
pub(super) fn with<'a, T>(
    pattern: &str,
    text: &str,
    compiled: &CompiledPatterns,
    budget: &Budget,
    function: impl FnOnce(&Regex) -> T,
) -> Result<T, Fault>
where
    T: 'a,
{
    budget.read((1 + text.len()).saturating_mul(pattern.len().div_ceil(BYTES)))?;
    if let Some(regex) = compiled.get(pattern) {
        return Ok(function(regex));
    }
    budget.spend(COMPILE + pattern.len())?;
    let regex = compile(pattern).ok_or(Fault::Other("a pattern is wrong or too large"))?;
    Ok(function(&regex))
}

/// The first match of a pattern; an empty text where there is none.
pub(super) fn find<'a>(
    pattern: &str,
    text: &Text<'a>,
    compiled: &CompiledPatterns,
    budget: &Budget,
) -> Result<Value<'a>, Fault> {
    with(pattern, text, compiled, budget, |regex| {
        Value::text(regex.find(text).map_or("", |found| found.as_str()))
    })
}

/// All matches of a pattern, or the first ones.
///
/// # Source
/// Kubernetes 1.37.2, apiserver `pkg/cel/library/regex.go`.
pub(super) fn find_all<'a>(
    pattern: &str,
    text: &Text<'a>,
    most: &[Value<'a>],
    compiled: &CompiledPatterns,
    budget: &Budget,
) -> Result<Value<'a>, Fault> {
    let most = match most {
        [] => usize::MAX,
        // A negative number stands for all.
        [Value::Int(most)] => usize::try_from(*most).unwrap_or(usize::MAX),
        _ => return Err(Fault::Other("findAll takes a number as its second argument")),
    };
    with(pattern, text, compiled, budget, |regex| {
        Value::list(regex.find_iter(text).take(most).map(|found| Value::text(found.as_str())).collect())
    })
}

/// A pattern of Go's on its way to one of Rust's.
struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    done: String,
}

impl Translation<'_> {
    /// The pattern in Rust's syntax; `None` where Go refuses what Rust would take.
    fn run(mut self) -> Option<String> {
        // Whether what stands before can be repeated, and was not yet.
        let mut was_repeated = false;
        while let Some(letter) = self.rest.next() {
            let mut is_repetition = false;
            match letter {
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' => {
                    is_repetition = true;
                    self.repetition(&letter.to_string(), was_repeated)?;
                }
                '{' => match self.bounds()? {
                    Some(bounds) => {
                        is_repetition = true;
                        self.repetition(&bounds, was_repeated)?;
                    }
                    None => self.done.push_str("\\{"),
                },
                '}' => self.done.push_str("\\}"),
                _ => self.done.push(letter),
            }
            was_repeated = is_repetition;
        }
        Some(self.done)
    }

    fn write(&mut self, text: Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = self.done.write_fmt(text);
    }

    fn repetition(&mut self, written: &str, was_repeated: bool) -> Option<()> {
        if was_repeated {
            return None;
        }
        self.done.push_str(written);
        if self.rest.next_if_eq(&'?').is_some() {
            self.done.push('?');
        }
        Some(())
    }

    /// What follows `{`, if it makes a repetition: `{2}`, `{2,}`, `{2,3}`.
    #[expect(clippy::option_option, reason = "no repetition at all, and one that Go refuses, are two things")]
    fn bounds(&mut self) -> Option<Option<String>> {
        let mut ahead = self.rest.clone();
        let mut inside = String::new();
        loop {
            match ahead.next() {
                Some('}') => break,
                Some(letter) if letter.is_ascii_digit() || letter == ',' => inside.push(letter),
                _ => return Some(None),
            }
        }
        let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|digit| digit.is_ascii_digit())
                && (text == "0" || !text.starts_with('0'))
        };
        if !is_number(least) || !(most.is_empty() || is_number(most)) {
            return Some(None);
        }
        let fits =
            |text: &str| text.is_empty() || text.parse().is_ok_and(|number: u32| number <= REPETITIONS);
        if !fits(least) || !fits(most) {
            return None;
        }
        self.rest = ahead;
        Some(Some(format!("{{{inside}}}")))
    }

    /// What follows `(`: Go knows the flags i, m, s and U, and names.
    fn group(&mut self) -> Option<()> {
        self.done.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Some(());
        }
        self.done.push('?');
        let is_name = matches!(self.rest.peek(), Some('P' | '<'));
        for letter in self.rest.by_ref() {
            self.done.push(letter);
            match letter {
                ')' | ':' | '>' => return Some(()),
                _ if is_name => {}
                'i' | 'm' | 's' | 'U' | '-' => {}
                _ => return None,
            }
        }
        None
    }

    /// What follows a backslash, inside a class or not.
    fn escape(&mut self, in_class: bool) -> Option<()> {
        let letter = self.rest.next()?;
        match letter {
            'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
                let inside = match letter.to_ascii_lowercase() {
                    'd' => "0-9",
                    'w' => "0-9A-Za-z_",
                    _ => "\\t\\n\\x0C\\r ",
                };
                let negation = if letter.is_ascii_uppercase() { "^" } else { "" };
                self.write(format_args!("[{negation}{inside}]"));
            }
            'b' | 'B' if !in_class => self.write(format_args!("(?-u:\\{letter})")),
            'Q' if !in_class => self.quoted(),
            'E' if !in_class => {}
            '0'..='7' => self.octal(letter)?,
            'x' => self.hexadecimal()?,
            'a' | 'f' | 't' | 'n' | 'r' | 'v' => self.done.extend(['\\', letter]),
            'A' | 'z' if !in_class => self.done.extend(['\\', letter]),
            'p' | 'P' => {
                self.done.extend(['\\', letter]);
                if self.rest.peek() == Some(&'{') {
                    let mut goes_on = true;
                    while let Some(next) = self.rest.next_if(|_| goes_on) {
                        goes_on = next != '}';
                        self.done.push(next);
                    }
                } else {
                    self.done.push(self.rest.next()?);
                }
            }
            _ if letter.is_ascii() && !letter.is_ascii_alphanumeric() => {
                self.done.push_str(&regex::escape(&letter.to_string()));
            }
            _ => return None,
        }
        Some(())
    }

    fn quoted(&mut self) {
        let mut text = String::new();
        while let Some(letter) = self.rest.next() {
            if letter == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            text.push(letter);
        }
        self.done.push_str(&regex::escape(&text));
    }

    /// `\123`, and `\0` to `\07`; a single digit would be a reference back, which Go has not.
    fn octal(&mut self, first: char) -> Option<()> {
        let mut code = first.to_digit(8)?;
        if first != '0' && !self.rest.peek().is_some_and(|next| next.is_digit(8)) {
            return None;
        }
        for _ in 0..2 {
            let Some(next) = self.rest.next_if(|next| next.is_digit(8)) else { break };
            code = code * 8 + next.to_digit(8)?;
        }
        self.write(format_args!("\\x{{{code:x}}}"));
        Some(())
    }

    fn hexadecimal(&mut self) -> Option<()> {
        let mut digits = String::new();
        if self.rest.next_if_eq(&'{').is_some() {
            while let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) {
                digits.push(digit);
            }
            self.rest.next_if_eq(&'}')?;
        } else {
            for _ in 0..2 {
                digits.push(self.rest.next_if(char::is_ascii_hexdigit)?);
            }
        }
        self.write(format_args!("\\x{{{digits}}}"));
        Some(())
    }

    /// A class: what is an operator or a class inside one in Rust is a letter in Go.
    fn class(&mut self) -> Option<()> {
        self.done.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.done.push('^');
        }
        let mut is_first = true;
        loop {
            let mut ahead = self.rest.clone();
            match (ahead.next()?, ahead.next()) {
                (']', _) if !is_first => {
                    self.rest.next();
                    self.done.push(']');
                    return Some(());
                }
                ('[', Some(':')) => {
                    self.rest.next();
                    self.named_class()?;
                }
                ('\\', Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'p' | 'P')) => {
                    self.rest.next();
                    self.escape(true)?;
                }
                _ => self.range()?,
            }
            is_first = false;
        }
    }

    /// A letter of a class, or the letters from one to another.
    fn range(&mut self) -> Option<()> {
        let letter = |translation: &mut Self| match translation.rest.next()? {
            '\\' => translation.escape(true),
            letter => {
                translation.write(format_args!("\\x{{{:x}}}", u32::from(letter)));
                Some(())
            }
        };
        letter(self)?;
        let mut ahead = self.rest.clone();
        if ahead.next() == Some('-') && ahead.next().is_some_and(|end| end != ']') {
            self.rest.next();
            self.done.push('-');
            letter(self)?;
        }
        Some(())
    }

    /// `[:alpha:]` inside a class, or the bracket alone.
    fn named_class(&mut self) -> Option<()> {
        let ahead: String = self.rest.clone().take_while(|letter| *letter != ']').collect();
        let is_name = ahead.len() > 2 && ahead.ends_with(':');
        if !is_name {
            self.done.push_str("\\[");
            return Some(());
        }
        let name = ahead.trim_matches(':').trim_start_matches('^');
        if !CLASSES.contains(&name) {
            return None;
        }
        for _ in 0..=ahead.chars().count() {
            self.rest.next()?;
        }
        self.write(format_args!("[{ahead}]"));
        Some(())
    }
}
