//! The image: what is in it, and that it runs in a root with nothing else. Building it takes minutes: `.ci/run image`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use podgraft_testkit::files::{files, root, text};
use serde_json::Value;

use crate::{
    cluster::{empty_cluster, helm_ok, load_test, phase, ports, until},
    pod_process::PodProcess,
    values::CHART,
};

/// Runs a program that must succeed, and returns what it prints.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// A blob of an archive that was unpacked, whose digest is what it is named by.
fn blob(layout: &Path, descriptor: &Value) -> PathBuf {
    let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let path = layout.join("blobs/sha256").join(digest);
    assert!(run("sha256sum", &[path.to_str().unwrap()]).starts_with(digest));
    assert_eq!(fs::metadata(&path).unwrap().len(), descriptor["size"].as_u64().unwrap());
    path
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
#[ignore = "builds the image, which takes minutes: .ci/run image"]
fn the_image_runs_in_a_root_with_nothing_else() {
    let folder = std::env::temp_dir().join(format!("podgraft-image-{}", std::process::id()));
    let (layout, image) = (folder.join("layout"), folder.join("root"));
    for folder in [&layout, &image] {
        fs::create_dir_all(folder).unwrap();
    }
    let archive = folder.join("image.tar");
    let archive = archive.to_str().unwrap();
    if let Some(made) = std::env::var_os("PODGRAFT_IMAGE") {
        fs::copy(made, archive).unwrap();
    } else {
        run(".ci/image", &[archive]);
    }
    run("tar", &["-xf", archive, "-C", layout.to_str().unwrap()]);
    let manifest = json(&blob(&layout, &json(&layout.join("index.json"))["manifests"][0]));
    let config = json(&blob(&layout, &manifest["config"]));
    assert_eq!(
        (&config["config"]["User"], &config["config"]["Entrypoint"][0]),
        (&"65532:65532".into(), &"/podgraft".into())
    );
    let [layer] = manifest["layers"].as_array().unwrap().as_slice() else { panic!("one layer") };
    run("tar", &["-xzf", blob(&layout, layer).to_str().unwrap(), "-C", image.to_str().unwrap()]);
    is_complete(&image);
    runs(&image.join("podgraft"));
    fs::remove_dir_all(folder).unwrap();
}

/// One binary that loads nothing, and beside it only what says of what it is made.
fn is_complete(image: &Path) {
    let mut names: Vec<String> =
        fs::read_dir(image).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["licenses", "podgraft", "sbom.cdx.json"]);
    let loaded = Command::new("ldd").arg(image.join("podgraft")).output().unwrap();
    let said = String::from_utf8([loaded.stdout, loaded.stderr].concat()).unwrap();
    assert!(said.contains("statically linked") || said.contains("not a dynamic executable"), "{said}");
    let bill = json(&image.join("sbom.cdx.json"));
    let components = bill["components"].as_array().unwrap();
    assert!(components.len() > 100);
    for component in components {
        let (name, version) = (component["name"].as_str().unwrap(), component["version"].as_str().unwrap());
        let texts = files(&image.join("licenses").join(format!("{name}-{version}")), "");
        assert!(
            texts.iter().any(|text| fs::metadata(text).unwrap().len() > 100),
            "{name} has no licence text"
        );
    }
}

/// With the command line of the chart's Deployment, as its user, with the token of its service account.
fn runs(program: &Path) {
    let (plane, _life) = empty_cluster();
    let settings = ports();
    let install = ["install", "podgraft", CHART, "-n", "podgraft", "--create-namespace", "--set", &settings];
    helm_ok(&plane, "helm4", &install);
    let pod = PodProcess::start(&plane, "podgraft", "podgraft", program);
    assert_eq!(
        pod.files(),
        [
            "etc/podgraft/config.yaml",
            "podgraft",
            "var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
            "var/run/secrets/kubernetes.io/serviceaccount/namespace",
            "var/run/secrets/kubernetes.io/serviceaccount/token",
        ]
    );
    assert_eq!(pod.user(), (65532, 65532));
    plane.kubectl_ok(&["apply", "-f", "-"], load_test("load").as_bytes());
    until("the test runs", || phase(&plane, "default", "load") == "Running");
    assert_eq!(pod.stop(), Some(0));
}
