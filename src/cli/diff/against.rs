//! `podgraft diff --against`: what a change of overlays does to tests.

use std::{collections::HashSet, path::PathBuf};

use super::{Arguments, Format};
use crate::{
    cli::{
        Failure, Verdict, config,
        output::{self, Reporter},
    },
    diagnostic::{Diagnostic, Severity},
    locust::{self, Rendered},
    manifest::{self, Document},
    report::against::{Against, summary, to_json, to_text},
};

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let mut reporter = Reporter::new();
    let config = config::read(arguments.config.as_ref(), &mut reporter)?;
    let mut tests = arguments.source.tests(&mut reporter)?;
    let around = tests.around_others(&arguments.source.place, &arguments.against, &mut reporter)?;
    let mut against = Against::default();
    let mut said = HashSet::new();
    tests.each(&mut reporter, |test, reporter| {
        let before = locust::render(test, &around.of(test), &config);
        let after = tests.render(test, &config);
        against.add(&name_of(test), &before, &after);
        reporter.report(&news(&before, &after, &mut said), tests.texts());
        Ok(())
    })?;
    let text = match arguments.output {
        Format::Json => manifest::to_json(&to_json(&against)),
        Format::Text => {
            let before = format!("{} (--against)", listed(&arguments.against));
            let after = match arguments.source.place.around.overlays() {
                [] => "without overlays".to_owned(),
                files => format!("{} (--overlays)", listed(files)),
            };
            to_text(&against, &before, &after, output::colours_stdout())
        }
    };
    output::print(text.as_bytes())?;
    output::remark(&summary(&against));
    if reporter.refuses(false) {
        return Err(Failure("a test or an overlay is refused: what it would become is not known".into()));
    }
    Ok(if against.is_equal() { Verdict::Fine } else { Verdict::Different })
}

/// What either set refuses, and what only the new one warns of; what was said of another test already is left out.
fn news(before: &Rendered, after: &Rendered, said: &mut HashSet<String>) -> Vec<Diagnostic> {
    let key = |diagnostic: &Diagnostic| {
        let path = diagnostic.path.as_ref().map(ToString::to_string);
        format!("{} {} {path:?} {:?}", diagnostic.code, diagnostic.message, diagnostic.layer)
    };
    let old: HashSet<String> = before.diagnostics.iter().map(key).collect();
    let errors = before.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let new = after.diagnostics.iter().filter(|diagnostic| {
        diagnostic.severity != Severity::Note && (diagnostic.is_error() || !old.contains(&key(diagnostic)))
    });
    errors.chain(new).filter(|diagnostic| said.insert(key(diagnostic))).cloned().collect()
}

/// The test's namespace, where one is known, and name.
fn name_of(test: &Document) -> String {
    let part = |pointer: &str| test.value.pointer(pointer).and_then(serde_json::Value::as_str);
    let name = locust::name_of(&test.value).unwrap_or_else(|| "without a name".to_owned());
    part("/metadata/namespace").map_or_else(|| name.clone(), |namespace| format!("{namespace}/{name}"))
}

fn listed(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}
