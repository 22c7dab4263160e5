//! [`service_rules`]: what an author may not make of the Services.

use std::collections::{BTreeMap, HashMap};

use podgraft_merge::{
    diagnostic::{Diagnostic, did_you_mean},
    path::FieldPath,
};
use podgraft_pod::validity;
use serde_json::{Map, Value, json};

use super::{
    labels,
    service::{object, own_ports, web_ports},
};
use crate::{codes, load_test::LoadTest, names::web_service_name_of, ports, role::Role};

/// The longest name of a Service.
const LONGEST_NAME: usize = 63;

/// The protocol, name and number of each port of the master's pod that has a name.
type NamedPorts<'p> = Vec<(&'p str, &'p str, i64)>;

/// What is wrong with the Services of a test whose master has this final pod. Paths are rooted at the object.
pub(crate) fn service_rules(test: &LoadTest, master_template: &Value) -> Vec<Diagnostic> {
    let overrides = &test.spec.overrides;
    let named = named_ports(master_template);
    let mut found = Vec::new();
    if let Some(settings) = &overrides.service {
        let at = FieldPath::fields(["spec", "service"]);
        let written: Vec<_> = settings.ports.iter().map(object).collect();
        found.extend(rules(test, &at, &json!(settings), &settings.labels));
        found.extend(duplicates(&own_ports(master_template), &written, &at));
        found.extend(unknown_targets(&written, &named, &at));
    }
    if let Some(settings) = &overrides.web_service {
        let at = FieldPath::fields(["spec", "webService"]);
        let written: Vec<_> = web_ports(&settings.ports).collect();
        found.extend(name_rule(test, &at));
        found.extend(rules(test, &at, &json!(settings), &settings.labels));
        found.extend(duplicates(&[], &written, &at));
        found.extend(unknown_targets(&written, &named, &at));
        found.extend(written.iter().enumerate().filter_map(|(index, port)| {
            published(port, &named).map(|(field, number)| {
                let message = format!(
                    "publish another port than {number}: the master commands its workers there, without any authentication"
                );
                Diagnostic::error(codes::PUBLISHED_PORT, message).at(at.field("ports").index(index).field(field))
            })
        }));
    }
    found
}

/// What holds for the settings of both Services: Kubernetes' rules, and the labels that are the operator's.
fn rules(
    test: &LoadTest,
    at: &FieldPath,
    settings: &Value,
    written: &BTreeMap<String, String>,
) -> Vec<Diagnostic> {
    let located = |diagnostic: Diagnostic| {
        let path = diagnostic.path.clone().unwrap_or_default();
        diagnostic.at(at.join(&path))
    };
    let mut found: Vec<Diagnostic> = validity::service_settings(settings).into_iter().map(located).collect();
    let own = labels(test, Role::Master);
    for (name, value) in written {
        if own.get(name).is_some_and(|own| own != value) {
            let message = format!(
                "remove the label \"{name}\": the Services are known by it, and it stays the operator's"
            );
            found
                .push(Diagnostic::warning(codes::RESERVED_LABEL, message).at(at.field("labels").field(name)));
        }
    }
    found
}

fn name_rule(test: &LoadTest, at: &FieldPath) -> Option<Diagnostic> {
    let name = web_service_name_of(&test.name);
    let surplus = name.len().checked_sub(LONGEST_NAME).filter(|surplus| *surplus > 0)?;
    let message = format!(
        "shorten metadata.name by {surplus} characters, or remove webService: its Service is called {name}, and a name has at most {LONGEST_NAME}"
    );
    Some(Diagnostic::error(codes::INVALID_NAME, message).at(at.clone()))
}

/// The ports that have the number and protocol, the name or the nodePort of an earlier one.
fn duplicates(own: &[Value], written: &[Map<String, Value>], at: &FieldPath) -> Vec<Diagnostic> {
    let mut taken: HashMap<(&str, String), String> = HashMap::new();
    let mut found = Vec::new();
    let own = own.iter().filter_map(Value::as_object).map(|port| (port, None));
    let written = written.iter().enumerate().map(|(index, port)| (port, Some(index)));
    for (port, index) in own.chain(written) {
        let text = |field: &str| port.get(field).map(ToString::to_string);
        let with_protocol = |number: String| number + &text("protocol").unwrap_or_default();
        let holder = match index {
            None => format!("the operator's own {}", text("name").unwrap_or_default()),
            Some(index) => format!("{}", at.field("ports").index(index)),
        };
        for (field, key) in [
            ("port", text("port").map(with_protocol)),
            ("name", text("name")),
            ("nodePort", text("nodePort").map(with_protocol)),
        ] {
            let Some(key) = key else { continue };
            let Some(earlier) = taken.get(&(field, key.clone())) else {
                taken.insert((field, key), holder.clone());
                continue;
            };
            let Some(index) = index else { continue };
            let value = text(field).unwrap_or_default();
            let message = format!("choose another {field} than {value}: {earlier} has it");
            let path = at.field("ports").index(index).field(field);
            found.push(Diagnostic::error(codes::DUPLICATE_PORT, message).at(path));
        }
    }
    found
}

/// The targets that are names which no container of the master's pod gives a port.
fn unknown_targets(
    written: &[Map<String, Value>],
    named: &NamedPorts<'_>,
    at: &FieldPath,
) -> Vec<Diagnostic> {
    let unknown = |(index, port): (usize, &Map<String, Value>)| {
        let target = port.get("targetPort")?.as_str().filter(|target| !is_number(target))?;
        let protocol = port.get("protocol").and_then(Value::as_str);
        let is_there = |(own, name, _): &(&str, &str, i64)| {
            *name == target && protocol.is_none_or(|wanted| wanted == *own)
        };
        if named.iter().any(is_there) {
            return None;
        }
        let near = did_you_mean(target, named.iter().map(|(_, name, _)| *name));
        let message = format!(
            "name a port of the master's pod, or write its number: no container has a {} port \"{target}\"{near}",
            protocol.unwrap_or("TCP")
        );
        let path = at.field("ports").index(index).field("targetPort");
        Some(Diagnostic::warning(codes::UNKNOWN_PORT, message).at(path))
    };
    written.iter().enumerate().filter_map(unknown).collect()
}

/// The field by which a port leads to the master's side of its workers, with the number; whatever the protocol, and
/// by the name of a port, too.
fn published(port: &Map<String, Value>, named: &NamedPorts<'_>) -> Option<(&'static str, i64)> {
    let is_wired = |number: &i64| ports::is_of_master(*number);
    let target = port.get("targetPort");
    let own = port.get("port").and_then(Value::as_i64).filter(is_wired).map(|number| ("port", number));
    own.or_else(|| {
        let text = target.and_then(Value::as_str);
        let number = target.and_then(Value::as_i64).or_else(|| text?.trim().parse().ok());
        let by_name =
            || named.iter().filter(|(_, name, _)| Some(*name) == text).map(|(_, _, number)| *number);
        number.into_iter().chain(by_name()).find(is_wired).map(|number| ("targetPort", number))
    })
}

fn is_number(text: &str) -> bool {
    text.trim().parse::<i64>().is_ok()
}

/// The ports of a pod that have names, of init containers that run on, too.
fn named_ports(pod_template: &Value) -> NamedPorts<'_> {
    let lists = ["/spec/containers", "/spec/initContainers"].into_iter();
    let containers = lists.filter_map(|list| pod_template.pointer(list)?.as_array()).flatten();
    let ports = containers.filter_map(|container| container.get("ports")?.as_array()).flatten();
    let named = ports.filter_map(|port| {
        let protocol = port.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
        Some((protocol, port.get("name")?.as_str()?, port.get("containerPort")?.as_i64()?))
    });
    named.collect()
}

#[cfg(test)]
mod tests;
