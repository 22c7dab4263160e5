//! What is read of a configuration, and what is refused.

use podgraft_merge::patch::UnknownFields;
use serde_json::json;

use super::{Config, resources::Resources};

#[test]
fn what_is_left_out_is_as_by_default() {
    assert_eq!(Config::from_value(&json!({})).unwrap(), Config::default());
    let config = Config::from_value(&json!({"locustPods": {"metricsExporter": {"port": 9000}}})).unwrap();
    assert_eq!(config.locust_pods.metrics_exporter.port, 9000);
    assert_eq!(config.locust_pods.resources, Config::default().locust_pods.resources);
}

#[test]
fn a_part_of_resources_leaves_the_rest() {
    let resources = json!({"limits": {"cpu": "2"}});
    let config = Config::from_value(&json!({"locustPods": {
        "resources": resources, "metricsExporter": {"resources": resources}
    }}));
    let pods = config.unwrap().locust_pods;
    let default = Config::default().locust_pods;
    assert_eq!(pods.resources.requests, default.resources.requests);
    assert_eq!(pods.resources.limits, *json!({"cpu": "2", "memory": "1024Mi"}).as_object().unwrap());
    let exporter = pods.metrics_exporter.resources;
    assert_eq!(exporter.requests, default.metrics_exporter.resources.requests);
    assert_eq!(exporter.limits, *json!({"cpu": "2", "memory": "128Mi"}).as_object().unwrap());
}

#[test]
fn the_public_charts_spellings_are_understood() {
    let chart = json!({"kafka": null, "locustPods": {
        "ttlSecondsAfterFinished": "",
        "resources": {"requests": {"ephemeralStorage": "50M", "cpu": null}, "limits": {"ephemeralStorage": ""}},
        "metricsExporter": {"resources": {"requests": {"ephemeralStorage": ""}, "limits": null}}
    }});
    let pods = Config::from_value(&chart).unwrap().locust_pods;
    assert_eq!(pods.ttl_seconds_after_finished, None);
    let both = pods.resources.under(&Resources::default());
    let requests = json!({"cpu": "250m", "memory": "128Mi", "ephemeral-storage": "50M"});
    assert_eq!(both.requests, *requests.as_object().unwrap());
    assert_eq!(both.limits, Config::default().locust_pods.resources.limits);
    let exporter = pods.metrics_exporter.resources;
    assert_eq!(exporter.requests, *json!({"cpu": "100m", "memory": "64Mi"}).as_object().unwrap());
}

#[test]
fn unknown_fields_are_refused_or_told() {
    for (written, read) in [("Refuse", UnknownFields::Refuse), ("Warn", UnknownFields::Warn)] {
        let setting = json!({ "unknownFields": written });
        let config = Config::from_value(&setting).unwrap();
        assert_eq!(config.unknown_fields, read);
        assert_eq!(serde_json::to_value(config).unwrap()["unknownFields"], written);
    }
    let errors = Config::from_value(&json!({"unknownFields": "Ignore"})).unwrap_err();
    let wanted = "correct the configuration: unknown variant `Ignore`, expected `Refuse` or `Warn`";
    assert_eq!(errors[0].message, wanted);
}

#[test]
fn unknown_settings_are_refused_with_a_hint() {
    let errors = Config::from_value(&json!({"kafka": {"enabeld": true}, "locustPod": {}})).unwrap_err();
    let messages: Vec<String> = errors.into_iter().map(|error| error.message).collect();
    assert_eq!(
        messages,
        [
            "the configuration has no setting \"enabeld\" here; did you mean \"enabled\"?",
            "the configuration has no setting \"locustPod\" here; did you mean \"locustPods\"?"
        ]
    );
    assert_eq!(
        Config::from_value(&json!({"kafka": {"enabled": "x"}})).unwrap_err()[0].code,
        "invalid-config"
    );
}

#[test]
fn values_of_the_wrong_kind_are_refused_where_they_are() {
    for (config, path, part) in [
        (json!([]), ".", "write the configuration as a map"),
        (json!(null), ".", "write the configuration as a map"),
        (json!({"kafka": [true]}), ".kafka", "as a map"),
        (json!({"kafka": {"enabled": "x"}}), ".kafka.enabled", "as true or false"),
        (
            json!({"locustPods": {"ttlSecondsAfterFinished": "soon"}}),
            ".locustPods.ttlSecondsAfterFinished",
            "whole number",
        ),
        (
            json!({"locustPods": {"ttlSecondsAfterFinished": -1}}),
            ".locustPods.ttlSecondsAfterFinished",
            "not negative",
        ),
        (
            json!({"locustPods": {"metricsExporter": {"port": 0}}}),
            ".locustPods.metricsExporter.port",
            "1 to 65535",
        ),
        (
            json!({"locustPods": {"metricsExporter": {"pullPolicy": "Often"}}}),
            ".locustPods.metricsExporter.pullPolicy",
            "one of Always",
        ),
        (
            json!({"locustPods": {"resources": {"requests": ["cpu"]}}}),
            ".locustPods.resources.requests",
            "a map of quantities",
        ),
        (
            json!({"locustPods": {"resources": {"limits": {"cpu": true}}}}),
            ".locustPods.resources.limits.cpu",
            "as a quantity",
        ),
        (
            json!({"locustPods": {"masterResources": {"limits": {"cpu": "2 cores"}}}}),
            ".locustPods.masterResources.limits.cpu",
            "as a quantity",
        ),
        (
            json!({"locustPods": {"resources": {"limits": {"cpu": "100m"}}}}),
            ".locustPods.resources.limits.cpu",
            "raise the limit of cpu to \"250m\" or more",
        ),
        (
            json!({"locustPods": {"metricsExporter": {"resources": {"limits": {"memory": "1Mi"}}}}}),
            ".locustPods.metricsExporter.resources.limits.memory",
            "raise the limit",
        ),
        (
            json!({"locustPods": {"workerResources": {"requests": {"memory": "4Gi"}}}}),
            ".locustPods.workerResources.limits.memory",
            "raise the limit",
        ),
        (
            json!({"locustPods": {"resources": {"limits": {"ephemeralStorage": "1Gi", "ephemeral-storage": "1Gi"}}}}),
            ".locustPods.resources.limits.ephemeralStorage",
            "another spelling",
        ),
    ] {
        let errors = Config::from_value(&config).unwrap_err();
        assert_eq!(errors.len(), 1, "{config}");
        assert_eq!(errors[0].code, "invalid-config", "{config}");
        assert_eq!(errors[0].path.as_ref().unwrap().to_string(), path, "{config}");
        assert!(errors[0].message.contains(part), "{config}: {}", errors[0].message);
    }
    // The names of free maps are settings only where there are such maps.
    for config in [json!({"limits": {}}), json!({"kafka": {"ttlSecondsAfterFinished": 1}})] {
        assert_eq!(Config::from_value(&config).unwrap_err()[0].code, "unknown-field", "{config}");
    }
}

#[test]
fn the_example_has_every_setting_at_its_default() {
    let text = include_str!("../../../../docs/config.example.yaml");
    let read = podgraft_pod::manifest::read("config.example.yaml", text.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
    let example = &read.documents[0].value;
    assert_eq!(*example, serde_json::to_value(Config::default()).unwrap());
    assert_eq!(Config::from_value(example).unwrap(), Config::default());
    assert!(text.contains("# ttlSecondsAfterFinished:"), "the one setting without a default is not shown");
}
