//! `podgraft render`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    Failure, Format, Verdict, config,
    output::{self, Reporter},
    source::Source,
};
use podgraft_locust::{manifest, role::Role};

/// What `podgraft render` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,

    /// The format: YAML documents, or one v1 List in JSON
    #[arg(short, long, value_enum, default_value_t = Format::Yaml)]
    output: Format,

    /// Print only this role's Job
    #[arg(long, value_enum)]
    role: Option<RoleName>,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// What else to refuse
    #[arg(long, value_name = "warnings", value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleName {
    Master,
    Worker,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Master => Self::Master,
            RoleName::Worker => Self::Worker,
        }
    }
}

/// What else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings count as errors
    Warnings,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = arguments.source.tests(&config, &mut reporter)?;
    let mut objects = Vec::new();
    tests.each(&mut reporter, |document, reporter| {
        let rendered = tests.render(document, &config);
        reporter.report(&rendered.diagnostics, tests.texts());
        let role = arguments.role.map(Role::from);
        let services = rendered.service.into_iter().chain(rendered.web_service);
        objects.extend(services.filter(|_| role.is_none()));
        let wanted = |(job_role, _): &(Role, Value)| role.is_none_or(|role| role == *job_role);
        objects.extend(rendered.jobs.into_iter().filter(wanted).map(|(_, job)| job));
        Ok(())
    })?;
    if reporter.verdict(arguments.deny.is_some()) == Verdict::Refused {
        return Ok(Verdict::Refused);
    }
    output::print(print_objects(&objects, arguments.output).as_bytes())?;
    Ok(Verdict::Fine)
}

/// The objects as YAML documents, or in JSON as one `v1` List.
pub(super) fn print_objects(objects: &[Value], format: Format) -> String {
    match format {
        Format::Yaml => objects.iter().map(manifest::to_yaml).collect::<Vec<_>>().join("---\n"),
        Format::Json => manifest::to_json(&json!({ "apiVersion": "v1", "kind": "List", "items": objects })),
    }
}

/// Like [`print_objects`], but a single object in JSON stands alone.
pub(super) fn print_one_or_more(objects: &[Value], format: Format) -> String {
    match (objects, format) {
        ([only], Format::Json) => manifest::to_json(only),
        _ => print_objects(objects, format),
    }
}
