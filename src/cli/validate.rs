//! `podgraft validate`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    Failure, Verdict, config,
    output::{self, Reporter},
    render::Deny,
    source::Source,
};
use crate::{diagnostic::Diagnostic, manifest};

/// What `podgraft validate` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,

    /// The format: messages for people, or one JSON object a line
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// What else to refuse
    #[arg(long, value_name = "warnings", value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let mut reporter =
        if arguments.output == Format::Json { Reporter::collecting() } else { Reporter::new() };
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = arguments.source.tests(&mut reporter)?;
    for document in tests.iter() {
        reporter.report(&tests.render(document, &config).diagnostics, tests.texts());
    }
    if arguments.output == Format::Json {
        let lines: String =
            reporter.collected().iter().map(|one| manifest::to_json_line(&json_of(one))).collect();
        output::print(lines.as_bytes())?;
    }
    Ok(reporter.verdict(arguments.deny.is_some()))
}

/// A diagnostic as a JSON object: absent parts are left out.
fn json_of(diagnostic: &Diagnostic) -> Value {
    let mut fields = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity.to_string(),
        "message": diagnostic.message
    });
    for (name, value) in [
        ("object", diagnostic.object.clone()),
        ("path", diagnostic.path.as_ref().map(ToString::to_string)),
        ("layer", diagnostic.layer.clone()),
        ("help", diagnostic.help.clone()),
    ] {
        if let Some(value) = value {
            fields[name] = value.into();
        }
    }
    if let Some(position) = &diagnostic.position {
        fields["file"] = (&*position.file).into();
        fields["line"] = position.line.into();
        fields["column"] = position.column.into();
    }
    fields
}
