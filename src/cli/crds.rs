//! `podgraft crds`.

use super::{
    CommandOutcome, Failure,
    object_format::{ObjectFormat, format_one_or_more},
    output,
};

/// What `podgraft crds` takes.
#[derive(Debug, clap::Args)]
pub(super) struct CrdsArgs {
    /// The format
    #[arg(short, long, value_enum, default_value_t = ObjectFormat::Yaml)]
    output: ObjectFormat,
}

pub(super) fn run(arguments: &CrdsArgs) -> Result<CommandOutcome, Failure> {
    output::print(format_one_or_more(&podgraft_locust::api::crds(), arguments.output).as_bytes())?;
    Ok(CommandOutcome::Fine)
}
