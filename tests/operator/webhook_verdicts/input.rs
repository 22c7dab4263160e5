//! [`Input`]: a test, the overlays beside it, and the file that a reader of the page looks at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use podgraft_testkit::{
    files::{files, relative, root},
    hostile::SHAPES,
};

/// What every input is rendered, reviewed and reconciled with: it makes a typed field of tests be ignored.
pub(super) const CONFIG: &str = "docs/diagnostics/with/no-affinity.yaml";
/// The test that the examples of overlays are for.
const PLAIN: &str = "docs/diagnostics/with/checkout.yaml";

/// How deep a test is nested that is read, and refused.
const LEVELS: usize = 110;

/// What is applied.
#[derive(Clone)]
pub(super) struct Input {
    /// What it is called: a code, or the name of a file.
    pub(super) name: String,
    /// The file that has the fault; none for what is made by this test.
    pub(super) shown: Option<String>,
    /// The file with the test.
    pub(super) test: String,
    /// The file that `render` reads, where it is another one.
    pub(super) rendered: Option<String>,
    /// The file with overlays.
    pub(super) overlays: Option<String>,
}

impl Input {
    fn of_file(file: &Path) -> Self {
        let path = relative(file).to_owned();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { name, shown: Some(path.clone()), test: path, rendered: None, overlays: None }
    }

    /// The name, with a link to the file.
    pub(super) fn link(&self) -> String {
        match self.shown.as_ref().map(|file| file.strip_prefix("docs/").ok_or(file)) {
            Some(Ok(file)) => format!("[{}]({file})", self.name),
            Some(Err(file)) => format!("[{}](../{file})", self.name),
            None => self.name.clone(),
        }
    }
}

/// The files of a folder.
pub(super) fn of_folder(folder: &str) -> Vec<Input> {
    files(&root().join(folder), ".yaml").iter().map(|file| Input::of_file(file)).collect()
}

/// The examples of the diagnostics that an object of a cluster can have.
pub(super) fn examples() -> Vec<Input> {
    let files = fs::read_dir(root().join("docs/diagnostics")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files.iter().filter_map(|file| example(file)).collect()
}

/// An example, which is a test, or names the test and the overlays in the command of its first line.
fn example(file: &Path) -> Option<Input> {
    // One example is no UTF-8.
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let command = text.lines().next()?.strip_prefix("# podgraft ");
    let words: Vec<&str> = command.unwrap_or_default().split(' ').collect();
    let mut input = Input::of_file(file);
    match words.as_slice() {
        [""] | ["validate", "-f", _, "--config", CONFIG] => {}
        ["validate", "-f", test, "--overlays", overlays] => {
            input.test = (*test).to_owned();
            input.overlays = Some((*overlays).to_owned());
        }
        _ => return None,
    }
    if input.name == "lost-null" {
        // Its annotation is what `kubectl apply` writes of this one.
        input.rendered = Some(input.test);
        input.test = "docs/diagnostics/null.yaml".to_owned();
    }
    let test = String::from_utf8_lossy(&fs::read(root().join(&input.test)).unwrap()).into_owned();
    test.contains("kind: LocustTest").then_some(input)
}

/// More inputs with codes whose examples are refused earlier, or that have none, written into this folder.
pub(super) fn reaching_the_webhook(folder: &Path) -> Vec<Input> {
    let plain = fs::read_to_string(root().join(PLAIN)).unwrap();
    let with = |more: &str| format!("{plain}  podTemplate: {{spec: {more}}}\n");
    let variables = (0..80).map(|index| format!("{{name: V{index}, value: {}}}", "x".repeat(10_000)));
    let variables: Vec<String> = variables.collect();
    let large = format!("{{containers: [{{name: locust, env: [{}]}}]}}", variables.join(", "));
    let constraints = SHAPES.iter().find(|shape| shape.name == "constraints").unwrap();
    let (much, overlays) = constraints.make(constraints.size);
    let (opened, closed) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
    let tests = [
        ("too-deep", with(&format!("{{affinity: {{deep: {opened}{closed}}}}}")), None),
        (
            "wrong-kind",
            with(
                "{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: [zone]}]}}}",
            ),
            None,
        ),
        (
            "bad-merge-key",
            with(
                "{containers: [{name: locust, volumeDevices: [{name: raw, devicePath: {path: /dev/raw}}]}]}",
            ),
            None,
        ),
        (
            "invalid-structure",
            with("{volumes: [{name: keys, secret: {secretName: keys, items: [{key: 1, path: key}]}}]}"),
            None,
        ),
        ("invalid-value", format!("{plain}  testFiles: {{configMapRef: scripts, srcMountPath: /}}\n"), None),
        (
            "invalid-overlay",
            plain.clone(),
            Some(overlay("{selector: {matchExpressions: [{key: team, operator: In}]}}")),
        ),
        ("too-large-to-store", with(&large), None),
        ("too-much-work", much, Some(overlays.join("\n---\n"))),
    ];
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let input = |(name, test, overlays): (&str, String, Option<String>)| Input {
        name: name.to_owned(),
        shown: None,
        test: write(&format!("{name}.yaml"), &test),
        rendered: None,
        overlays: overlays.map(|text| write(&format!("{name}-overlays.yaml"), &text)),
    };
    tests.into_iter().map(input).collect()
}

fn overlay(spec: &str) -> String {
    format!(
        "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {{name: baseline}}\nspec: {spec}\n"
    )
}
