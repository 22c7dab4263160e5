//! The generated files are in step with the code (UPDATE=1 rewrites them), and the CRD keeps what it
//! promises: it fits `kubectl apply`, and nothing in a template is required, defaulted or restricted.

use podgraft_locust::api::{ConversionService, crds, offline_schemas, serve_v1};
use podgraft_pod::{
    manifest::{to_json_line, to_yaml},
    template_schema::partial_pod_template,
};
use podgraft_testkit::{files::root, last_applied, snapshot::assert_file};
use serde_json::Value;

/// `kubectl apply` keeps a copy of the object in an annotation; annotations may have so many bytes.
const ANNOTATIONS: usize = 262_144;

#[test]
fn generated_files_are_in_step() {
    for crd in crds() {
        let file = format!("crds/{}.yaml", crd["metadata"]["name"].as_str().unwrap());
        assert_file(&root().join(file), &to_yaml(&crd));
        let of_chart =
            format!("charts/podgraft/files/crds/{}.json", crd["metadata"]["name"].as_str().unwrap());
        assert_file(&root().join(of_chart), &(to_json_line(&crd) + "\n"));
    }
    let template = partial_pod_template();
    assert_file(&root().join("crds/schema/partial-pod-template.yaml"), &to_yaml(&template));
    // One line, so that it can take a place in YAML of any indentation.
    assert_file(&root().join("crds/schema/partial-pod-template.json"), &(to_json_line(&template) + "\n"));
    assert_file(
        &root().join("crates/podgraft-locust/src/api/offline.schema.json"),
        &(to_json_line(&offline_schemas()) + "\n"),
    );
}

#[test]
fn the_copy_that_kubectl_apply_keeps_fits_with_a_quarter_to_spare() {
    for crd in crds() {
        let (size, copy) =
            (to_json_line(&crd).len(), last_applied::KEY.len() + last_applied::copy(&crd).len());
        println!("{}: {size} bytes, its annotation {copy}", crd["metadata"]["name"]);
        assert!(copy * 4 <= ANNOTATIONS * 3, "{copy} bytes are more than three quarters of {ANNOTATIONS}");
    }
}

#[test]
fn versions_are_served_and_stored_as_promised() {
    let crd = &crds()[0];
    let version =
        |name: &str| crd["spec"]["versions"].as_array().unwrap().iter().find(|v| v["name"] == name).unwrap();
    assert_eq!((&version("v2")["served"], &version("v2")["storage"]), (&true.into(), &true.into()));
    assert_eq!((&version("v1")["served"], &version("v1")["storage"]), (&false.into(), &false.into()));
    assert_eq!(crd["spec"]["names"]["shortNames"][0], "lotest");
}

/// v1 is served only together with the webhook that converts it, and nothing else differs.
#[test]
fn v1_is_served_only_with_its_webhook() {
    let (before, mut crd) = (crds()[0].clone(), crds()[0].clone());
    assert!(before["spec"].get("conversion").is_none());
    serve_v1(&mut crd, &ConversionService { namespace: "ns".into(), name: "webhook".into(), port: 443 });
    let conversion = crd["spec"].as_object_mut().unwrap().remove("conversion").unwrap();
    assert_eq!(conversion["strategy"], "Webhook");
    assert_eq!(conversion["webhook"]["clientConfig"]["service"]["path"], "/convert");
    for version in crd["spec"]["versions"].as_array_mut().unwrap() {
        assert_eq!(version["served"], true);
        assert_eq!(version["deprecated"] == true, version["name"] == "v1");
        version["served"] = (version["name"] == "v2").into();
    }
    assert_eq!(crd, before);
}

#[test]
fn templates_take_any_partial_document() {
    let mut objects = 0;
    visit(&partial_pod_template(), &mut |schema| {
        for keyword in ["required", "default", "enum", "x-kubernetes-list-type", "pattern", "minimum"] {
            assert!(schema.get(keyword).is_none(), "{keyword} in {schema}");
        }
        if schema["type"] == "object" {
            objects += 1;
            assert_eq!(
                schema["x-kubernetes-preserve-unknown-fields"], true,
                "a directive would be pruned from {schema}"
            );
        }
    });
    assert!(objects > 50, "only {objects} objects are declared");
    assert_eq!(partial_pod_template()["x-kubernetes-map-type"], "atomic");
}

/// `kubectl explain` has words for every field that is podgraft's own.
#[test]
fn all_own_fields_are_described() {
    let mut seen = 0;
    for crd in crds() {
        for version in crd["spec"]["versions"].as_array().unwrap().iter().filter(|one| one["name"] != "v1") {
            described(&version["schema"]["openAPIV3Schema"], "", &mut seen);
        }
    }
    assert!(seen > 150, "{seen} fields");
}

/// Fields with what is Kubernetes' own in them, and the object's own.
const KUBERNETES: [&str; 22] = [
    "podTemplate",
    "masterPodTemplate",
    "workerPodTemplate",
    "eachContainer",
    "resources",
    "volumes",
    "masterVolumes",
    "workerVolumes",
    "volumeMounts",
    "masterVolumeMounts",
    "workerVolumeMounts",
    "variables",
    "affinity",
    "tolerations",
    "imagePullSecrets",
    "podSecurityContext",
    "containerSecurityContext",
    "conditions",
    "metadata",
    "apiVersion",
    "kind",
    "enum",
];

fn described(schema: &Value, path: &str, seen: &mut usize) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        *seen += 1;
        assert!(path.ends_with(".metadata") || field["description"].is_string(), "{path} has no description");
        if !KUBERNETES.contains(&name.as_str()) {
            described(field, &path, seen);
            described(&field["items"], &path, seen);
        }
    }
}

fn visit(schema: &Value, see: &mut impl FnMut(&Value)) {
    see(schema);
    for (_, property) in schema["properties"].as_object().into_iter().flatten() {
        visit(property, see);
    }
    if schema["items"].is_object() {
        visit(&schema["items"], see);
    }
}
