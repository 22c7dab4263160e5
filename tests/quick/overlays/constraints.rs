//! Constraints: what each sort accepts and refuses, and that nothing gets round them.

use podgraft_locust::Rendered;
use podgraft_merge::diagnostic::Diagnostic;
use serde_json::{Value, json};

use super::render::{cluster, errors, namespaced, render, test};

fn guard(constraint: Value) -> Value {
    cluster("guard", json!({"constraints": [constraint]}))
}

/// What a constraint refuses of a test with these fields.
fn refused(constraint: Value, fields: Value) -> Vec<Diagnostic> {
    of_constraints(&render(test(fields), vec![guard(constraint)]))
}

fn of_constraints(rendered: &Rendered) -> Vec<Diagnostic> {
    let errors = errors(rendered);
    assert!(errors.iter().all(|error| error.code == "constraint"), "{errors:#?}");
    errors.into_iter().cloned().collect()
}

fn template(spec: Value) -> Value {
    json!({"podTemplate": {"spec": spec}})
}

fn locust(fields: Value) -> Value {
    let mut container = fields;
    container["name"] = "locust".into();
    template(json!({"containers": [container]}))
}

#[test]
fn each_sort_accepts_and_refuses() {
    let memory = |bound: Value| {
        let mut constraint = json!({"path": ".spec.containers[name=\"locust\"].resources.limits.memory"});
        super::render::merge(&mut constraint, bound);
        constraint
    };
    let limit = |amount: Value| locust(json!({"resources": {"limits": {"memory": amount}}}));
    let priority = |name: &str| template(json!({"priorityClassName": name}));
    for (constraint, fields, is_refused) in [
        // enum
        (json!({"path": ".spec.priorityClassName", "enum": ["low", "mid"]}), priority("low"), false),
        (json!({"path": ".spec.priorityClassName", "enum": ["low", "mid"]}), priority("high"), true),
        (json!({"path": ".spec.priorityClassName", "enum": ["low"]}), json!({}), false),
        (json!({"path": ".spec.hostNetwork", "enum": [false]}), template(json!({"hostNetwork": true})), true),
        (
            json!({"path": ".spec.hostNetwork", "enum": [false]}),
            template(json!({"hostNetwork": false})),
            false,
        ),
        (memory(json!({"enum": ["1Gi"]})), limit(json!("1024Mi")), false),
        (memory(json!({"enum": ["1Gi"]})), limit(json!("1G")), true),
        // pattern: the whole value
        (json!({"eachContainer": ".image", "pattern": "locust|containersol/.*"}), json!({}), false),
        (
            json!({"eachContainer": ".image", "pattern": "reg\\.corp/.*"}),
            json!({"image": "reg.corp/locust"}),
            true,
        ),
        (
            json!({"path": ".spec.containers[*].image", "pattern": "reg\\.corp/.*"}),
            json!({"image": "reg.corp/locust"}),
            false,
        ),
        (
            json!({"path": ".spec.containers[*].image", "pattern": "reg\\.corp/.*"}),
            json!({"image": "evil.io/reg.corp/x"}),
            true,
        ),
        (
            json!({"path": ".spec.containers[*].image", "pattern": "locust"}),
            json!({"image": "locust\nx"}),
            true,
        ),
        (
            json!({"path": ".metadata.labels[\"example.com/team\"]", "pattern": "[a-z]+"}),
            json!({"worker": {"labels": {"example.com/team": "x1"}}}),
            true,
        ),
        // min and max: quantities
        (memory(json!({"max": "1Gi"})), limit(json!("1024Mi")), false),
        (memory(json!({"max": "1Gi"})), limit(json!("1073741824")), false),
        (memory(json!({"max": "1Gi"})), limit(json!(1_073_741_824)), false),
        (memory(json!({"max": "1Gi"})), limit(json!("1073741825")), true),
        (memory(json!({"max": "1Gi"})), limit(json!("1.1e9")), true),
        (memory(json!({"min": "1Gi"})), limit(json!("1G")), true),
        (memory(json!({"min": "512Mi", "max": "2Gi"})), limit(json!("1Gi")), false),
        // min and max: numbers
        (
            json!({"path": ".spec.terminationGracePeriodSeconds", "max": 60}),
            template(json!({"terminationGracePeriodSeconds": 60})),
            false,
        ),
        (
            json!({"path": ".spec.terminationGracePeriodSeconds", "max": 60}),
            template(json!({"terminationGracePeriodSeconds": 61})),
            true,
        ),
        (json!({"path": ".spec.terminationGracePeriodSeconds", "max": 60}), json!({}), false),
        // required
        (json!({"path": ".spec.priorityClassName", "required": true}), json!({}), true),
        (json!({"path": ".spec.priorityClassName", "required": true}), priority("any"), false),
        (json!({"path": ".spec.priorityClassName", "required": true, "enum": ["low"]}), json!({}), true),
        (
            json!({"path": ".spec.nodeSelector.pool", "required": true}),
            json!({"scheduling": {"nodeSelector": {"pool": "x"}}}),
            false,
        ),
        (
            json!({"path": ".spec.tolerations[*].key", "required": true}),
            template(json!({"tolerations": [{"operator": "Exists"}]})),
            true,
        ),
        (json!({"path": ".spec.tolerations[*].key", "required": true}), json!({}), false),
        // expressions
        (
            json!({"expression": "object.spec.containers.all(c, !c.image.endsWith(':latest'))"}),
            json!({"image": "x:latest"}),
            true,
        ),
        (
            json!({"expression": "object.spec.containers.all(c, !c.image.endsWith(':latest'))"}),
            json!({}),
            false,
        ),
        (json!({"expression": "namespaceObject.metadata.labels.tier == 'gold'"}), json!({}), false),
        (json!({"expression": "object.spec.missing == 1"}), json!({}), true),
    ] {
        let errors = refused(constraint.clone(), fields.clone());
        assert_eq!(!errors.is_empty(), is_refused, "{constraint} {fields}: {errors:#?}");
    }
}

#[test]
fn nothing_gets_round_a_bound() {
    let bound = || json!({"eachContainer": ".resources.limits.memory", "max": "2Gi", "required": true});
    let large = || json!({"limits": {"memory": "64Gi"}});
    let container = |more: Value| {
        let mut container = json!({"name": "side", "image": "i"});
        super::render::merge(&mut container, more);
        container
    };
    let each = |name: &str, fields: Value| (name.to_owned(), fields);
    for (way, fields) in [
        each("a typed field", json!({"worker": {"resources": large()}})),
        each("a template", locust(json!({"resources": large()}))),
        each(
            "a role's template",
            json!({"masterPodTemplate": {"spec": {"containers": [{"name": "locust", "resources": large()}]}}}),
        ),
        each(
            "another container",
            template(json!({"containers": [container(json!({"resources": large()}))]})),
        ),
        each(
            "an init container",
            template(json!({"initContainers": [container(json!({"resources": large()}))]})),
        ),
        each(
            "a sidecar",
            template(
                json!({"initContainers": [container(json!({"restartPolicy": "Always", "resources": large()}))]}),
            ),
        ),
        each(
            "$patch: replace",
            locust(json!({"resources": {"$patch": "replace", "limits": {"memory": "3Gi"}}})),
        ),
        each("another unit", locust(json!({"resources": {"limits": {"memory": "2148M"}}}))),
        each("thousandths", locust(json!({"resources": {"limits": {"memory": "2147483648001m"}}}))),
        each("a number", locust(json!({"resources": {"limits": {"memory": 2_147_483_649_u64}}}))),
        each("absence in another container", template(json!({"containers": [container(json!({}))]}))),
        each("$unset", locust(json!({"resources": {"limits": {"$unset": ["memory"]}}}))),
        each("$patch: delete", locust(json!({"resources": {"$patch": "delete"}}))),
    ] {
        let errors = refused(bound(), fields.clone());
        assert!(!errors.is_empty(), "{way} gets round it");
    }
    let fine = locust(json!({"resources": {"limits": {"memory": "2048Mi"}}}));
    assert_eq!(refused(bound(), fine), []);
}

#[test]
fn opt_in_and_lower_overlays_do_not_get_round_it() {
    let raise = |part: &str, more: Value| {
        let mut spec = json!({part: locust(json!({"resources": {"limits": {"memory": "64Gi"}}}))});
        super::render::merge(&mut spec, more);
        spec
    };
    let bound = |priority: i32| {
        let constraint = json!({"eachContainer": ".resources.limits.memory", "max": "2Gi"});
        cluster("guard", json!({"priority": priority, "constraints": [constraint]}))
    };
    let listed = || json!({"overlays": [{"name": "raise"}]});
    for (way, overlay, fields, is_refused) in [
        ("opted-in defaults", cluster("raise", raise("defaults", json!({"optIn": true}))), listed(), true),
        (
            "defaults of a higher priority",
            cluster("raise", raise("defaults", json!({"priority": 9}))),
            json!({}),
            true,
        ),
        (
            "a namespace's overrides",
            namespaced("raise", raise("overrides", json!({"priority": 9}))),
            json!({}),
            true,
        ),
        (
            "overrides before it",
            cluster("raise", raise("overrides", json!({"priority": -1}))),
            json!({}),
            true,
        ),
        ("overrides before it by name", cluster("a", raise("overrides", json!({}))), json!({}), true),
        // What an overlay of its own place or a later one overrides is that team's decision.
        (
            "overrides after it",
            cluster("raise", raise("overrides", json!({"priority": 9}))),
            json!({}),
            false,
        ),
        ("overrides after it by name", cluster("raise", raise("overrides", json!({}))), json!({}), false),
        (
            "opted-in overrides after it",
            cluster("raise", raise("overrides", json!({"priority": 9, "optIn": true}))),
            listed(),
            false,
        ),
        (
            "opted-in overrides before it",
            cluster("raise", raise("overrides", json!({"priority": -9, "optIn": true}))),
            listed(),
            true,
        ),
    ] {
        let rendered = render(test(fields), vec![bound(0), overlay]);
        assert_eq!(!of_constraints(&rendered).is_empty(), is_refused, "{way}");
    }
}

#[test]
fn an_overlays_own_override_is_not_judged_by_it() {
    let constraint = json!({"path": ".spec.priorityClassName", "enum": ["low"]});
    let both = cluster(
        "a",
        json!({"constraints": [constraint], "overrides": template(json!({"priorityClassName": "vip"}))}),
    );
    assert_eq!(of_constraints(&render(test(json!({})), vec![both])), []);
    // Agreeing with what is there already is setting it.
    let constraint = json!({"path": ".spec.priorityClassName", "enum": ["low"]});
    let both = cluster(
        "a",
        json!({"constraints": [constraint], "overrides": template(json!({"priorityClassName": "vip"}))}),
    );
    assert_eq!(of_constraints(&render(test(template(json!({"priorityClassName": "vip"}))), vec![both])), []);
    // Of a map that an override made in part, the rest is judged.
    let constraint = json!({"path": ".spec.nodeSelector", "enum": [{"pool": "load"}]});
    let part = cluster(
        "a",
        json!({"constraints": [constraint], "overrides": template(json!({"nodeSelector": {"pool": "load"}}))}),
    );
    let more = json!({"scheduling": {"nodeSelector": {"disk": "fast"}}});
    assert_eq!(of_constraints(&render(test(more), vec![part])).len(), 1);
}

#[test]
fn a_refusal_names_everything() {
    let constraint = json!({"eachContainer": ".image", "pattern": "reg\\.corp/.*", "message": "Images come from reg.corp."});
    let mut overlay = guard(constraint);
    overlay["spec"]["selector"] = json!({"matchLabels": {"team": "shop"}});
    let fields = json!({"image": "reg.corp/locust", "workerPodTemplate": {"spec": {"containers": [{"name": "side", "image": "busybox"}]}},
        "observability": {"metricsExporter": {"enabled": false}}});
    let errors = of_constraints(&render(test(fields), vec![overlay]));
    assert_eq!(errors.len(), 1, "{errors:#?}");
    let error = &errors[0];
    assert_eq!(error.message, "Images come from reg.corp (container \"side\").");
    assert_eq!(error.path.as_ref().unwrap().to_string(), ".spec.containers[name=\"side\"].image");
    assert_eq!(error.layer_name(), Some("workerPodTemplate"));
    assert_eq!(error.object.as_deref(), Some("LocustTest team-a/checkout"));
    assert_eq!(
        error.help.as_deref(),
        Some(
            "write \"image\" so that all of it matches reg\\.corp/.*, not as \"busybox\"; ClusterPodOverlay guard demands it: .spec.constraints[0]"
        )
    );
}

#[test]
fn a_constraint_holds_for_both_roles() {
    let constraint = || json!({"path": ".spec.priorityClassName", "enum": ["low"]});
    for template in ["masterPodTemplate", "workerPodTemplate"] {
        let errors = refused(constraint(), json!({template: {"spec": {"priorityClassName": "high"}}}));
        assert_eq!(errors.len(), 1, "{template}");
        assert_eq!(errors[0].layer_name(), Some(template));
    }
    // What is wrong with both is said once.
    assert_eq!(refused(constraint(), template(json!({"priorityClassName": "high"}))).len(), 1);
    let expression = json!({"expression": "!has(object.spec.priorityClassName)"});
    let errors = refused(expression, json!({"workerPodTemplate": {"spec": {"priorityClassName": "high"}}}));
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].layer_name(), Some("worker pod"));
}

/// What Kubernetes makes of a pod is judged, not how it is written.
#[test]
fn another_spelling_is_no_way_around() {
    let account = json!({"path": ".spec.serviceAccountName", "enum": ["load-tests"]});
    let mount = |path: &str, of: Value| {
        let mounts = json!([{"name": "v", "mountPath": path}, {"name": "v", "mountPath": "/other"}]);
        let volumes = json!([{"name": "v", "emptyDir": of}]);
        template(json!({"containers": [{"name": "locust", "volumeMounts": mounts}], "volumes": volumes}))
    };
    let requests = json!({"path": ".spec.containers[name=\"locust\"].resources.requests.memory", "max": "4Gi", "required": true});
    let limits = json!({"eachContainer": ".resources.limits.memory", "max": "4Gi"});
    let data = json!({"path": ".spec.containers[name=\"locust\"].volumeMounts[mountPath=\"/data\"].name", "enum": ["data"]});
    let path = json!({"path": ".spec.containers[*].volumeMounts[*].mountPath", "enum": ["/data/", "/other", "/lotest/src"]});
    let port =
        json!({"path": ".spec.containers[name=\"locust\"].ports[containerPort=53].hostPort", "enum": [0]});
    let ports = json!([{"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP", "hostPort": 53}]);
    let resources = |fields: Value| locust(json!({"resources": fields}));
    for (constraint, fields, is_refused) in [
        (account.clone(), template(json!({"serviceAccount": "admin"})), true),
        (account.clone(), template(json!({"serviceAccount": "load-tests"})), false),
        (account, template(json!({"serviceAccount": "admin", "serviceAccountName": "load-tests"})), false),
        (requests.clone(), resources(json!({"limits": {"memory": "1Gi"}, "$unset": ["requests"]})), false),
        (requests, resources(json!({"limits": {"memory": "8Gi"}, "$unset": ["requests"]})), true),
        (limits.clone(), resources(json!({"limits": {"memory": 0}, "$unset": ["requests"]})), true),
        (limits.clone(), resources(json!({"limits": {"memory": "0Gi"}, "$unset": ["requests"]})), true),
        (limits, resources(json!({"limits": {"memory": "1"}, "$unset": ["requests"]})), false),
        (data.clone(), mount("//data/./", json!({})), true),
        (data.clone(), mount("/x/../data", json!({})), true),
        (data, mount("/data2", json!({})), false),
        (path.clone(), mount("/data", json!({})), false),
        (path, mount("/data/x/..//", json!({})), false),
        (port, locust(json!({"ports": ports})), true),
        (
            json!({"path": ".spec.volumes[name=\"v\"].emptyDir.sizeLimit", "max": "1Gi"}),
            mount("/m", json!({"sizeLimit": "0"})),
            true,
        ),
    ] {
        let found = refused(constraint.clone(), fields.clone());
        assert_eq!(!found.is_empty(), is_refused, "{constraint} {fields}\n{found:#?}");
    }
}

/// What is required must be there and say something, and nobody's override makes an absence right.
#[test]
fn required_is_not_satisfied_by_nothing() {
    let zone = json!({"path": ".spec.nodeSelector[\"zone\"]", "required": true, "enum": ["a", "b"]});
    let both = json!({
        "overrides": {"podTemplate": {"spec": {"nodeSelector": {"pool": "load"}}}},
        "constraints": [zone]
    });
    let found = of_constraints(&render(test(json!({})), vec![cluster("guard", both)]));
    assert!(!found.is_empty(), "the override names another label only");
    let unset = json!({
        "overrides": {"eachContainer": {"securityContext": {"runAsNonRoot": true}}},
        "constraints": [{"eachContainer": ".securityContext.readOnlyRootFilesystem", "required": true, "enum": [true]}]
    });
    let found = of_constraints(&render(
        test(locust(json!({"$unset": ["securityContext"]}))),
        vec![cluster("guard", unset)],
    ));
    assert!(!found.is_empty(), "the override states something beside it");
    let volume = |source: Value| template(json!({"volumes": [{"name": "v", "emptyDir": source}]}));
    for (path, fields, is_refused) in [
        (".spec.nodeSelector", template(json!({"nodeSelector": {}})), true),
        (".spec.nodeSelector", template(json!({"nodeSelector": {"a": "b"}})), false),
        (".spec.priorityClassName", template(json!({"priorityClassName": ""})), true),
        (".spec.tolerations", template(json!({"tolerations": []})), true),
        (".spec.volumes[name=\"v\"].emptyDir", volume(json!({})), false),
        (
            ".spec.containers[name=\"locust\"].resources.limits.cpu",
            locust(json!({"resources": {"limits": {"cpu": 0}, "$unset": ["requests"]}})),
            true,
        ),
    ] {
        let found = refused(json!({"path": path, "required": true}), fields.clone());
        assert_eq!(!found.is_empty(), is_refused, "{path} {fields}\n{found:#?}");
    }
    // What is listed is allowed.
    let listed = json!({"path": ".spec.priorityClassName", "required": true, "enum": ["", "low"]});
    assert!(refused(listed, template(json!({"priorityClassName": ""}))).is_empty());
}
