//! Who may give a test's pods what reaches beyond them: users with rights and without, by every way to write a test, and
//! an author who tries everything.

use std::{
    fmt::Write as _,
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_pod::privilege::PodPrivilege;
use podgraft_testkit::{
    files::{root, text},
    snapshot::assert_file,
    webhook_process::{WebhookProcess, ask, write_certificate},
};
use serde_json::{Value, json};

use crate::{
    scenario::{Place, test},
    support::podgraft,
};

/// Everybody may write tests. Beside that: nothing, one path of the node, everything by name, everything by a group.
const RIGHTS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: tester}
rules: [{apiGroups: [locust.io], resources: [locusttests], verbs: [get, create, update, patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: tester}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: tester}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:authenticated'}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: data}
rules: [{apiGroups: [locust.io], resources: [podprivileges], verbs: [use-host-paths], resourceNames: [/data]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: data}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: data}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: bob}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: all}
rules: [{apiGroups: [locust.io], resources: [podprivileges], verbs: ['*']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: all}
subjects:
- {kind: User, apiGroup: rbac.authorization.k8s.io, name: carol}
- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: platform}
";

/// The users of the matrix, with what they may.
const USERS: [(&str, &[&str]); 4] = [
    ("alice: no right", &["--as", "alice", "--as-group", "system:authenticated"]),
    ("bob: the path /data", &["--as", "bob", "--as-group", "system:authenticated"]),
    ("carol: all, by name", &["--as", "carol", "--as-group", "system:authenticated"]),
    (
        "dave: all, by group",
        &["--as", "dave", "--as-group", "platform", "--as-group", "system:authenticated"],
    ),
];

/// A webhook that asks for rights, for the namespace of a scenario.
fn serve(place: &Place<'_>) -> WebhookProcess {
    place.apply(RIGHTS);
    let rights =
        "{apiGroups: [authorization.k8s.io], resources: [localsubjectaccessreviews], verbs: [create]}";
    place.apply(&format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: webhook}}\nrules: [{rights}]\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: webhook}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: webhook}}\n\
         subjects: [{{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:serviceaccounts'}}, \
         {{kind: User, apiGroup: rbac.authorization.k8s.io, name: podgraft}}]\n"
    ));
    let folder = place.cluster.plane.folder().join(format!("webhook-{}", place.namespace));
    let authority = write_certificate(&folder);
    let webhook = WebhookProcess::of_folder(place.cluster, &folder, &["--webhook-authorize-authors"]);
    ask(&place.cluster.plane, &place.namespace, webhook.port, Some(&authority), &place.namespace);
    let alice = USERS[0].1;
    for _ in 0..300 {
        let asked = write(
            place,
            alice,
            &["apply", "--dry-run=server", "-f", "-"],
            &with("nobody", r"{hostPID: true}"),
        );
        if asked.is_err_and(|said| said.contains("forbidden-privilege")) {
            return webhook;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("the API server does not ask the webhook");
}

/// Runs kubectl as a user; what it says where it is refused.
fn write(place: &Place<'_>, user: &[&str], arguments: &[&str], input: &str) -> Result<String, String> {
    let arguments = [arguments, user, &["-n", &place.namespace]].concat();
    let output = place.cluster.plane.kubectl(&arguments, input.as_bytes());
    let said = text(&output.stderr).to_owned() + text(&output.stdout);
    if output.status.success() { Ok(said) } else { Err(said) }
}

/// A test whose workers have this in their spec.
fn with(name: &str, spec: &str) -> String {
    test(name, &format!("  workerPodTemplate: {{spec: {spec}}}\n"))
}

/// A pod's spec that has a privilege, by the verb that allows it.
const SPECS: [(PodPrivilege, &str); 8] = [
    (PodPrivilege::HostNamespaces, "{hostNetwork: true}"),
    (PodPrivilege::HostPaths, "{volumes: [{name: node, hostPath: {path: /data}}]}"),
    (PodPrivilege::Privileged, "{containers: [{name: locust, securityContext: {privileged: true}}]}"),
    (
        PodPrivilege::Capabilities,
        "{containers: [{name: locust, securityContext: {capabilities: {add: [NET_ADMIN]}}}]}",
    ),
    (PodPrivilege::ServiceAccounts, "{serviceAccountName: admin}"),
    (PodPrivilege::NodeNames, "{nodeName: node-1}"),
    (PodPrivilege::ControlPlanes, "{tolerations: [{operator: Exists}]}"),
    (PodPrivilege::PriorityClasses, "{priorityClassName: system-cluster-critical}"),
];

/// Writes a test by every way that there is; how many allow it.
fn doors(place: &Place<'_>, user: &[&str], stored: &str, spec: &str) -> [bool; 6] {
    let (new, old) = (with(&place.name("new"), spec), with(stored, spec));
    let patch = format!("spec: {{workerPodTemplate: {{spec: {spec}}}}}");
    let written = [
        write(place, user, &["apply", "--dry-run=server", "-f", "-"], &new),
        write(place, user, &["apply", "--server-side", "--dry-run=server", "-f", "-"], &new),
        write(place, user, &["create", "--dry-run=server", "-f", "-"], &new),
        write(place, user, &["replace", "--dry-run=server", "-f", "-"], &old),
        write(
            place,
            user,
            &["patch", "locusttest", stored, "--type=merge", "--dry-run=server", "-p", &patch],
            "",
        ),
        write(
            place,
            user,
            &["apply", "--server-side", "--force-conflicts", "--dry-run=server", "-f", "-"],
            &old,
        ),
    ];
    written.map(|written| match written {
        Ok(_) => true,
        Err(said) => {
            assert!(said.contains("error[forbidden-privilege]"), "{spec}: {said}");
            false
        }
    })
}

pub(crate) fn rights_decide_by_every_way(place: &Place<'_>) {
    let _webhook = serve(place);
    let stored = place.name("stored");
    place.apply(&test(&stored, ""));
    let mut table = String::from(
        "# Who may give a test's pods what\n\nWritten by `UPDATE=1 PODGRAFT_SCENARIO=authorization cargo test --test operator \
         scenarios`: each cell is what a real API server answered.\n\nEvery cell stands for six ways to write a test: `kubectl \
         apply` client side and server side, `create`, `replace`, `patch`, and server-side apply over what others wrote.\n\n| verb on \
         podprivileges.locust.io |",
    );
    for (user, _) in USERS {
        write!(table, " {user} |").unwrap();
    }
    table.push_str("\n|---|---|---|---|---|\n");
    for (privilege, spec) in SPECS {
        write!(table, "| `{}` |", privilege.verb()).unwrap();
        for (name, user) in USERS {
            let doors = doors(place, user, &stored, spec);
            assert!(doors.iter().all(|allowed| *allowed == doors[0]), "{name}, {spec}: {doors:?}");
            write!(table, " {} |", if doors[0] { "allowed" } else { "refused" }).unwrap();
            let expected = !name.starts_with("alice")
                && (!name.starts_with("bob") || privilege == PodPrivilege::HostPaths);
            assert_eq!(doors[0], expected, "{name}, {spec}");
        }
        table.push('\n');
    }
    assert_file(&root().join("docs/author-rights-matrix.md"), &table);
}

pub(crate) fn who_changes_a_test_answers_for_what_is_new(place: &Place<'_>) {
    let webhook = serve(place);
    let name = place.name("carols");
    let (alice, carol) = (USERS[0].1, USERS[2].1);
    let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
    let spec = "{nodeName: node-1, volumes: [{name: node, hostPath: {path: /data}}]}";
    write(place, carol, &apply, &with(&name, spec)).unwrap();
    // Another user may change something else, and what is there already is not asked for again.
    let patch =
        |patch: &str| write(place, alice, &["patch", "locusttest", &name, "--type=merge", "-p", patch], "");
    patch(r#"{"spec":{"image":"locustio/locust:2.44.0"}}"#).unwrap();
    patch(r#"{"metadata":{"labels":{"color":"blue"}}}"#).unwrap();
    let said = patch(r#"{"spec":{"workerPodTemplate":{"spec":{"nodeName":"node-2"}}}}"#).unwrap_err();
    assert!(said.contains("\"alice\" to use-node-names on podprivileges.locust.io \"node-2\""), "{said}");
    assert!(said.contains("= path: .spec.nodeName") && !said.contains("/data"), "{said}");
    assert!(said.contains("resourceNames: [\"node-2\"]"), "{said}");
    // Less is never asked for.
    patch(r#"{"spec":{"workerPodTemplate":{"spec":{"nodeName":null}}}}"#).unwrap();
    let said = patch(r#"{"spec":{"workerPodTemplate":{"spec":{"nodeName":"node-1"}}}}"#).unwrap_err();
    assert!(said.contains("node-1"), "{said}");
    // An overlay for everybody gives what it gives; one that the test lists is its author's.
    let overlay = |name: &str, opt_in: bool, spec: &str| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: {name}}}\n\
             spec: {{optIn: {opt_in}, defaults: {{workerPodTemplate: {{spec: {spec}}}}}}}\n"
        )
    };
    place.apply(&overlay("everybody", false, "{hostPID: true}"));
    place.apply(&overlay("listed", true, "{hostIPC: true}"));
    write(place, alice, &["create", "-f", "-"], &test(&place.name("alices"), "")).unwrap();
    let lists = test(&place.name("lists"), "  overlays: [{kind: PodOverlay, name: listed}]\n");
    let said = write(place, alice, &["create", "-f", "-"], &lists).unwrap_err();
    assert!(said.contains("hostIPC") && !said.contains("hostPID"), "{said}");
    assert!(said.contains("= layer: PodOverlay"), "{said}");
    write(place, carol, &["create", "-f", "-"], &lists).unwrap();
    // Where nobody answers, nobody has the right; what needs none is stored.
    place.kubectl(&["delete", "rolebinding", "webhook"]);
    let late = with(&place.name("late"), "{hostNetwork: true}");
    let create = || write(place, carol, &["create", "--dry-run=server", "-f", "-"], &late);
    let started = Instant::now();
    let said = loop {
        match create() {
            Err(said) => break said,
            Ok(_) => assert!(started.elapsed() < Duration::from_secs(30), "the right to ask does not go"),
        }
        sleep(Duration::from_millis(200));
    };
    assert!(said.contains("the API server cannot be asked"), "{said}");
    write(place, alice, &["create", "-f", "-"], &test(&place.name("plain"), "")).unwrap();
    write(place, alice, &["annotate", "locusttest", &name, "note=1"], "").unwrap();
    place.kubectl(&["delete", "locusttest", &name, "--wait=false"]);
    drop(webhook);
}

/// What an author without rights tries, as pieces of a test's spec.
fn attempts() -> Vec<String> {
    let pod = [
        "{hostNetwork: true}",
        "{hostPID: true}",
        "{hostIPC: true}",
        "{nodeName: control-plane}",
        "{serviceAccountName: admin}",
        "{serviceAccount: admin}",
        "{priorityClassName: system-node-critical}",
        "{tolerations: [{operator: Exists}]}",
        "{$append/tolerations: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}",
        "{$prepend/tolerations: [{key: node-role.kubernetes.io/master, operator: Exists}]}",
        "{volumes: [{name: node, hostPath: {path: /}}]}",
        "{volumes: [{name: locust-src, $patch: delete}, {name: node, hostPath: {path: /etc, type: Directory}}]}",
        "{securityContext: {windowsOptions: {hostProcess: true}}}",
        "{containers: [{name: locust, securityContext: {privileged: true}}]}",
        "{containers: [{name: locust, securityContext: {$patch: replace, privileged: true}}]}",
        "{containers: [{name: locust, securityContext: {capabilities: {$append/add: [SYS_ADMIN]}}}]}",
        "{initContainers: [{name: i, image: i, restartPolicy: Always, securityContext: {privileged: true}}]}",
        "{initContainers: [{name: i, image: i, securityContext: {capabilities: {add: [ALL]}}}]}",
    ];
    let templates = ["podTemplate", "masterPodTemplate", "workerPodTemplate"];
    let mut all: Vec<String> = pod
        .iter()
        .flat_map(|spec| templates.map(|template| format!("  {template}: {{spec: {spec}}}\n")))
        .collect();
    all.extend(
        [
            "volumes: [{name: node, hostPath: {path: /var/run}}]",
            "workerVolumes: [{name: node, hostPath: {path: /var/run}}]",
            "scheduling: {tolerations: [{operator: Exists}]}",
            "scheduling: {tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]}",
            "podTemplate: {spec: {$patch: replace, hostNetwork: true, containers: [{name: locust, image: i}]}}",
            "podTemplate: {spec: {volumes: [{$patch: replace}, {name: node, hostPath: {path: /}}]}}",
            "podTemplate: {spec: {volumes: [{name: node, emptyDir: {}}]}}\n  workerPodTemplate: {spec: {volumes: [{name: node, hostPath: {path: /}}]}}",
            "podTemplate: {spec: {serviceAccountName: default}}\n  masterPodTemplate: {spec: {serviceAccountName: admin}}",
            "podTemplate: {spec: {containers: [{name: other, image: i, securityContext: {privileged: true}}]}}",
        ]
        .map(|field| format!("  {field}\n")),
    );
    all
}

/// Whether a pod has anything that the policy withholds: read from the JSON's text, by nothing of podgraft.
fn has_privilege(pod: &Value) -> bool {
    let everywhere = pod.to_string();
    let spec = &pod["spec"];
    let account =
        spec["serviceAccountName"].as_str().or(spec["serviceAccount"].as_str()).unwrap_or("default");
    let tolerations = spec["tolerations"].as_array().cloned().unwrap_or_default();
    [
        "\"hostNetwork\":true",
        "\"hostPID\":true",
        "\"hostIPC\":true",
        "\"privileged\":true",
        "\"hostProcess\":true",
        "\"hostPath\":",
        "\"add\":[",
    ]
    .iter()
    .any(|part| everywhere.contains(part))
        || account != "default"
        || !spec["nodeName"].is_null()
        || !spec["priorityClassName"].is_null()
        || tolerations.iter().any(|one| {
            one["key"]
                .as_str()
                .is_none_or(|key| key.is_empty() || key.starts_with("node-role.kubernetes.io/"))
        })
}

pub(crate) fn an_author_without_rights_gets_nothing(place: &Place<'_>) {
    let _webhook = serve(place);
    let stored = place.name("stored");
    let alice = USERS[0].1;
    write(place, alice, &["create", "-f", "-"], &test(&stored, "")).unwrap();
    let attempts = attempts();
    assert!(attempts.len() >= 60, "{}", attempts.len());
    let (mut refused, mut tried) = (0, 0);
    for attempt in &attempts {
        let name = place.name("tried");
        let tests = [
            (test(&name, attempt), &["create", "--dry-run=server", "-f", "-"][..]),
            (test(&stored, attempt), &["replace", "--dry-run=server", "-f", "-"]),
        ];
        for (text_of_test, arguments) in tests {
            tried += 1;
            if write(place, alice, arguments, &text_of_test).is_err() {
                refused += 1;
                continue;
            }
            // What is stored gives the pods nothing of that.
            let rendered = podgraft(
                &["render", "-n", &place.namespace, "-o", "json", "-f", "-"],
                text_of_test.as_bytes(),
            );
            let list: Value = serde_json::from_str(text(&rendered.stdout)).unwrap_or(json!({}));
            let jobs = list["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "Job");
            for job in jobs {
                assert!(!has_privilege(&job["spec"]["template"]), "{attempt} gets {job}");
            }
        }
    }
    println!("{tried} attempts of an author without rights: {refused} refused");
    assert!(refused * 10 > tried * 9, "the attempts are hardly any");
}
