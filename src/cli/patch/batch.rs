//! `podgraft patch --batch`: JSON lines in, JSON lines out, in order.

use std::io::{self, BufRead, BufReader, Read, Write};

use clap::ValueEnum;
use podgraft_merge::{
    diagnostic::{Diagnostic, nearest},
    patch::Dialect,
};
use podgraft_pod::manifest;
use serde_json::{Map, Value, json};

use super::{super::in_order::in_order, CommandOutcome, DialectName, Failure, PatchType, patch_one};
use crate::codes;

/// The longest line that is read.
const MAX_LINE: u64 = 64 << 20;

/// The keys of a request.
const KEYS: [&str; 4] = ["base", "patch", "type", "dialect"];

/// How many bytes of lines are answered by one thread at a time, where so many are there.
const CHUNK: usize = 256 << 10;

/// Answers every line of standard input. `patch_type` and `dialect` hold where a line names none.
///
/// Lines that are there at once are answered on all processors, and written at once; a line that comes alone is answered
/// before the next one is waited for.
pub(super) fn run(patch_type: PatchType, dialect: Dialect) -> Result<CommandOutcome, Failure> {
    let requests = Requests { input: BufReader::with_capacity(CHUNK, io::stdin()) };
    let work = |chunk: io::Result<Vec<RequestLine>>| chunk.map(|lines| answers(&lines, patch_type, dialect));
    let mut output = io::stdout().lock();
    let written = in_order(requests, work, |answers| {
        let answers = answers
            .map_err(|error| BatchEnd::Failed(Failure(format!("cannot read standard input: {error}"))))?;
        output.write_all(&answers).and_then(|()| output.flush()).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => BatchEnd::Unread,
            _ => BatchEnd::Failed(Failure(format!("cannot write the answer: {error}"))),
        })
    });
    match written {
        Ok(()) | Err(BatchEnd::Unread) => Ok(CommandOutcome::Fine),
        Err(BatchEnd::Failed(failure)) => Err(failure),
    }
}

/// Why a batch ends before its input.
enum BatchEnd {
    /// Nobody reads on.
    Unread,
    Failed(Failure),
}

/// One line of the input.
enum RequestLine {
    Text(Vec<u8>),
    TooLong,
}

/// The lines of the input, as many at a time as are there.
struct Requests<R> {
    input: BufReader<R>,
}

impl<R: Read> Iterator for Requests<R> {
    type Item = io::Result<Vec<RequestLine>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        loop {
            match self.line() {
                Ok(Some(line)) => {
                    bytes += if let RequestLine::Text(text) = &line { text.len() } else { 0 };
                    lines.push(line);
                }
                Ok(None) if lines.is_empty() => return None,
                Ok(None) => return Some(Ok(lines)),
                Err(error) => return Some(Err(error)),
            }
            if bytes >= CHUNK || !self.input.buffer().contains(&b'\n') {
                return Some(Ok(lines));
            }
        }
    }
}

impl<R: Read> Requests<R> {
    /// The next line, when it is there; `None` at the end.
    fn line(&mut self) -> io::Result<Option<RequestLine>> {
        let mut line = Vec::new();
        if (&mut self.input).take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
            return Ok(Some(RequestLine::TooLong));
        }
        Ok(Some(RequestLine::Text(line)))
    }
}

/// The answers to some lines, a line each.
fn answers(lines: &[RequestLine], patch_type: PatchType, dialect: Dialect) -> Vec<u8> {
    let mut answers = Vec::new();
    for line in lines {
        let answer = match line {
            RequestLine::Text(line) => answer(line, patch_type, dialect),
            RequestLine::TooLong => failure(&Diagnostic::error(
                codes::TOO_LARGE,
                format!("send lines of at most {} MiB", MAX_LINE >> 20),
            )),
        };
        manifest::write_json_line(&mut answers, &answer);
        answers.push(b'\n');
    }
    answers
}

fn answer(line: &[u8], patch_type: PatchType, dialect: Dialect) -> Value {
    match request(line, patch_type, dialect) {
        Ok((base, patch, patch_type, dialect)) => match patch_one(base, &patch, patch_type, dialect) {
            Ok((result, warnings)) => {
                let mut answer = Map::from_iter([("result".to_owned(), result)]);
                if !warnings.is_empty() {
                    answer.insert("warnings".to_owned(), warnings.iter().map(message).collect());
                }
                Value::Object(answer)
            }
            Err(diagnostics) => match diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
                Some(error) => failure(error),
                None => failure(&bad_request("the patch was refused without a reason")),
            },
        },
        Err(error) => failure(&error),
    }
}

fn failure(error: &Diagnostic) -> Value {
    json!({ "error": message(error) })
}

fn message(diagnostic: &Diagnostic) -> Value {
    let path = diagnostic.path.as_ref().map_or_else(String::new, ToString::to_string);
    json!({ "code": diagnostic.code.as_str(), "path": path, "message": diagnostic.message })
}

type BatchRequest = (Value, Value, PatchType, Dialect);

fn request(line: &[u8], patch_type: PatchType, dialect: Dialect) -> Result<BatchRequest, Diagnostic> {
    let text = std::str::from_utf8(line).map_err(|error| {
        Diagnostic::error(codes::INVALID_JSON, format!("write the line as UTF-8: {error}"))
    })?;
    let Value::Object(mut request) = manifest::json_value(text)? else {
        return Err(bad_request("write the line as an object: {\"base\":..,\"patch\":..}"));
    };
    for key in request.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        if let Some(near) = nearest(key, KEYS) {
            return Err(bad_request(format!("there is no \"{key}\" in a request; did you mean \"{near}\"?")));
        }
    }
    let mut part = |name: &str| {
        request
            .remove(name)
            .ok_or_else(|| bad_request(format!("add \"{name}\" to the line: {{\"base\":..,\"patch\":..}}")))
    };
    let (base, patch) = (part("base")?, part("patch")?);
    let patch_type = choice::<PatchType>(request.get("type"), "type")?.unwrap_or(patch_type);
    let dialect = choice::<DialectName>(request.get("dialect"), "dialect")?.map_or(dialect, Dialect::from);
    Ok((base, patch, patch_type, dialect))
}

/// One of the named values of a request's key; `None` where the request leaves it out.
fn choice<T: ValueEnum>(value: Option<&Value>, key: &str) -> Result<Option<T>, Diagnostic> {
    let Some(value) = value else { return Ok(None) };
    let known = value.as_str().and_then(|name| T::from_str(name, false).ok());
    known.map(Some).ok_or_else(|| {
        let names: Vec<String> = T::value_variants()
            .iter()
            .filter_map(|variant| Some(variant.to_possible_value()?.get_name().to_owned()))
            .collect();
        bad_request(format!("write \"{key}\" as one of {}: {value} is none of them", names.join(", ")))
    })
}

fn bad_request(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::BAD_REQUEST, message)
}
