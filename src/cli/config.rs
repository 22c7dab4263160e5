//! The operator's configuration, from a file.

use std::path::PathBuf;

use podgraft_locust::config::Config;
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::manifest;

use super::{Failure, files, output::Reporter};
use crate::codes;

/// The operator's configuration; the defaults where no file is named.
pub(super) fn read(file: Option<&PathBuf>, reporter: &mut Reporter) -> Result<Config, Failure> {
    let Some(file) = file else { return Ok(Config::default()) };
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
    Config::from_value(&document.value).or_else(|errors| {
        let place = |error: Diagnostic| {
            let position = error.path.as_ref().and_then(|path| document.position(path));
            error.positioned(position)
        };
        let errors: Vec<Diagnostic> = errors.into_iter().map(place).collect();
        reporter.report(&errors, &read.documents);
        Ok(Config::default())
    })
}
