//! Requests and limits.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::{
    findings::Findings,
    formats::{LABEL, QUALIFIED},
    quantity::Quantity,
};
use crate::cursor::Cursor;
use podgraft_merge::path::FieldPath;

const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
const HUGE: &str = "hugepages-";

/// Judges the resources of one container.
pub(super) fn judge(container: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    let Some(resources) = container.get("resources") else { return };
    amounts(&resources, found, of_no_container);
    claims(&resources, spec, found);
}

/// What is wrong with the name of a container's resource, if anything.
fn of_no_container(name: &str) -> Option<String> {
    if name.contains('/') && !is_native(name) && !is_extended(name) {
        return Some(format!(
            "correct \"{name}\": a resource of a container has a domain and a name, as in example.com/gpu"
        ));
    }
    let known = STANDARD.contains(&name) || name.starts_with(HUGE);
    (!known && !name.contains('/')).then(|| {
        let near = podgraft_merge::diagnostic::did_you_mean(name, STANDARD);
        format!("correct \"{name}\", or write its domain, as in example.com/{name}: containers have {} and {HUGE}SIZE{near}", STANDARD.join(", "))
    })
}

/// Judges the resources of the pod as a whole.
pub(super) fn judge_pod(spec: &Cursor<'_>, found: &mut Findings) {
    let Some(resources) = spec.get("resources") else { return };
    if resources.has("claims") {
        found
            .refuse(resources.field("claims"), "move claims to a container: a pod's own resources have none");
    }
    amounts(&resources, found, |name| {
        let known = matches!(name, "cpu" | "memory") || name.starts_with(HUGE);
        (!known).then(|| {
            format!("move \"{name}\" to a container: a pod's own resources are cpu, memory and {HUGE}SIZE")
        })
    });
    totals(spec, &resources, found);
}

/// What the containers ask for together, and each may use, must fit into what the pod has.
fn totals(spec: &Cursor<'_>, resources: &Cursor<'_>, found: &mut Findings) {
    let requests = resources.get("requests");
    for (name, limit) in resources.entries("limits") {
        let Some(most) = read(limit.value) else { continue };
        let said = requests.as_ref().is_some_and(|requests| requests.has(name));
        if !said && together(spec, name).is_some_and(|together| together > most) {
            let message = format!("raise {name}: the containers request more than {} together", limit.value);
            found.refuse(limit.path.clone(), message);
        }
        for container in spec.items("containers") {
            if amount(&container, "limits", name).is_some_and(|own| own > most) {
                let path = container.field("resources").field("limits").field(name);
                let most = limit.value;
                found.refuse(
                    path,
                    format!("lower it to {most} or less: the pod as a whole has no more {name}"),
                );
            }
        }
    }
    for (name, request) in resources.entries("requests") {
        let Some(most) = read(request.value) else { continue };
        if together(spec, name).is_some_and(|together| together > most) {
            let message =
                format!("raise {name}: the containers request more than {} together", request.value);
            found.refuse(request.path, message);
        }
    }
}

fn amount(container: &Cursor<'_>, kind: &str, name: &str) -> Option<Quantity> {
    read(container.get("resources")?.get(kind)?.get(name)?.value)
}

/// What a container requests: its limit, where it does not say.
fn asked(container: &Cursor<'_>, name: &str) -> Option<Quantity> {
    amount(container, "requests", name).or_else(|| amount(container, "limits", name))
}

/// What a pod's containers request at the most at one time: an init container runs alone, but for
/// the sidecars before it.
///
/// # Source
/// Kubernetes 1.37.2, component-helpers `resource/helpers.go`, `AggregateContainerRequests`.
fn together(spec: &Cursor<'_>, name: &str) -> Option<Quantity> {
    let add = |sum: Option<Quantity>, own: Option<Quantity>| match (sum, own) {
        (Some(sum), Some(own)) => Some(sum.plus(own)),
        (sum, own) => sum.or(own),
    };
    let (mut sidecars, mut most) = (None, None);
    for container in spec.items("initContainers") {
        let own = asked(&container, name);
        most = most.max(add(sidecars, own));
        if container.str("restartPolicy") == Some("Always") {
            sidecars = add(sidecars, own);
        }
    }
    let containers = spec.items("containers");
    most.max(containers.iter().fold(sidecars, |sum, container| add(sum, asked(container, name))))
}

/// Judges what running the pod costs besides its containers: written as a container's limits.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `validateOverhead`.
pub(super) fn judge_overhead(spec: &Cursor<'_>, found: &mut Findings) {
    let overhead = spec.entries("overhead");
    names_and_amounts(&overhead, found, &of_no_container);
    huge_pages_alone(&spec.field("overhead"), overhead.iter().map(|(name, _)| *name), found);
}

/// Judges names and amounts of requests and limits, and how they fit together.
fn amounts(resources: &Cursor<'_>, found: &mut Findings, unknown: impl Fn(&str) -> Option<String>) {
    for kind in ["limits", "requests"] {
        names_and_amounts(&resources.entries(kind), found, &unknown);
    }
    let limits = resources.entries("limits");
    let limit = |name: &str| limits.iter().find(|(limit, _)| *limit == name).map(|(_, amount)| amount.value);
    for (name, request) in resources.entries("requests") {
        let Some(asked) = read(request.value) else { continue };
        match limit(name) {
            None if !may_overcommit(name) => {
                let message = format!("add the same amount of {name} to limits: it cannot be overcommitted");
                found.refuse(request.path, message);
            }
            Some(most) if read(most).is_some_and(|most| asked > most) => {
                found.refuse(
                    request.path,
                    format!("lower it to {most} or less, or raise the limit: a request fits into its limit"),
                );
            }
            Some(most) if !may_overcommit(name) && read(most).is_some_and(|most| asked != most) => {
                found.refuse(
                    request.path,
                    format!("set it to {most}, as the limit: {name} cannot be overcommitted"),
                );
            }
            _ => {}
        }
    }
    let all = ["limits", "requests"].into_iter().flat_map(|kind| resources.entries(kind));
    huge_pages_alone(&resources.path, all.map(|(name, _)| name), found);
}

fn names_and_amounts(
    entries: &[(&str, Cursor<'_>)],
    found: &mut Findings,
    unknown: &impl Fn(&str) -> Option<String>,
) {
    for (name, amount) in entries {
        match unknown(name) {
            Some(message) => found.refuse(amount.path.clone(), message),
            None => found.written(amount.path.clone(), "a resource", name, &QUALIFIED),
        }
        one(name, amount, found);
    }
}

fn huge_pages_alone<'n>(path: &FieldPath, names: impl Iterator<Item = &'n str>, found: &mut Findings) {
    let names: Vec<&str> = names.collect();
    if names.iter().any(|name| name.starts_with(HUGE))
        && !names.iter().any(|name| matches!(*name, "cpu" | "memory"))
    {
        found.refuse(path.clone(), "add cpu or memory: huge pages come only with them");
    }
}

fn one(name: &str, amount: &Cursor<'_>, found: &mut Findings) {
    let written = amount.value;
    let Some(quantity) = read(written) else {
        let message = format!("write {name} as an amount, as in 500m, 2 or 1Gi, not {written}");
        return found.refuse(amount.path.clone(), message);
    };
    if quantity.is_negative() {
        found.refuse(amount.path.clone(), format!("write zero or more, not {written}"));
    }
    if name.contains('/') && !is_native(name) && !quantity.is_whole() {
        found.refuse(
            amount.path.clone(),
            format!("write a whole number, not {written}: {name} cannot be divided"),
        );
    }
    if let Some(size) = name.strip_prefix(HUGE) {
        let page = read(&Value::from(size));
        if !page.is_some_and(|page| quantity.is_multiple_of(page)) {
            found.refuse(
                amount.path.clone(),
                format!("write a multiple of the page size {size}, not {written}"),
            );
        }
    }
}

/// An amount of a resource, which counts in thousandths.
fn read(value: &Value) -> Option<Quantity> {
    Quantity::read(value).map(Quantity::in_thousandths)
}

/// A resource that is not Kubernetes' own, and may have a quota.
fn is_extended(name: &str) -> bool {
    !name.starts_with("requests.") && (QUALIFIED.holds)(&format!("requests.{name}"))
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn may_overcommit(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE)
}

/// The claims of devices that a container uses are the pod's.
fn claims(resources: &Cursor<'_>, spec: &Cursor<'_>, found: &mut Findings) {
    let claims = resources.items("claims");
    if claims.is_empty() {
        return;
    }
    let known: BTreeSet<&str> = spec.items("resourceClaims").iter().map(|known| known.text("name")).collect();
    // By claim, the requests of it.
    let mut seen: HashMap<&str, HashSet<&str>> = HashMap::new();
    for claim in claims {
        let name = found.required(&claim, "name", "my-claim").unwrap_or_default();
        found.format(&claim, "request", &LABEL);
        if !known.contains(name) {
            let near = podgraft_merge::diagnostic::did_you_mean(name, known.iter().copied());
            found.refuse(
                claim.field("name"),
                format!("add \"{name}\" to the pod's resourceClaims, or correct the name{near}"),
            );
        }
        let (request, requests) = (claim.text("request"), seen.entry(name).or_default());
        // Without a request, it is the whole claim.
        if !requests.is_empty() && (request.is_empty() || requests.contains("")) || requests.contains(request)
        {
            found.refuse(claim.path, format!("remove one of the two uses of claim \"{name}\""));
        }
        requests.insert(request);
    }
}
