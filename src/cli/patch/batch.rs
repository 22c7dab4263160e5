//! `podgraft patch --batch`: JSON lines in, JSON lines out, in order, each flushed.

use std::io::{self, BufRead, Read, Write};

use clap::ValueEnum;
use podgraft_merge::{
    diagnostic::{Diagnostic, nearest},
    patch::Dialect,
};
use podgraft_pod::manifest;
use serde_json::{Value, json};

use super::{CommandOutcome, DialectName, Failure, PatchType, patch_one};
use crate::codes;

/// The longest line that is read.
const MAX_LINE: u64 = 64 << 20;

/// The keys of a request.
const KEYS: [&str; 4] = ["base", "patch", "type", "dialect"];

/// Answers every line of standard input. `patch_type` and `dialect` hold where a line names none.
pub(super) fn run(patch_type: PatchType, dialect: Dialect) -> Result<CommandOutcome, Failure> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    let mut reply = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| Failure(format!("cannot read standard input: {error}")))? == 0 {
            return Ok(CommandOutcome::Fine);
        }
        let answer = if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            skip_line(&mut input).map_err(|error| Failure(format!("cannot read standard input: {error}")))?;
            failure(&Diagnostic::error(
                codes::TOO_LARGE,
                format!("send lines of at most {} MiB", MAX_LINE >> 20),
            ))
        } else {
            answer(&line, patch_type, dialect)
        };
        reply.clear();
        reply.extend_from_slice(manifest::to_json_line(&answer).as_bytes());
        reply.push(b'\n');
        let written = output.write_all(&reply).and_then(|()| output.flush());
        match written {
            Ok(()) => {}
            // Nobody reads on.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(CommandOutcome::Fine),
            Err(error) => return Err(Failure(format!("cannot write the answer: {error}"))),
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let (consumed, done) = end.map_or((buffer.len(), buffer.is_empty()), |end| (end + 1, true));
        input.consume(consumed);
        if done {
            return Ok(());
        }
    }
}

fn answer(line: &[u8], patch_type: PatchType, dialect: Dialect) -> Value {
    match request(line, patch_type, dialect) {
        Ok((base, patch, patch_type, dialect)) => match patch_one(base, &patch, patch_type, dialect) {
            Ok((result, warnings)) if warnings.is_empty() => json!({ "result": result }),
            Ok((result, warnings)) => {
                json!({ "result": result, "warnings": warnings.iter().map(message).collect::<Vec<_>>() })
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
