//! The Services of a test: what its author adds to the first, and the second.

use serde_json::{Value, json};

use crate::scenario::{Place, test};

const WEB: &str = "  webService:\n    type: NodePort\n    labels: {team: shop}\n    annotations: {note: w}\n    \
                   ports: [{name: http, port: 80, targetPort: 8089}]\n";

pub(crate) fn both_services_are_made_frozen_and_made_again(place: &Place<'_>) {
    let name = place.name("web");
    let (first, second) = (format!("{name}-master"), format!("{name}-master-web"));
    let added =
        "  service: {labels: {team: shop}, annotations: {note: s}, ports: [{name: ui, port: 8089}]}\n";
    place.apply(&test(&name, &format!("{added}{WEB}")));
    let stored = place.phase(&name, "Running");
    let service = place.get("service", &first);
    assert_eq!(service["spec"]["type"], "ClusterIP");
    assert_eq!(service["spec"]["ports"][3]["name"], "ui");
    assert_eq!(
        (&service["metadata"]["labels"]["team"], &service["metadata"]["annotations"]["note"]),
        (&json!("shop"), &json!("s"))
    );
    let web = place.get("service", &second);
    assert_eq!(web["metadata"]["ownerReferences"][0]["uid"], stored["metadata"]["uid"]);
    assert_eq!(web["spec"]["type"], "NodePort");
    assert_eq!(web["spec"]["selector"], json!({"performance-test-pod-name": first}));
    assert_eq!(web["spec"]["ports"].as_array().unwrap().len(), 1);
    assert!(place.describe(&name).contains(&format!("Created Service {first}, Service {second}, Job")));
    // What the spec says now is not what a lost Service is made of.
    place.apply(&test(&name, &format!("{added}{}", WEB.replace("port: 80,", "port: 81,"))));
    let said = place.reason(&name, "TemplateUpToDate", "SpecChanged");
    assert!(said.contains("webService.spec.ports"), "{said}");
    place.kubectl(&["delete", "service", &second]);
    let again = place
        .until("service", &second, |new| !new.is_null() && new["metadata"]["uid"] != web["metadata"]["uid"]);
    assert_eq!(again["spec"]["ports"][0]["port"], 80);
    assert_eq!(again["metadata"]["annotations"], web["metadata"]["annotations"], "the note and the hash");
    place.kubectl(&["delete", "locusttest", &name]);
    place.gone("service", &second);
    place.gone("service", &first);
}

pub(crate) fn a_web_service_comes_and_goes_with_the_spec(place: &Place<'_>) {
    let name = place.name("comes");
    let second = format!("{name}-master-web");
    let spec = |more: &str| test(&name, &format!("  updatePolicy: Recreate\n{more}"));
    place.apply(&spec(""));
    place.reason(&name, "WorkersConnected", "AllWorkersConnected");
    assert!(place.get("service", &second).is_null(), "made only when it is set");
    let running = |number: usize| {
        place.until("locusttest", &name, |test| {
            test["status"]["revision"] == format!("{name}-{number}") && test["status"]["phase"] == "Running"
        });
    };
    place.apply(&spec(&WEB.replace("targetPort: 8089", "targetPort: 8089, nodePort: 30089")));
    running(2);
    assert_eq!(place.get("service", &second)["spec"]["ports"][0]["nodePort"], 30089);
    // Its own old Service holds the port of the nodes until it goes.
    place.apply(&spec(
        &WEB.replace("targetPort: 8089", "targetPort: 8089, nodePort: 30089").replace("note: w", "note: v"),
    ));
    running(3);
    assert_eq!(place.get("service", &second)["metadata"]["annotations"]["note"], "v");
    place.apply(&spec(""));
    running(4);
    assert_eq!(place.get("service", &second), Value::Null);
    place.had_masters(&name, 4);
}

pub(crate) fn a_web_service_that_cannot_be_is_told(place: &Place<'_>) {
    // By the schema, by podgraft, and by the API server.
    let name = place.name("cannot");
    let text = test(&name, &WEB.replace("NodePort", "ExternalName"));
    let output = place.cluster.plane.kubectl(&["apply", "-n", &place.namespace, "-f", "-"], text.as_bytes());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("webService.type"), "{said}");
    place.apply(&test(&name, &WEB.replace("8089", "5557")));
    let said = place.reason(&name, "TemplatesAccepted", "Refused");
    assert!(said.contains("publish another port than 5557"), "{said}");
    place.apply(&test(&name, &WEB.replace("8089", "8089, nodePort: 7")));
    let said = place.reason(&name, "TemplatesApplied", "RefusedByServer");
    assert!(said.contains("provided port is not in the valid range"), "{said}");
    assert!(place.get("job", &format!("{name}-master")).is_null(), "nothing else is created");
    // A Service of somebody else is left as it is.
    let second = format!("{name}-master-web");
    place.kubectl(&["create", "service", "clusterip", &second, "--tcp=80"]);
    let before = place.get("service", &second);
    place.apply(&test(&name, WEB));
    let said = place.reason(&name, "TemplatesApplied", "NameTaken");
    assert!(said.contains(&format!("Service {second} belongs to nobody")), "{said}");
    assert_eq!(place.get("service", &second), before, "untouched");
    place.kubectl(&["delete", "service", &second]);
    place.phase(&name, "Running");
}
