//! The container that runs Locust.

use serde_json::{Map, Value, json};

use super::generated_name;
use crate::{
    config::{Config, Kafka, Resources},
    load_test::LoadTest,
    locust_command::ConnectionOption,
    names::{LIBRARY_FOLDER, LIBRARY_VOLUME, LOCUST, SOURCE_FOLDER, SOURCE_VOLUME},
    ports::{MASTER_PORT, MASTER_PORTS, WEB_PORT, WORKER_PORT},
    role::Role,
};

/// The base container of a role: no image, which the author always sets.
pub(super) fn container(test: &LoadTest, role: Role, config: &Config) -> Value {
    let mut container = Map::new();
    container.insert("name".into(), LOCUST.into());
    container.insert("imagePullPolicy".into(), "IfNotPresent".into());
    container.insert("args".into(), arguments(test, role).into());
    container.insert("env".into(), environment(config).into());
    let ports = match role {
        Role::Master => [&MASTER_PORTS[..], &[WEB_PORT]].concat(),
        Role::Worker => vec![WORKER_PORT],
    };
    let ports: Vec<Value> = ports.into_iter().map(|port| json!({ "containerPort": port })).collect();
    container.insert("ports".into(), ports.into());
    let mounts = mounts(test);
    if !mounts.is_empty() {
        container.insert("volumeMounts".into(), mounts.into());
    }
    if !sets_resources(test, role) {
        container.insert("resources".into(), resources(role, config));
    }
    Value::Object(container)
}

/// The operator's own flags but for those that the test removes, in the public operator's order.
///
/// # Source
/// locust-k8s-operator 2.3.0, `internal/resources/command.go`.
fn arguments(test: &LoadTest, role: Role) -> Vec<Value> {
    let removed = match role {
        Role::Master => &test.spec.master.remove_args,
        Role::Worker => &test.spec.worker.remove_args,
    };
    let is_kept = |flag: &str| is_wiring(flag) || !removed.iter().any(|one| one == flag);
    let flags = flags(test, role).into_iter().filter(|(flag, _)| is_kept(flag));
    flags.flat_map(|(flag, words)| words.unwrap_or_else(|| vec![flag.to_owned()])).map(Value::from).collect()
}

/// The operator's flags for a role that a test may remove.
pub(crate) const fn removable(role: Role) -> &'static [&'static str] {
    match role {
        Role::Master => &["--otel", "--autostart", "--autoquit", "--enable-rebalancing", "--only-summary"],
        Role::Worker => &["--otel"],
    }
}

/// Whether master and workers would not find each other without the flag.
pub(crate) fn is_wiring(flag: &str) -> bool {
    ConnectionOption::named(flag).is_some_and(ConnectionOption::is_the_operators)
}

/// Each flag with its words, where these are others than the flag.
fn flags(test: &LoadTest, role: Role) -> Vec<(&'static str, Option<Vec<String>>)> {
    let observability = test.spec.observability.as_ref();
    let otel = observability
        .and_then(|observability| observability.open_telemetry.as_ref())
        .is_some_and(|otel| otel.enabled);
    let alone = |option: ConnectionOption| (option.flag(), None);
    let joined = |option: ConnectionOption, value: &str| {
        (option.flag(), Some(vec![format!("{}={value}", option.flag())]))
    };
    let port = joined(ConnectionOption::MasterPort, &MASTER_PORT.to_string());
    let mut flags = Vec::new();
    if otel {
        flags.push(("--otel", None));
    }
    match role {
        Role::Master => {
            let master = &test.spec.master;
            let workers = joined(ConnectionOption::ExpectWorkers, &test.spec.worker.replicas.to_string());
            flags.extend([alone(ConnectionOption::Master), port, workers]);
            if master.autostart.unwrap_or(true) {
                flags.push(("--autostart", None));
            }
            let autoquit = master.autoquit.clone().unwrap_or_default();
            if autoquit.enabled.unwrap_or(true) {
                let timeout = autoquit.timeout.unwrap_or(60).to_string();
                flags.push(("--autoquit", Some(vec!["--autoquit".into(), timeout])));
            }
            flags.extend([("--enable-rebalancing", None), ("--only-summary", None)]);
        }
        Role::Worker => {
            let host = joined(ConnectionOption::MasterHost, &generated_name(test, Role::Master));
            flags.extend([alone(ConnectionOption::Worker), port, host]);
        }
    }
    flags
}

/// `POD_NAME` first, for `subPathExpr`; then Kafka's variables, where Kafka is used.
fn environment(config: &Config) -> Vec<Value> {
    let mut variables =
        vec![json!({ "name": "POD_NAME", "valueFrom": { "fieldRef": { "fieldPath": "metadata.name" } } })];
    if config.kafka.enabled {
        variables.extend(kafka(&config.kafka));
    }
    variables
}

fn kafka(kafka: &Kafka) -> Vec<Value> {
    let security = &kafka.security;
    let plain = [
        ("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers.clone()),
        ("KAFKA_SECURITY_ENABLED", security.enabled.to_string()),
        ("KAFKA_SECURITY_PROTOCOL_CONFIG", security.protocol.clone()),
        ("KAFKA_SASL_MECHANISM", security.sasl_mechanism.clone()),
        ("KAFKA_SASL_JAAS_CONFIG", security.jaas_config.clone()),
    ];
    let mut variables: Vec<Value> =
        plain.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let credentials = &kafka.credentials;
    if !credentials.secret_name.is_empty() {
        for (name, key) in
            [("KAFKA_USERNAME", &credentials.username_key), ("KAFKA_PASSWORD", &credentials.password_key)]
        {
            let reference = json!({ "name": credentials.secret_name, "key": key });
            variables.push(json!({ "name": name, "valueFrom": { "secretKeyRef": reference } }));
        }
    }
    variables
}

/// Whether the test has requests or limits of its own for a role: then the operator has none.
fn sets_resources(test: &LoadTest, role: Role) -> bool {
    let resources = match role {
        Role::Master => &test.spec.master.resources,
        Role::Worker => &test.spec.worker.resources,
    };
    let set = |name: &str| {
        resources
            .as_ref()
            .and_then(|own| own.get(name)?.as_object())
            .is_some_and(|entries| !entries.is_empty())
    };
    set("requests") || set("limits")
}

/// The role's configured resources, entry by entry over those of both roles.
fn resources(role: Role, config: &Config) -> Value {
    let pods = &config.locust_pods;
    let own = match role {
        Role::Master => &pods.master_resources,
        Role::Worker => &pods.worker_resources,
    };
    as_value(&pods.resources.under(own))
}

/// Resources without empty parts.
pub(super) fn as_value(resources: &Resources) -> Value {
    let mut parts = Map::new();
    for (name, entries) in [("limits", &resources.limits), ("requests", &resources.requests)] {
        if !entries.is_empty() {
            parts.insert(name.into(), Value::Object(entries.clone()));
        }
    }
    Value::Object(parts)
}

/// The test-file `ConfigMaps` that a test has: volume, `ConfigMap`, and where it is mounted.
fn files(test: &LoadTest) -> Vec<(&'static str, String, String)> {
    let Some(files) = &test.spec.test_files else { return Vec::new() };
    let one = |volume, name: &Option<String>, path: &Option<String>, default: &str| {
        let name = name.clone().filter(|name| !name.is_empty())?;
        let path = path.clone().filter(|path| !path.is_empty()).unwrap_or_else(|| default.to_owned());
        Some((volume, name, path))
    };
    let source = one(SOURCE_VOLUME, &files.config_map_ref, &files.src_mount_path, SOURCE_FOLDER);
    let library = one(LIBRARY_VOLUME, &files.lib_config_map_ref, &files.lib_mount_path, LIBRARY_FOLDER);
    source.into_iter().chain(library).collect()
}

/// The volumes of the test's files.
pub(super) fn volumes(test: &LoadTest) -> Vec<Value> {
    let volume = |(volume, name, _)| json!({ "name": volume, "configMap": { "name": name } });
    files(test).into_iter().map(volume).collect()
}

fn mounts(test: &LoadTest) -> Vec<Value> {
    let mount = |(volume, _, path)| json!({ "name": volume, "mountPath": path });
    files(test).into_iter().map(mount).collect()
}
