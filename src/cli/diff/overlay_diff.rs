//! `podgraft diff --against`: what a change of overlays does to tests.

use std::{collections::HashSet, path::PathBuf};

use super::{DiffArgs, DiffFormat};
use crate::cli::{
    CommandOutcome, Failure, config,
    output::{self, Reporter},
};
use podgraft_locust::{self, NOUN, Rendered, compared, role::Role};
use podgraft_merge::diagnostic::{Diagnostic, Severity};
use podgraft_pod::{
    manifest::{self, Document},
    overlay_diff::{OverlayDiff, RenderedObject, summary, to_json, to_text},
    pod_role::PodRole,
};

pub(super) fn run(arguments: &DiffArgs) -> Result<CommandOutcome, Failure> {
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let mut tests = arguments.tests.tests(&config, &mut reporter)?;
    let inputs = tests.with_overlays_in(&arguments.against, &mut reporter)?;
    let mut against = OverlayDiff::default();
    let mut seen = SeenDiagnostics::default();
    let render = |test: &Document| {
        (podgraft_locust::render(test, &inputs.of_test(test), &config), tests.render(test, &config))
    };
    tests.each(&mut reporter, render, |test, (before, after), reporter| {
        reporter.report(&seen.news(&before, &after), tests.texts());
        let of_role = |rendered| only_of(compared(rendered), arguments.role.map(Role::from));
        against.add(&name_of(test), &of_role(&before), &of_role(&after));
        Ok(())
    })?;
    let text = match arguments.output {
        DiffFormat::Json => manifest::to_json(&to_json(NOUN, &against)),
        DiffFormat::Text => {
            let before = format!("{} (--against)", listed(&arguments.against));
            let after = arguments.tests.overlays();
            to_text(NOUN, &against, &before, &after, output::colours_stdout())
        }
    };
    output::print(text.as_bytes())?;
    if !seen.shared.is_empty() {
        let count = seen.shared.len();
        let errors = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
        output::print_note(&format!("note: {errors} that both sides have: podgraft validate shows them"));
    }
    output::print_note(&summary(NOUN, &against));
    if reporter.refuses(false) || against.has_refused() {
        return Err(Failure("a test or an overlay is refused: what it would become is not known".into()));
    }
    Ok(if against.is_equal() { CommandOutcome::Fine } else { CommandOutcome::Different })
}

/// The diagnostics of the tests so far.
#[derive(Default)]
struct SeenDiagnostics {
    news: HashSet<String>,
    /// The errors that both sets have.
    shared: HashSet<String>,
}

impl SeenDiagnostics {
    /// Errors that only one set has, and warnings that only the new one has; what another test had already is left
    /// out, and what both refuse is counted.
    fn news(&mut self, before: &Rendered, after: &Rendered) -> Vec<Diagnostic> {
        let keys = |rendered: &Rendered| rendered.diagnostics.iter().map(key).collect::<HashSet<String>>();
        let (old, new) = (keys(before), keys(after));
        let mut found = Vec::new();
        for (rendered, others, is_new) in [(before, &new, false), (after, &old, true)] {
            for diagnostic in &rendered.diagnostics {
                let key = key(diagnostic);
                let tells = diagnostic.is_error() || is_new && diagnostic.severity != Severity::Note;
                if tells && !others.contains(&key) {
                    if self.news.insert(key) {
                        found.push(diagnostic.clone());
                    }
                } else if diagnostic.is_error() {
                    self.shared.insert(key);
                }
            }
        }
        found
    }
}

/// What makes two diagnostics the same one.
fn key(diagnostic: &Diagnostic) -> String {
    let path = diagnostic.path.as_ref().map(ToString::to_string).unwrap_or_default();
    let layer = diagnostic.layer_name().unwrap_or_default();
    format!("{} {} {path} {layer}", diagnostic.code, diagnostic.message)
}

/// Leaves out what is not of this role, where one is named: the Service is the master's, and no pod.
fn only_of(mut object: RenderedObject<'_>, role: Option<Role>) -> RenderedObject<'_> {
    if let Some(role) = role.map(PodRole::from) {
        object.pods.retain(|pod| pod.role == role);
        object.others.clear();
    }
    object
}

/// The test's namespace, where one is known, and name.
fn name_of(test: &Document) -> String {
    let part = |pointer: &str| test.value.pointer(pointer).and_then(serde_json::Value::as_str);
    let name = podgraft_locust::name_of(&test.value).unwrap_or_else(|| "without a name".to_owned());
    part("/metadata/namespace").map_or_else(|| name.clone(), |namespace| format!("{namespace}/{name}"))
}

fn listed(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}
