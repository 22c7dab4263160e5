//! `kubectl edit`, and what a later `kubectl apply` makes of it.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::OnceLock,
};

use podgraft_testkit::{
    control_plane::{ControlPlane, build},
    files::text,
};
use serde_json::{Value, json};

use super::{
    objects::{assert_stored, get, last_applied, locust_test, refused, taken, templates},
    outcomes::Outcomes,
};

/// Where kubectl is.
static BINARIES: OnceLock<PathBuf> = OnceLock::new();

/// A folder that is gone when this is dropped.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("podgraft-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Writes a file; its path.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs `kubectl edit` with an editor that leaves the test as `change` makes it.
pub(crate) fn edit(
    plane: &ControlPlane,
    name: &str,
    arguments: &[&str],
    change: impl FnOnce(&mut Value),
) -> Output {
    let scratch = Scratch::new("edit");
    let mut object = get(plane, name);
    change(&mut object);
    let edited = scratch.write("edited.yaml", &object.to_string());
    let kubeconfig = scratch.write("kubeconfig", &plane.kubectl_ok(&["config", "view", "--raw"], b""));
    // A server that refuses has kubectl open the editor again until nothing changes any more, and leave a
    // copy in the folder for temporary files.
    let binaries = BINARIES.get_or_init(|| build("control-plane"));
    Command::new(binaries.join("kubectl"))
        .args(["--kubeconfig", &kubeconfig, "edit", "locusttest", name])
        .args(arguments)
        .env("HOME", &scratch.0)
        .env("TMPDIR", &scratch.0)
        .env("KUBE_EDITOR", format!("cp {edited}"))
        .output()
        .unwrap()
}

pub(crate) fn check(plane: &ControlPlane, outcomes: &mut Outcomes) {
    let applied = json!({
        "podTemplate": { "spec": { "hostname": "a", "nodeSelector": { "x": "y", "z": "z" }, "containers": [
            { "name": "locust", "image": "a", "$append/args": ["b"] },
        ] } },
        "workerPodTemplate": { "spec": { "securityContext": { "runAsUser": 1 } } },
    });
    let file = locust_test("edited", &applied);
    taken(plane, &["apply", "-f", "-"], &file);
    // A field changed, a field and a whole template removed, directives and empty values added.
    let edited = json!({
        "podTemplate": { "$retainKeys": ["spec"], "spec": { "nodeSelector": { "$patch": "delete" }, "containers": [
            { "$patch": "replace" },
            { "name": "locust", "image": "b", "$unset": ["args"], "env": [], "resources": {} },
        ] } },
        "masterPodTemplate": {},
    });
    let change = |spec: &Value| {
        let spec = locust_test("edited", spec)["spec"].take();
        move |object: &mut Value| object["spec"] = spec
    };
    let output = edit(plane, "edited", &[], change(&edited));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_stored(plane, "edited", &edited, "kubectl edit");
    outcomes.add("edit", "leaves, templates, directives, {} and []", "stored as written");

    let remembered = |plane| last_applied(&get(plane, "edited")).map(|spec| templates(&spec));
    assert_eq!(remembered(plane), Some(applied.clone()), "edit leaves what apply remembers");
    taken(plane, &["apply", "-f", "-"], &file);
    // What somebody added in between, apply leaves there: it neither wrote it nor has it in its file.
    let both = json!({
        "podTemplate": {
            "$retainKeys": ["spec"],
            "spec": {
                "hostname": "a",
                "nodeSelector": { "$patch": "delete", "x": "y", "z": "z" },
                "containers": applied["podTemplate"]["spec"]["containers"],
            },
        },
        "masterPodTemplate": {},
        "workerPodTemplate": applied["workerPodTemplate"],
    });
    assert_stored(plane, "edited", &both, "apply after edit");
    outcomes.add("edit, then apply of the old file", "directives that were added", "stay, beside the file's");

    let output = edit(plane, "edited", &["--save-config"], change(&edited));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(remembered(plane), Some(edited.clone()));
    // The saved copy has the resource version too, which the next apply takes back, as it is not in the file.
    let said = refused(plane, &["apply", "-f", "-"], &file);
    assert!(said.contains("metadata.resourceVersion"), "{said}");
    assert_stored(plane, "edited", &edited, "apply after edit --save-config");
    outcomes.add(
        "edit --save-config, then apply",
        "any file",
        "refused: kubectl wants metadata.resourceVersion",
    );

    let output = edit(plane, "edited", &[], |object| object["spec"]["podTemplat"] = json!({}));
    assert!(!output.status.success() && text(&output.stderr).contains("is invalid"), "{output:?}");
    assert_stored(plane, "edited", &edited, "edit with an unknown field");
    outcomes.add("edit", "an unknown field outside of templates", "refused");
}
