//! `podgraft render`.

use std::path::PathBuf;

use super::{
    CommandOutcome, Failure, config,
    deny::Deny,
    inputs::TestArgs,
    object_format::{ObjectFormat, format_objects},
    output::{self, Reporter},
    role_name::RoleName,
};
use podgraft_locust::role::Role;

/// What `podgraft render` takes.
#[derive(Debug, clap::Args)]
pub(super) struct RenderArgs {
    #[command(flatten)]
    tests: TestArgs,

    /// The format: YAML documents, or one v1 List in JSON
    #[arg(short, long, value_enum, default_value_t = ObjectFormat::Yaml)]
    output: ObjectFormat,

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

pub(super) fn run(arguments: &RenderArgs) -> Result<CommandOutcome, Failure> {
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = arguments.tests.tests(&config, &mut reporter)?;
    let mut objects = Vec::new();
    let render = |document: &_| tests.render(document, &config);
    tests.each(&mut reporter, render, |_, rendered, reporter| {
        reporter.report(&rendered.diagnostics, tests.texts());
        let role = arguments.role.map(Role::from);
        let services = rendered.service.into_iter().chain(rendered.web_service);
        objects.extend(services.filter(|_| role.is_none()));
        let jobs = rendered.by_role.into_iter().flatten();
        let jobs = jobs.filter(|(of, _)| role.is_none_or(|role| role == *of));
        objects.extend(jobs.map(|(_, rendered)| rendered.job));
        Ok(())
    })?;
    if reporter.verdict(arguments.deny.is_some()) == CommandOutcome::Refused {
        return Ok(CommandOutcome::Refused);
    }
    output::print(format_objects(&objects, arguments.output).as_bytes())?;
    Ok(CommandOutcome::Fine)
}
