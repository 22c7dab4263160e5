//! `podgraft diff`.

mod overlay_diff;
mod pair;

use std::path::PathBuf;

use clap::ValueEnum;
use pair::ObjectPair;
use podgraft_locust::{self, Rendered, config::Config, role::Role};
use podgraft_merge::schema::Schema;
use podgraft_pod::manifest::{self, Document};

use super::{
    CommandOutcome, Failure, config,
    inputs::{LoadedTests, TestArgs},
    output::{self, Reporter},
    role_name::RoleName,
};

#[cfg(feature = "operator")]
use podgraft_pod::redaction::NumberedValues;
#[cfg(feature = "operator")]
use serde_json::Value;

#[cfg(feature = "operator")]
use super::cluster::{LiveTest, LiveTestQuery, block_on};
#[cfg(feature = "operator")]
use crate::operator::observed::rendered_objects::RenderedObjects;

/// What `podgraft diff` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 equal, 1 different, 2 anything else, a refused test too.")]
pub(super) struct DiffArgs {
    #[command(flatten)]
    tests: TestArgs,

    /// Compare tests from files with what runs in the cluster, as is always done for locusttest/NAME
    #[cfg(feature = "operator")]
    #[arg(long)]
    live: bool,

    /// Compare with the pods of the same tests with the overlays in these files or folders, rather than those of
    /// --overlays: the change from the former to the latter, tests that change alike together; may be repeated
    #[arg(long, value_name = "FILE|DIR")]
    #[cfg_attr(feature = "operator", arg(conflicts_with = "live"))]
    against: Vec<PathBuf>,

    /// The format: a diff for people, or JSON with the path and both values of each difference
    #[arg(short, long, value_enum, default_value_t = DiffFormat::Text)]
    output: DiffFormat,

    /// Compare only this role's Job or pod
    #[arg(long, value_enum)]
    role: Option<RoleName>,

    /// Show the values of environment variables of what a cluster has, too
    #[cfg(feature = "operator")]
    #[arg(long)]
    show_env_values: bool,

    /// The operator's configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Text,
    Json,
}

pub(super) fn run(arguments: &DiffArgs) -> Result<CommandOutcome, Failure> {
    if !arguments.against.is_empty() {
        return overlay_diff::run(arguments);
    }
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let tests = tests(arguments, &config, &mut reporter)?;
    #[cfg(feature = "operator")]
    let mut live = live(arguments, &tests)?.map(Vec::into_iter);
    #[cfg(feature = "operator")]
    let mut numbers = NumberedValues::default();
    let mut pairs = Vec::new();
    let render = |document: &_| tests.render(document, &config);
    tests.each(&mut reporter, render, |document, rendered, reporter| {
        reporter.report(&rendered.diagnostics, tests.texts());
        #[cfg(feature = "operator")]
        let live = live.as_mut().and_then(Iterator::next);
        #[cfg(feature = "operator")]
        if live.as_ref().is_some_and(|live| inputs_have_changed(document, &rendered, live)) {
            output::print_note(&note_of_changed_inputs(document, arguments.config.is_some()));
        }
        let role = arguments.role.map(Role::from);
        #[cfg(feature = "operator")]
        if let Some(live) = live {
            let with_live = with_live(&rendered, &live, role).into_iter();
            if arguments.show_env_values {
                pairs.extend(with_live);
            } else {
                pairs.extend(with_live.map(|pair| pair.redacted(&mut numbers)));
            }
            return Ok(());
        }
        pairs.extend(with_base(document, &rendered, role));
        Ok(())
    })?;
    if reporter.refuses(false) {
        return Err(Failure("nothing is compared: a test is refused".into()));
    }
    let text = match arguments.output {
        DiffFormat::Text => pairs.iter().map(|pair| pair.unified(output::colours_stdout())).collect(),
        DiffFormat::Json => manifest::to_json(&pair::to_json(&pairs)),
    };
    output::print(text.as_bytes())?;
    Ok(if pairs.iter().all(ObjectPair::is_equal) { CommandOutcome::Fine } else { CommandOutcome::Different })
}

fn tests(arguments: &DiffArgs, config: &Config, reporter: &mut Reporter) -> Result<LoadedTests, Failure> {
    #[cfg(feature = "operator")]
    if arguments.live {
        return arguments.tests.tests_in_cluster(config, reporter);
    }
    arguments.tests.tests(config, reporter)
}

/// What the cluster has of each test, where that is what they are compared with.
#[cfg(feature = "operator")]
fn live(arguments: &DiffArgs, tests: &LoadedTests) -> Result<Option<Vec<LiveTest>>, Failure> {
    if !arguments.live && arguments.tests.objects().is_empty() {
        return Ok(None);
    }
    let inputs = &arguments.tests.inputs;
    let name = |document: &Document| {
        let part = |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str);
        let namespace = part("/metadata/namespace").or(inputs.overlays.first_namespace());
        LiveTestQuery {
            namespace: namespace.map(str::to_owned),
            name: part("/metadata/name").unwrap_or_default().to_owned(),
            has_web_service: document.value.pointer("/spec/webService").is_some_and(|one| !one.is_null()),
        }
    };
    let names: Vec<_> = tests.iter().map(name).collect();
    block_on(inputs.cluster.live(&names)).map(Some)
}

/// Whether what is of a role is compared, where one may be named: the Services are no role's.
fn is_shown(of: Role, role: Option<Role>) -> bool {
    role.is_none_or(|role| role == of)
}

/// The final pods against those that the operator would make before any layer is applied.
fn with_base(document: &Document, rendered: &Rendered, role: Option<Role>) -> Vec<ObjectPair> {
    let name = podgraft_locust::name_of(&document.value).unwrap_or_default();
    let jobs = rendered.by_role.iter().flatten().filter(|(of, _)| is_shown(*of, role));
    jobs.map(|(role, job)| ObjectPair {
        before_name: format!("base/{name}-{role}"),
        after_name: format!("final/{name}-{role}"),
        before: Some(job.origins.base().clone()),
        after: job.pod_template().cloned(),
        schema: Schema::pod_template(),
    })
    .collect()
}

/// Whether a test would start from other objects now although nobody has edited it.
#[cfg(feature = "operator")]
fn inputs_have_changed(document: &Document, rendered: &Rendered, live: &LiveTest) -> bool {
    let generation = document.value.pointer("/metadata/generation").and_then(Value::as_i64);
    let is_edited = generation.is_none() || generation != live.generation;
    !is_edited && live.frozen.is_some() && live.frozen != RenderedObjects::from_rendered(rendered)
}

/// Says why a test that nobody has edited differs.
#[cfg(feature = "operator")]
fn note_of_changed_inputs(document: &Document, has_config: bool) -> String {
    let name = podgraft_locust::name_of(&document.value).unwrap_or_default();
    let config = if has_config {
        ", or --config is not what the operator has"
    } else {
        ", or its configuration is to be given with --config"
    };
    format!(
        "note: nobody has edited LocustTest {name} since it started: an overlay, the operator or its configuration has \
         changed{config}"
    )
}

/// What runs against what is rendered now, of one role where one is named.
#[cfg(feature = "operator")]
fn with_live(rendered: &Rendered, live: &LiveTest, role: Option<Role>) -> Vec<ObjectPair> {
    let frozen = live.frozen.as_ref();
    let mut pairs = if role.is_none() { services(rendered, live) } else { Vec::new() };
    for (of, job) in rendered.jobs().filter(|(of, _)| is_shown(*of, role)) {
        let frozen = frozen.map(|objects| objects.job(of));
        pairs.push(pair(job, live.jobs.get(of).as_ref(), frozen, "batch/v1"));
    }
    pairs
}

/// The Services that run against those that are rendered now.
#[cfg(feature = "operator")]
fn services(rendered: &Rendered, live: &LiveTest) -> Vec<ObjectPair> {
    let frozen = live.frozen.as_ref();
    let mut pairs = Vec::new();
    if let Some(service) = &rendered.service {
        let frozen = frozen.map(|objects| &objects.service);
        pairs.push(pair(service, live.service.as_ref(), frozen, "v1"));
    }
    let frozen_web = frozen.and_then(|objects| objects.web_service.as_ref());
    match (&rendered.web_service, &live.web_service) {
        (Some(service), live) => pairs.push(pair(service, live.as_ref(), frozen_web, "v1")),
        // One that is not rendered any more is shown as it was made.
        (None, Some(live)) => {
            let made = frozen_web.unwrap_or(live);
            pairs.push(ObjectPair { after: None, ..pair(made, Some(live), None, "v1") });
        }
        (None, None) => {}
    }
    pairs
}

#[cfg(feature = "operator")]
fn pair(rendered: &Value, live: Option<&Value>, frozen: Option<&Value>, api_version: &str) -> ObjectPair {
    let part =
        |pointer: &str| rendered.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, name, namespace) = (part("/kind"), part("/metadata/name"), part("/metadata/namespace"));
    let name = format!("{kind}/{name}");
    let mut rendered = rendered.clone();
    if live.is_some() && kind == "Job" {
        podgraft_locust::admission::without_suspend(&mut rendered);
    }
    let live = live.map(|live| {
        let mut live = live.clone();
        if kind == "Job" {
            match frozen {
                Some(frozen) => podgraft_locust::admission::without_admission(&mut live, frozen),
                None => podgraft_locust::admission::without_suspend(&mut live),
            }
        }
        live["apiVersion"] = api_version.into();
        live["kind"] = kind.as_str().into();
        let written: Vec<&Value> = [Some(&rendered), frozen].into_iter().flatten().collect();
        let mut live =
            podgraft_pod::live::without_server_fields(&live, &written, Schema::for_kind(api_version, &kind));
        // A file need not name the namespace that it is applied to.
        if namespace.is_empty()
            && let Some(metadata) = live.pointer_mut("/metadata").and_then(Value::as_object_mut)
        {
            metadata.remove("namespace");
        }
        live
    });
    ObjectPair {
        before_name: format!("live/{name}"),
        after_name: format!("rendered/{name}"),
        before: live,
        after: Some(rendered),
        schema: Schema::for_kind(api_version, &kind),
    }
}
