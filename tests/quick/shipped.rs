//! The overlays that ship: each folder of `overlays/` renders as recorded, refuses as recorded, and meets
//! only the tests that ask for it.

use std::{collections::BTreeSet, fs, path::PathBuf};

use podgraft_pod::manifest;
use podgraft_testkit::{
    files::{files, relative, root, text},
    snapshot::assert_file,
};
use serde_json::{Value, json};

use crate::support::podgraft;

/// What every folder has, but for `all-together`, which has no overlay of its own.
const FILES: [&str; 5] = ["README.md", "messages", "overlay.yaml", "rendered", "test.yaml"];
const ALL_TOGETHER: &str = "all-together";
const OVERLAYS: [&str; 2] = ["--overlays", "overlays/"];

/// The folders of `overlays/`, in order.
fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("overlays")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &std::path::Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// The only object of a file.
fn object(path: &std::path::Path) -> Value {
    let read = manifest::read(relative(path), &fs::read(path).unwrap());
    assert_eq!((read.diagnostics.len(), read.documents.len()), (0, 1), "{}", relative(path));
    read.documents[0].value.clone()
}

/// All overlays that ship, by name.
fn overlays() -> Vec<Value> {
    folders()
        .iter()
        .filter(|folder| name(folder) != ALL_TOGETHER)
        .map(|folder| object(&folder.join("overlay.yaml")))
        .collect()
}

fn render(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = podgraft(&[&["render"], arguments, &OVERLAYS].concat(), b"");
    (output.status.code(), text(&output.stdout).to_owned(), text(&output.stderr).to_owned())
}

/// Everything that podgraft says of a test, with all overlays at hand.
fn said_of(test: &Value) -> Vec<Value> {
    let arguments = [&["validate", "-f", "-", "-o", "json"][..], &OVERLAYS].concat();
    let output = podgraft(&arguments, &serde_json::to_vec(test).unwrap());
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_folder_is_whole() {
    let folders = folders();
    assert!(folders.len() >= 14, "thirteen overlays, and all together");
    for folder in folders {
        let found: BTreeSet<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let wanted = FILES.iter().filter(|file| name(&folder) != ALL_TOGETHER || **file != "overlay.yaml");
        assert_eq!(found, wanted.map(|file| (*file).to_owned()).collect(), "{}", relative(&folder));
    }
}

#[test]
fn every_test_renders_as_recorded_without_a_warning() {
    for folder in folders() {
        let test = folder.join("test.yaml");
        let (code, printed, said) = render(&["-f", relative(&test), "--deny", "warnings"]);
        assert_eq!(code, Some(0), "{}: {said}", relative(&test));
        assert_file(&folder.join("rendered"), &printed);
        assert_file(&folder.join("messages"), &said);
    }
}

#[test]
fn one_command_renders_all() {
    let (code, printed, said) = render(&["-f", "overlays/"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(printed.matches("kind: Service").count(), folders().len());
    // Overlays and tests are in one folder: the overlays are not called left out.
    assert_eq!(said.matches("left out").count(), 1, "only the kustomization is left out: {said}");
    assert!(!said.contains("overlay-conflict"), "{said}");
}

/// The test of `folder` as it would be had nobody heard of overlays.
fn plain(folder: &std::path::Path) -> Value {
    let mut test = object(&folder.join("test.yaml"));
    test["metadata"].as_object_mut().unwrap().remove("labels");
    test["spec"].as_object_mut().unwrap().remove("overlays");
    test
}

#[test]
fn tests_that_do_not_ask_for_it_meet_none() {
    let mut test = plain(&root().join("overlays/mesh-opt-out"));
    let bytes = |test: &Value| serde_json::to_vec(test).unwrap();
    let without = podgraft(&["render", "-f", "-"], &bytes(&test));
    let with = podgraft(&[&["render", "-f", "-"][..], &OVERLAYS].concat(), &bytes(&test));
    assert!(with.status.success());
    assert_eq!((text(&with.stdout), text(&with.stderr)), (text(&without.stdout), text(&without.stderr)));
    // Asking for one is what makes the difference.
    test["spec"]["overlays"] = json!([{"name": "mesh-opt-out"}]);
    let asked = podgraft(&[&["render", "-f", "-"][..], &OVERLAYS].concat(), &bytes(&test));
    assert!(asked.status.success());
    assert_ne!(text(&asked.stdout), text(&with.stdout));
}

#[test]
fn each_is_chosen_by_a_label_or_by_its_name_and_its_test_chooses_it_alone() {
    for overlay in overlays() {
        let name = overlay["metadata"]["name"].as_str().unwrap();
        let test = object(&root().join("overlays").join(name).join("test.yaml"));
        let by_label = overlay["spec"]["selector"]["matchLabels"].as_object();
        let by_name = overlay["spec"]["optIn"] == true;
        assert!(by_name != by_label.is_some_and(|labels| labels.len() == 1), "{name}");
        let listed = test["spec"].get("overlays").cloned().unwrap_or_default();
        let labels = test["metadata"].get("labels").and_then(Value::as_object).cloned().unwrap_or_default();
        if by_name {
            assert_eq!((listed, labels.len()), (json!([{"name": name}]), 0), "{name}");
        } else {
            assert_eq!((listed, Some(&labels)), (Value::Null, by_label), "{name}");
        }
    }
}

#[test]
fn all_together_chooses_every_one() {
    let test = object(&root().join("overlays/all-together/test.yaml"));
    let listed: Vec<&Value> =
        test["spec"]["overlays"].as_array().unwrap().iter().map(|listed| &listed["name"]).collect();
    for overlay in overlays() {
        let name = &overlay["metadata"]["name"];
        let by_label = overlay["spec"]["selector"]["matchLabels"].as_object();
        let is_met = by_label.is_some_and(|labels| {
            labels.iter().all(|(label, value)| test["metadata"]["labels"][label.as_str()] == *value)
        });
        assert!(is_met || listed.contains(&name), "{name}");
    }
}

#[test]
fn every_test_has_a_sidecar_and_an_init_container_of_its_own() {
    for folder in folders() {
        let test = object(&folder.join("test.yaml"));
        let own: Vec<&Value> = ["podTemplate", "workerPodTemplate"]
            .iter()
            .filter_map(|template| test["spec"][template]["spec"]["initContainers"].as_array())
            .flatten()
            .filter(|container| container["image"].is_string())
            .collect();
        let sidecars = own.iter().filter(|container| container["restartPolicy"] == "Always").count();
        assert!(sidecars >= 1 && own.len() > sidecars, "{}", relative(&folder));
    }
}

#[test]
fn every_overlay_with_constraints_is_seen_to_refuse() {
    let inputs = files(&root().join("tests/refused/overlays"), ".yaml");
    let named: BTreeSet<&str> =
        inputs.iter().map(|input| input.file_stem().unwrap().to_str().unwrap()).collect();
    for overlay in overlays() {
        let name = overlay["metadata"]["name"].as_str().unwrap();
        let constraints = overlay["spec"]["constraints"].as_array().map_or(0, Vec::len);
        assert_eq!(named.contains(name), constraints > 0, "{name}");
        if constraints == 0 {
            continue;
        }
        let file = root().join("tests/refused/overlays").join(name).with_extension("yaml");
        let (code, printed, said) = render(&["-f", relative(&file)]);
        assert_eq!((code, &*printed), (Some(1), ""), "{name}: {said}");
        assert_file(&file.with_extension("stderr"), &said);
        let refused: BTreeSet<String> = said_of(&object(&file))
            .iter()
            .filter(|said| said["code"] == "constraint")
            .map(|said| {
                said["help"].as_str().unwrap().split("spec.constraints").nth(1).unwrap()[..3].to_owned()
            })
            .collect();
        let wanted: BTreeSet<String> = (0..constraints).map(|index| format!("[{index}]")).collect();
        assert_eq!(refused, wanted, "{name}: each constraint refuses something");
    }
}

/// What a page promises, an author tries to get around: with the overlay's own test, without labels and lists of
/// its own, and this in the template of both pods.
#[test]
fn attacks_on_what_the_pages_promise_are_refused() {
    let locust = |field: &str, value: Value| json!({"containers": [{"name": "locust", field: value}]});
    let scratch = |mut spec: Value| {
        spec["volumes"] = json!([{"name": "scratch", "emptyDir": {}}]);
        spec
    };
    let upload =
        |field: &str, value: Value| json!({"initContainers": [{"name": "upload-results", field: value}]});
    let attacks = [
        (
            "corporate-ca",
            scratch(locust("volumeMounts", json!([{"name": "scratch", "mountPath": "//etc/corporate-ca"}]))),
        ),
        (
            "corporate-ca",
            scratch(locust(
                "volumeMounts",
                json!([{"name": "scratch", "mountPath": "/etc/corporate-ca/ca-bundle.crt"}]),
            )),
        ),
        ("corporate-ca", scratch(locust("volumeMounts", json!([{"name": "scratch", "mountPath": "etc"}])))),
        (
            "corporate-ca",
            scratch(locust(
                "volumeMounts",
                json!([{"name": "scratch", "mountPath": "/x/../etc/./corporate-ca/"}]),
            )),
        ),
        (
            "results-upload",
            scratch(upload("volumeMounts", json!([{"name": "scratch", "mountPath": "/usr/bin/rclone"}]))),
        ),
        (
            "results-upload",
            scratch(upload("volumeMounts", json!([{"name": "scratch", "mountPath": "/x/../results"}]))),
        ),
        (
            "results-upload",
            scratch(locust("volumeMounts", json!([{"name": "scratch", "mountPath": "/x/../results"}]))),
        ),
        ("results-upload", upload("env", json!([{"name": "LD_PRELOAD", "value": "/results/own.so"}]))),
        (
            "results-upload",
            upload("env", json!([{"name": "RCLONE_S3_ENDPOINT", "value": "https://example.net"}])),
        ),
        ("results-upload", upload("env", json!([{"name": "SSL_CERT_FILE", "value": "/results/own-ca.crt"}]))),
        (
            "results-upload",
            upload("env", json!([{"name": "AWS_ENDPOINT_URL", "value": "https://example.net"}])),
        ),
        ("results-upload", json!({"initContainers": [{"name": "upload-results", "$patch": "delete"}]})),
        ("egress-proxy", json!({"hostAliases": [{"ip": "10.0.0.9", "hostnames": ["egress.example.com"]}]})),
        ("vault-secrets", json!({"shareProcessNamespace": true})),
        ("vault-secrets", json!({"serviceAccount": "admin", "$unset": ["serviceAccountName"]})),
        ("resource-bounds", json!({"resources": {"limits": {"cpu": "64", "memory": "512Gi"}}})),
        ("resource-bounds", locust("resources", json!({"limits": {"memory": "0"}}))),
        (
            "resource-bounds",
            locust("resources", json!({"limits": {"memory": "32Gi"}, "$unset": ["requests"]})),
        ),
        ("resource-bounds", locust("$unset", json!(["resources"]))),
        ("read-only-root", locust("$unset", json!(["securityContext"]))),
        ("restricted-security", json!({"hostNetwork": true})),
        ("restricted-security", json!({"volumes": [{"name": "node", "hostPath": {"path": "/"}}]})),
    ];
    for (name, spec) in attacks {
        let folder = root().join("overlays").join(name);
        let asking = object(&folder.join("test.yaml"));
        let mut test = plain(&folder);
        for part in ["podTemplate", "masterPodTemplate", "workerPodTemplate"] {
            test["spec"].as_object_mut().unwrap().remove(part);
        }
        test["metadata"]["labels"] = asking["metadata"]["labels"].clone();
        test["spec"]["overlays"] = asking["spec"]["overlays"].clone();
        for field in [("metadata", "labels"), ("spec", "overlays")] {
            if test[field.0][field.1].is_null() {
                test[field.0].as_object_mut().unwrap().remove(field.1);
            }
        }
        test["spec"]["podTemplate"] = json!({"spec": spec});
        let said = said_of(&test);
        assert!(said.iter().any(|said| said["code"] == "constraint"), "{name}: {spec}\n{said:#?}");
    }
}

/// Each container keeps its read-only root filesystem, whatever overlays come together.
#[test]
fn two_overlays_together_lose_nothing() {
    let mut test = plain(&root().join("overlays/read-only-root"));
    test["metadata"]["labels"] =
        json!({"example.com/root-filesystem": "read-only", "example.com/security": "restricted"});
    let bare = json!([{"name": "locust", "$unset": ["securityContext"]}]);
    test["spec"]["podTemplate"] = json!({"spec": {"containers": bare}});
    let said = said_of(&test);
    assert!(said.iter().any(|said| said["code"] == "constraint"), "{said:#?}");
}

#[test]
fn nothing_that_pod_security_forbids_stays_in_a_security_context() {
    let forbidden = [
        json!({"privileged": true, "allowPrivilegeEscalation": true}),
        json!({"capabilities": {"add": ["SYS_ADMIN"], "drop": ["NET_RAW"]}}),
        json!({"procMount": "Unmasked"}),
        json!({"seLinuxOptions": {"type": "spc_t"}}),
        json!({"appArmorProfile": {"type": "Unconfined"}}),
        json!({"seccompProfile": {"type": "Unconfined"}}),
        json!({"windowsOptions": {"hostProcess": true}}),
        json!({"runAsNonRoot": false}),
    ];
    for context in forbidden {
        let mut test = plain(&root().join("overlays/restricted-security"));
        test["metadata"]["labels"] = json!({"example.com/security": "restricted"});
        let container = |name: &str| json!({"name": name, "image": "i:1", "securityContext": context});
        test["spec"]["workerPodTemplate"] = json!({"spec": {
            "initContainers": [container("own")], "containers": [container("locust"), container("beside")]
        }});
        let arguments = [&["render", "-f", "-", "--role", "worker", "-o", "json"][..], &OVERLAYS].concat();
        let output = podgraft(&arguments, &serde_json::to_vec(&test).unwrap());
        assert!(output.status.success(), "{context}: {}", text(&output.stderr));
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        let pod = &list["items"][0]["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["seccompProfile"], json!({"type": "RuntimeDefault"}));
        let containers =
            ["initContainers", "containers"].iter().flat_map(|list| pod[list].as_array().unwrap());
        let restricted = json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true});
        let left: Vec<&Value> = containers.map(|container| &container["securityContext"]).collect();
        assert_eq!(left, [&restricted; 3], "{context}");
    }
}

#[test]
fn kustomize_installs_every_overlay_and_no_test() {
    let written = object(&root().join("overlays/kustomization.yaml"));
    let wanted: Vec<Value> = folders()
        .iter()
        .filter(|folder| name(folder) != ALL_TOGETHER)
        .map(|folder| format!("{}/overlay.yaml", name(folder)).into())
        .collect();
    assert_eq!(written["resources"], Value::Array(wanted));
}

#[test]
fn the_index_names_every_overlay() {
    let page = fs::read_to_string(root().join("overlays/README.md")).unwrap();
    for overlay in overlays() {
        let name = overlay["metadata"]["name"].as_str().unwrap();
        assert!(page.contains(&format!("[`{name}`]({name}/README.md)")), "{name}");
        let spec = &overlay["spec"];
        let chosen = match spec["selector"]["matchLabels"].as_object().and_then(|labels| labels.iter().next())
        {
            Some((label, value)) => format!("`{label}: {}`", value.as_str().unwrap()),
            None => "opt-in".to_owned(),
        };
        for page in ["README.md".to_owned(), format!("{name}/README.md")] {
            let text = fs::read_to_string(root().join("overlays").join(&page)).unwrap();
            assert!(text.contains(&chosen), "{page} does not say {chosen}");
        }
    }
}
