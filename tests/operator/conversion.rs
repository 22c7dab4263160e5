//! LocustTests of both versions on an API server that asks the webhook to convert them.

use std::fs;

use fastrand::Rng;
use podgraft_locust::api::{ConversionService, Version, crds, serve_v1};
use podgraft_testkit::{
    cluster::Cluster,
    random_objects::RandomObjects,
    webhook_process::{WebhookProcess, base64, write_certificate},
};
use serde_json::{Value, json};

use crate::cluster;

/// How many objects of each version.
const OBJECTS: usize = 250;

/// The CRD of LocustTests with both versions served, converted by a webhook at this port of loopback.
pub(crate) fn converted_crd(port: u16, authority: &str) -> Value {
    let mut crd = crds().remove(0);
    serve_v1(
        &mut crd,
        &ConversionService { namespace: "podgraft".into(), name: "webhook".into(), port: 443 },
    );
    crd["spec"]["conversion"]["webhook"]["clientConfig"] = json!({
        "url": format!("https://localhost:{port}/convert"), "caBundle": base64(authority.as_bytes())
    });
    crd
}

/// Starts the webhook, which may not be ready before it is asked.
pub(crate) fn begin_webhook(cluster: &Cluster) -> (WebhookProcess, String) {
    let folder = cluster.plane.folder().join("conversion");
    let authority = write_certificate(&folder);
    let folder = folder.to_str().unwrap();
    (WebhookProcess::begin(cluster, &["--webhook-cert-dir", folder, "--webhook-conversion"]), authority)
}

/// A cluster with a namespace, where both versions are served.
pub(crate) fn converting() -> (std::sync::MutexGuard<'static, ()>, Cluster, WebhookProcess) {
    let (turn, cluster) = cluster();
    let (webhook, authority) = begin_webhook(&cluster);
    webhook.until_ready();
    let crd = converted_crd(webhook.port, &authority).to_string();
    cluster.plane.kubectl_ok(&["apply", "--server-side", "--force-conflicts", "-f", "-"], crd.as_bytes());
    cluster.plane.kubectl_ok(&["create", "namespace", "load"], b"");
    until_served(&cluster);
    (turn, cluster, webhook)
}

/// Waits until v1 can be listed.
pub(crate) fn until_served(cluster: &Cluster) {
    for _ in 0..300 {
        if cluster.plane.kubectl(&["get", "locusttests.v1.locust.io", "-A"], b"").status.success() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    panic!("v1 is not served");
}

/// All tests in a version, by name.
fn read(cluster: &Cluster, version: Version) -> Vec<Value> {
    let kind = format!("locusttests.{}.locust.io", version.name());
    let text = cluster.plane.kubectl_ok(&["get", &kind, "-n", "load", "-o", "json"], b"");
    let mut list: Value = serde_json::from_str(&text).unwrap();
    list["items"].take().as_array().unwrap().clone()
}

/// Writes objects to a file, and runs kubectl on it.
fn kubectl(cluster: &Cluster, verb: &str, objects: &[Value]) -> String {
    let file = cluster.plane.folder().join("objects.json");
    fs::write(&file, json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()).unwrap();
    cluster.plane.kubectl_ok(&[verb, "-n", "load", "-f", file.to_str().unwrap()], b"")
}

/// Random objects that are valid in a version, named after it.
fn random(version: Version) -> Vec<Value> {
    let crd = crds().remove(0);
    let versions = crd["spec"]["versions"].as_array().unwrap();
    let found = versions.iter().find(|one| one["name"] == version.name()).unwrap();
    let mut schema = found["schema"]["openAPIV3Schema"].clone();
    // v1 takes any fields of volumes, of which those go that v2, in which they are stored, does not know.
    let stored = versions.iter().find(|one| one["name"] == "v2").unwrap();
    for list in ["volumes", "masterVolumes", "workerVolumes"] {
        let pointer = format!("/properties/spec/properties/{list}");
        *schema.pointer_mut(&pointer).unwrap() =
            stored["schema"]["openAPIV3Schema"].pointer(&pointer).unwrap().clone();
    }
    let source = RandomObjects::new(schema, version.api_version(), "LocustTest");
    let object = |seed: usize| {
        let mut object = source.valid(&mut Rng::with_seed(seed as u64));
        object["metadata"]["name"] = format!("{}-{seed}", version.name()).into();
        object.as_object_mut().unwrap().remove("status");
        let otel = object.pointer_mut("/spec/observability/openTelemetry").filter(|otel| otel.is_object());
        if let Some(otel) = otel {
            // What has a default in the CRD is there.
            for (name, value) in
                [("endpoint", json!("http://a:4317")), ("enabled", json!(true)), ("insecure", json!(false))]
            {
                otel[name] = value;
            }
        }
        object
    };
    (0..OBJECTS).map(object).collect()
}

#[test]
fn random_objects_are_the_same_through_both_versions() {
    let (_turn, cluster, _webhook) = converting();
    for version in [Version::V1, Version::V2] {
        let objects = random(version);
        kubectl(&cluster, "create", &objects);
        let mine = |list: Vec<Value>| -> Vec<Value> {
            let prefix = format!("{}-", version.name());
            let is_mine = |object: &Value| object["metadata"]["name"].as_str().unwrap().starts_with(&prefix);
            list.into_iter().filter(is_mine).collect()
        };
        let stored = mine(read(&cluster, version));
        assert_eq!(stored.len(), OBJECTS);
        for object in &stored {
            let sent =
                objects.iter().find(|sent| sent["metadata"]["name"] == object["metadata"]["name"]).unwrap();
            assert_eq!(
                without_nulls(&object["spec"]),
                without_nulls(&sent["spec"]),
                "{}",
                object["metadata"]["name"]
            );
        }
        // Written back in the other version with a label, they are what they were.
        let mut other = mine(read(&cluster, version.other()));
        for object in &mut other {
            object["metadata"]["labels"] = json!({"touched": "yes"});
        }
        kubectl(&cluster, "replace", &other);
        for (before, after) in stored.iter().zip(mine(read(&cluster, version))) {
            assert_eq!(after["metadata"]["labels"]["touched"], "yes");
            assert_eq!(after["spec"], before["spec"], "{}", before["metadata"]["name"]);
            assert_eq!(after["metadata"]["uid"], before["metadata"]["uid"]);
        }
    }
    println!("{} objects", 2 * OBJECTS);
}

/// A null of a field that takes none is dropped when it is written.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields
                .map(|(name, value)| (name.clone(), without_nulls(value)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

const V2: &str = "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: shop}\nspec:\n  image: i\n  \
                  master: {command: -f a.py, extraArgs: [--loglevel, DEBUG]}\n  worker: {command: -f a.py, replicas: 2}\n  \
                  env: {variables: [{name: A, value: b}]}\n  scheduling:\n    tolerations:\n    \
                  - {key: spot, operator: Exists, effect: NoExecute, tolerationSeconds: 30}\n    - {operator: Exists, key: all}\n";

const V1: &str = "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata: {name: shop}\nspec:\n  image: j\n  masterCommandSeed: -f b.py\n  \
                  workerCommandSeed: -f a.py\n  workerReplicas: 2\n  tolerations:\n  - {key: spot, operator: Exists, effect: NoExecute}\n  \
                  - {key: gpu, operator: Exists, effect: NoSchedule}\n";

fn shop(cluster: &Cluster) -> Value {
    let text = cluster
        .plane
        .kubectl_ok(&["get", "locusttests.v2.locust.io", "shop", "-n", "load", "-o", "json"], b"");
    serde_json::from_str(&text).unwrap()
}

fn assert_kept(shop: &Value, why: &str) {
    assert_eq!(shop["spec"]["master"]["extraArgs"], json!(["--loglevel", "DEBUG"]), "{why}");
    assert_eq!(shop["spec"]["env"]["variables"][0]["name"], "A", "{why}");
    let tolerations = shop["spec"]["scheduling"]["tolerations"].as_array().unwrap();
    assert_eq!(tolerations[0]["tolerationSeconds"], 30, "{why}");
    assert!(tolerations.contains(&json!({"operator": "Exists", "key": "all"})), "{why}: {tolerations:?}");
    assert!(shop["metadata"]["annotations"].get("locust.io/conversion").is_none(), "{why}");
}

#[test]
fn edits_in_v1_keep_what_only_v2_has() {
    let (_turn, cluster, _webhook) = converting();
    let run = |arguments: &[&str], text: &str| {
        cluster.plane.kubectl_ok(&[arguments, &["-n", "load", "-f", "-"]].concat(), text.as_bytes())
    };
    // Client side, over an object that was applied in v2.
    run(&["apply"], V2);
    run(&["apply"], V1);
    let after = shop(&cluster);
    assert_eq!(
        (&after["spec"]["image"], &after["spec"]["master"]["command"]),
        (&json!("j"), &json!("-f b.py"))
    );
    assert_eq!(after["spec"]["scheduling"]["tolerations"][1]["key"], "gpu");
    assert_kept(&after, "client side");
    // A toleration that is taken out of the file goes; those that v1 does not show stay.
    run(&["apply"], &V1[..V1.rfind("  - {key: gpu").unwrap()]);
    let after = shop(&cluster);
    assert_eq!(after["spec"]["scheduling"]["tolerations"].as_array().unwrap().len(), 2);
    assert_kept(&after, "client side, again");
}

/// One manager in each version, neither of which sees the other's fields, over an object that was created in v2.
#[test]
fn two_managers_apply_in_two_versions() {
    let (_turn, cluster, _webhook) = converting();
    let run = |arguments: &[&str], text: &str| {
        cluster.plane.kubectl_ok(&[arguments, &["-n", "load", "-f", "-"]].concat(), text.as_bytes())
    };
    run(&["create"], V2);
    let ours = |workers: u8| {
        format!(
            "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata: {{name: shop}}\nspec: {{workerReplicas: {workers}}}\n"
        )
    };
    let theirs = |spec: &str| {
        format!("apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: shop}}\nspec: {{{spec}}}\n")
    };
    run(&["apply", "--server-side", "--force-conflicts", "--field-manager=old"], &ours(7));
    run(
        &["apply", "--server-side", "--field-manager=new"],
        &theirs("worker: {extraArgs: [--processes, '2']}"),
    );
    run(&["apply", "--server-side", "--field-manager=old"], &ours(8));
    let after = shop(&cluster);
    assert_eq!(
        (&after["spec"]["worker"]["replicas"], &after["spec"]["worker"]["extraArgs"]),
        (&json!(8), &json!(["--processes", "2"]))
    );
    assert_kept(&after, "two managers");
    // What only one version has is one annotation to the managers of the other, which keeps it: to remove it takes more than
    // to leave it out.
    run(&["apply", "--server-side", "--field-manager=new"], &theirs(""));
    assert_eq!(shop(&cluster)["spec"]["worker"]["extraArgs"], json!(["--processes", "2"]));
    run(&["apply", "--server-side", "--field-manager=new"], &theirs("worker: {extraArgs: []}"));
    run(&["apply", "--server-side", "--field-manager=old"], &ours(9));
    let after = shop(&cluster);
    assert_eq!(
        (&after["spec"]["worker"]["replicas"], &after["spec"]["worker"]["extraArgs"]),
        (&json!(9), &json!([]))
    );
    assert_kept(&after, "one manager less");
}

#[test]
fn the_status_outlives_a_write_in_v1() {
    let (_turn, cluster, _webhook) = converting();
    cluster.plane.kubectl_ok(&["create", "-n", "load", "-f", "-"], V2.as_bytes());
    // The status is one.
    let patch = json!({"status": {"phase": "Succeeded", "reason": "Done"}}).to_string();
    let status = [
        "patch",
        "locusttests.v2.locust.io",
        "shop",
        "-n",
        "load",
        "--subresource=status",
        "--type=merge",
        "-p",
        &patch,
    ];
    cluster.plane.kubectl_ok(&status, b"");
    cluster.plane.kubectl_ok(&["label", "locusttests.v1.locust.io", "shop", "-n", "load", "a=b"], b"");
    assert_eq!(shop(&cluster)["status"]["phase"], "Succeeded");
}

/// kubectl, when it goes over from client-side to server-side apply, takes over what was applied in the same version.
#[test]
fn what_was_applied_client_side_in_another_version_stays() {
    let (_turn, cluster, _webhook) = converting();
    let run = |arguments: &[&str], text: &str| {
        cluster.plane.kubectl_ok(&[arguments, &["-n", "load", "-f", "-"]].concat(), text.as_bytes())
    };
    let v1 = |more: &str| {
        format!(
            "apiVersion: locust.io/v1\nkind: LocustTest\nmetadata: {{name: shop}}\nspec:\n  image: i\n  masterCommandSeed: -f a.py\n  \
             workerCommandSeed: -f a.py\n  workerReplicas: 2\n{more}"
        )
    };
    let v2 = |more: &str| {
        format!(
            "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {{name: shop}}\nspec:\n  image: i\n  master: {{command: -f a.py}}\n  \
             worker: {{command: -f a.py, replicas: 2}}\n{more}"
        )
    };
    let policy = "  imagePullPolicy: Always\n";
    let server_side = ["apply", "--server-side", "--force-conflicts"];
    // (applied client side, then server side without the field, whether it is there afterwards)
    let cases = [
        ("v1 to v1", v1(policy), v1(""), false),
        ("v2 to v2", v2(policy), v2(""), false),
        ("v1 to v2", v1(policy), v2(""), true),
        ("v2 to v1", v2(policy), v1(""), true),
    ];
    for (case, before, after, stays) in cases {
        run(&["apply"], &before);
        for _ in 0..2 {
            run(&server_side, &after);
            let spec = &shop(&cluster)["spec"];
            assert_eq!(spec.get("imagePullPolicy").is_some(), stays, "{case}: {spec}");
        }
        cluster.plane.kubectl_ok(&["delete", "locusttest", "shop", "-n", "load"], b"");
    }
}
