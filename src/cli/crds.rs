//! `podgraft crds`.

use super::{Failure, Format, Verdict, output, render::print_one_or_more};
use podgraft_locust::locust;

/// What `podgraft crds` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The format
    #[arg(short, long, value_enum, default_value_t = Format::Yaml)]
    output: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    output::print(print_one_or_more(&locust::api::crds(), arguments.output).as_bytes())?;
    Ok(Verdict::Fine)
}
