//! The generated schema is what its generator makes of Kubernetes now, and every union is classified.

use std::process::Command;

use podgraft_merge::schema::{KUBERNETES_VERSION, Schema, kinds};
use podgraft_testkit::files::{root, text};

#[test]
fn the_tables_are_not_stale() {
    let output = Command::new("go")
        .args(["run", "./schema", "-check"])
        .current_dir(root().join("conformance"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn one_constant_names_the_version() {
    let module = std::fs::read_to_string(root().join("conformance/go.mod")).unwrap();
    assert!(module.contains(&format!("k8s.io/kubernetes v{KUBERNETES_VERSION}")));
}

#[test]
fn every_kind_has_a_schema() {
    assert!(kinds().len() > 150, "only {} kinds", kinds().len());
    for kind in kinds() {
        let version = if kind.group.is_empty() {
            kind.version.to_owned()
        } else {
            format!("{}/{}", kind.group, kind.version)
        };
        let schema = Schema::for_kind(&version, kind.kind).unwrap();
        assert!(schema.struct_type().is_some(), "{} is no object", kind.kind);
    }
}
