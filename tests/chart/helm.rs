//! Real Helm, in both majors.

use std::{
    path::PathBuf,
    process::{Command, Output},
    sync::LazyLock,
};

use podgraft_pod::manifest;
use podgraft_testkit::{
    control_plane::build,
    files::{root, text},
};
use serde_json::Value;

use crate::values::CHART;

/// The majors of Helm.
pub(crate) const HELMS: [&str; 2] = ["helm3", "helm4"];

/// A program of `conformance/build.sh helm`.
pub(crate) fn program(helm: &str) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| build("helm"));
    FOLDER.join(helm)
}

/// Runs Helm in the project's root; its files are in a folder of its own.
pub(crate) fn helm(helm: &str, kubeconfig: Option<&str>, arguments: &[&str]) -> Output {
    let home = std::env::temp_dir().join(format!("podgraft-{}-{helm}", std::process::id()));
    let mut command = Command::new(program(helm));
    for variable in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(variable, &home);
    }
    command.env("KUBECONFIG", kubeconfig.unwrap_or("/dev/null")).args(arguments).current_dir(root());
    command.output().unwrap()
}

/// What a release `load` in the namespace `tests` of the chart would consist of.
pub(crate) fn rendered(major: &str, arguments: &[&str]) -> String {
    rendered_as(major, "load", "tests", arguments)
}

/// What a release of the chart would consist of.
pub(crate) fn rendered_as(major: &str, release: &str, namespace: &str, arguments: &[&str]) -> String {
    let all = [&["template", release, CHART, "--namespace", namespace], arguments].concat();
    let output = helm(major, None, &all);
    assert!(output.status.success(), "{major} {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// What Helm says where it refuses values.
pub(crate) fn refused(major: &str, arguments: &[&str]) -> String {
    let all = [&["template", "load", CHART, "--namespace", "tests"], arguments].concat();
    let output = helm(major, None, &all);
    assert!(!output.status.success(), "{major} takes {arguments:?}");
    text(&output.stderr).to_owned()
}

/// The objects of a text.
pub(crate) fn objects(text: &str) -> Vec<Value> {
    let read = manifest::read("rendered", text.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    read.documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()).collect()
}

/// The object of this kind and name.
pub(crate) fn object<'v>(objects: &'v [Value], kind: &str, name: &str) -> &'v Value {
    let found = objects.iter().find(|one| one["kind"] == kind && one["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}
