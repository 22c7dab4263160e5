//! The operator's configuration, from a file.

use std::path::{Path, PathBuf};

use podgraft_locust::config::Config;
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::manifest;

use serde_json::{Map, Value};

#[cfg(feature = "operator")]
use super::public_variables;
use super::{Failure, files, output::Reporter};
use crate::codes;

/// The operator's configuration; the defaults where no file is named.
pub(super) fn read(file: Option<&PathBuf>, reporter: &mut Reporter) -> Result<Config, Failure> {
    let Some(file) = file else { return Ok(Config::default()) };
    read_file(file, Value::Object(Map::new()), reporter)
}

/// The same, with the settings over it that the process's environment has.
#[cfg(feature = "operator")]
pub(super) fn read_with_variables(
    file: Option<&PathBuf>,
    reporter: &mut Reporter,
) -> Result<Config, Failure> {
    let variables = public_variables::from_environment().unwrap_or_else(|errors| {
        reporter.report(&errors, &[]);
        Value::Object(Map::new())
    });
    let Some(file) = file else {
        return Config::from_value(&variables).or_else(|errors| {
            reporter.report(&errors, &[]);
            Ok(Config::default())
        });
    };
    read_file(file, variables, reporter)
}

fn read_file(file: &Path, above: Value, reporter: &mut Reporter) -> Result<Config, Failure> {
    let text = files::read(file)?;
    let read = manifest::read(&text.name, &text.bytes);
    reporter.report(&read.diagnostics, read.texts());
    let [document] = read.documents.as_slice() else {
        if !reporter.refuses(false) {
            let message = format!(
                "write one document with the configuration: {} has {}",
                text.name,
                read.documents.len()
            );
            reporter.report(&[Diagnostic::error(codes::INVALID_CONFIG, message)], &[]);
        }
        return Ok(Config::default());
    };
    let mut settings = document.value.clone();
    lay_over(&mut settings, above);
    Config::from_value(&settings).or_else(|errors| {
        let place = |error: Diagnostic| {
            let position = error.path.as_ref().and_then(|path| document.position(path));
            error.positioned(position)
        };
        let errors: Vec<Diagnostic> = errors.into_iter().map(place).collect();
        reporter.report(&errors, &read.documents);
        Ok(Config::default())
    })
}

/// Lays settings over those that there are.
pub(super) fn lay_over(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (name, value) in above {
                lay_over(below.entry(name).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}
