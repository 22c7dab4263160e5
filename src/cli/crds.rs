//! `podgraft crds`.

use podgraft_locust::api::{self, ConversionService};
use serde_json::Value;

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

    /// Serve LocustTests of locust.io/v1 too, converted by the operator's webhook, which this Service
    /// leads to; port 443 by default
    ///
    /// Without a webhook that answers, the API server cannot read any LocustTest that is stored as v1, and refuses
    /// everything of v1. The operator writes the caBundle.
    #[arg(long, value_name = "NAMESPACE/SERVICE[:PORT]", value_parser = service)]
    conversion_webhook: Option<ConversionService>,
}

/// Reads `NAMESPACE/SERVICE[:PORT]`.
fn service(text: &str) -> Result<ConversionService, String> {
    let (namespace, name) = text.split_once('/').ok_or("write it as NAMESPACE/SERVICE")?;
    let (name, port) = name.split_once(':').unwrap_or((name, "443"));
    if namespace.is_empty() || name.is_empty() {
        return Err("write it as NAMESPACE/SERVICE".to_owned());
    }
    let port = port.parse().map_err(|_| format!("write the port as a number, not as {port}"))?;
    Ok(ConversionService { namespace: namespace.to_owned(), name: name.to_owned(), port })
}

pub(super) fn run(arguments: &CrdsArgs) -> Result<CommandOutcome, Failure> {
    let mut crds = api::crds();
    let is_of_tests = |crd: &&mut Value| crd["spec"]["names"]["kind"] == "LocustTest";
    if let (Some(webhook), Some(crd)) = (&arguments.conversion_webhook, crds.iter_mut().find(is_of_tests)) {
        api::serve_v1(crd, webhook);
    }
    output::print(format_one_or_more(&crds, arguments.output).as_bytes())?;
    Ok(CommandOutcome::Fine)
}
