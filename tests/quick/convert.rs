//! `podgraft convert`.

use podgraft_pod::manifest;
use podgraft_testkit::files::text;
use serde_json::Value;

use crate::support::podgraft;

const V1: &str = "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata:\n  name: shop.search\nspec:\n  image: i\n  \
                  masterCommandSeed: -f 'a b.py'\n  workerCommandSeed: -f a.py\n  workerReplicas: 3\n  configMap: files\n  labels:\n    \
                  worker: {kueue.x-k8s.io/queue-name: load}\n";

const V2: &str = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: a}\nspec:\n  image: i\n  master: {command: ''}\n  \
                  worker: {command: '', replicas: 1, extraArgs: [--master-host=elsewhere]}\n  env: {variables: [{name: A, value: b}]}\n  \
                  volumes: [{name: scratch, emptyDir: {}}]\n";

/// Converts a text, and returns the exit code, the objects and the messages.
fn convert(input: &str, arguments: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let output = podgraft(&[&["convert", "-f", "-"], arguments].concat(), input.as_bytes());
    let read = manifest::read("out", &output.stdout);
    let objects = read.documents.into_iter().map(|document| document.value).collect();
    (output.status.code(), objects, text(&output.stderr).to_owned())
}

#[test]
fn a_test_of_v1_becomes_one_of_v2_and_its_differences_are_told() {
    let (code, objects, said) = convert(V1, &["--to", "v2"]);
    assert_eq!((code, objects.len()), (Some(0), 1), "{said}");
    assert_eq!(objects[0]["apiVersion"], "locust.io/v2");
    assert_eq!(objects[0]["spec"]["worker"]["replicas"], 3);
    assert_eq!(objects[0]["spec"]["testFiles"]["configMapRef"], "files");
    for part in [
        "note[behaves-otherwise]: look for the container locust: the public operator calls it shop-search-master",
        "--> -:4:3",
        "without a worker whose node is taken away",
        "--> -:9:3",
        "warning[behaves-otherwise]: move kueue.x-k8s.io/queue-name to job.labels",
        "path: .spec.labels.worker.kueue.x-k8s.io/queue-name",
        "warning[quoted-command]",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn what_v1_cannot_say_is_told_and_comes_back() {
    let (code, objects, said) = convert(V2, &["--to", "v1"]);
    assert_eq!((code, objects.len()), (Some(0), 1), "{said}");
    let part = "note[kept-in-annotation]: leave the annotation locust.io/conversion as it is: it keeps what locust.io/v1 \
                cannot say: .spec.env, .spec.worker.extraArgs";
    assert!(said.contains(part), "{part} is not in\n{said}");
    assert!(!said.contains("behaves-otherwise"), "{said}");
    let (code, back, said) = convert(&manifest::to_yaml(&objects[0]), &["--to", "v2"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(back, [manifest::read("in", V2.as_bytes()).documents.remove(0).value]);
}

#[test]
fn what_a_test_of_v2_does_otherwise_is_told_too() {
    let (code, objects, said) = convert(V2, &["--to", "v2"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(objects, [manifest::read("in", V2.as_bytes()).documents.remove(0).value]);
    for part in [
        "warning[behaves-otherwise]: correct the test before podgraft runs it, which refuses it: set --master-host back to a-master",
        "note[behaves-otherwise]: expect this volume in the pods of both roles",
        "--> -:9:13",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn other_objects_are_printed_as_they_are() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: files}\ndata: {a: 'yes'}\n";
    let list = format!("{config_map}---\n{V1}---\n{V2}");
    let (code, objects, said) = convert(&list, &["--to", "v2"]);
    assert_eq!(code, Some(0), "{said}");
    let kinds: Vec<&str> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ConfigMap", "LocustTest", "LocustTest"]);
    assert_eq!(objects[0]["data"]["a"], "yes");
    assert!(said.contains("note: printed ConfigMap files (-:1:1) as it is: it is no LocustTest"), "{said}");
    let (_, json, _) = convert(V1, &["--to", "v2", "-o", "json"]);
    assert_eq!(json[0], objects[1]);
    let (_, json, _) = convert(&list, &["--to", "v2", "-o", "json"]);
    assert_eq!(json[0]["items"].as_array().unwrap(), &objects);
}

#[test]
fn what_is_wrong_is_told_where_it_is_and_nothing_is_printed() {
    for (from, to, code, place) in [
        ("workerReplicas: 3", "workerReplicas: many", "invalid-value", "-:9:3"),
        ("  image: i", "  imag: i", "unknown-field", "-:6:3"),
        ("locust.io/v1", "locust.io/v9", "unsupported-version", "-:1:1"),
        ("labels:", "labels: 5 #", "invalid-value", "-:11:3"),
        ("kind: LocustTest", "kind: LocustTes", "unsupported-kind", "-:2:1"),
    ] {
        let wrong = V1.replace(from, to).replace("\n    worker: {k", "\n    # {k");
        let (exit, objects, said) = convert(&format!("{V2}---\n{wrong}"), &["--to", "v2"]);
        assert_eq!((exit, objects.len()), (Some(1), 0), "{to}: {said}");
        let line: usize = place.split(':').nth(1).unwrap().parse().unwrap();
        let place = place.replacen(&format!(":{line}:"), &format!(":{}:", line + V2.lines().count() + 1), 1);
        assert!(said.contains(&format!("error[{code}]")) && said.contains(&place), "{to} {place}: {said}");
    }
    let (exit, _, said) = convert("", &["--to", "v2"]);
    assert_eq!(exit, Some(1));
    assert!(said.starts_with("error[no-locust-test]"), "{said}");
    assert_eq!(convert(V1, &[]).0, Some(2));
    assert_eq!(convert(V1, &["--to", "v3"]).0, Some(2));
}
