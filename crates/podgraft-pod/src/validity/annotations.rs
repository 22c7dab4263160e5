//! Annotations of the pod template that Kubernetes itself reads.

use std::{cell::LazyCell, collections::HashMap};

use serde_json::{Map, Value};

use super::{findings::Findings, formats::RELATIVE_PATH, tolerations};
use crate::cursor::Cursor;

/// Old annotations that chose a container's `AppArmor` profile.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The old annotation that chose the pod's seccomp profile.
const SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// Old annotations that chose a container's seccomp profile.
const CONTAINER_SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// What a node's kubelet writes on the pods that the node itself has.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// Tolerations as they were once written.
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";

/// Which pods go first when there are too many.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Judges the annotations that are more than notes.
///
/// # Source
/// Kubernetes 1.37.2, `pkg/apis/core/validation/validation.go`, `ValidatePodSpecificAnnotations`,
/// `validateSeccompAnnotationsAndFields` and `validateAppArmorAnnotationsAndFieldsMatchOnCreate`.
pub(super) fn judge(pod: &Cursor<'_>, found: &mut Findings) {
    let Some(metadata) = pod.get("metadata") else { return };
    let containers = LazyCell::new(|| by_name(pod));
    for (key, annotation) in metadata.entries("annotations") {
        let Some(text) = annotation.value.as_str() else { continue };
        if let Some(container) = key.strip_prefix(APP_ARMOR) {
            app_armor(pod, (key, container), containers.get(container), &annotation, found);
        } else if let Some(container) = key.strip_prefix(CONTAINER_SECCOMP) {
            let own = containers.get(container).and_then(|own| own.get("securityContext"));
            seccomp(key, &annotation, own, found);
        } else {
            match key {
                SECCOMP => {
                    let own = pod.get("spec").and_then(|spec| spec.get("securityContext"));
                    seccomp(key, &annotation, own, found);
                }
                MIRROR => mirror(pod, &annotation, found),
                TOLERATIONS => tolerated(text, &annotation, found),
                DELETION_COST => deletion_cost(text, &annotation, found),
                _ => {}
            }
        }
    }
}

/// The containers and init containers; of two of one name the first.
fn by_name<'a>(pod: &Cursor<'a>) -> HashMap<&'a str, Cursor<'a>> {
    let spec = pod.get("spec");
    let all = spec.iter().flat_map(|spec| [spec.items("initContainers"), spec.items("containers")]).flatten();
    let all: Vec<Cursor<'a>> = all.collect();
    all.into_iter().rev().filter_map(|container| Some((container.str("name")?, container))).collect()
}

/// Judges the profile of a container, which is one that there should be.
fn app_armor(
    pod: &Cursor<'_>,
    (key, container): (&str, &str),
    own: Option<&Cursor<'_>>,
    annotation: &Cursor<'_>,
    found: &mut Findings,
) {
    if own.is_none() {
        found.refuse(
            annotation.path.clone(),
            format!("remove the annotation {key}: there is no container \"{container}\""),
        );
    }
    let profile = annotation.value.as_str().unwrap_or_default();
    if !(matches!(profile, "" | "runtime/default" | "unconfined") || profile.starts_with("localhost/")) {
        let message = format!(
            "set the annotation {key} to runtime/default, unconfined or localhost/PROFILE, not \"{profile}\""
        );
        found.refuse(annotation.path.clone(), message);
    }
    if own.and_then(|own| chosen(pod, own)).is_some_and(|chosen| chosen != profile) {
        let message =
            format!("remove the annotation {key}: appArmorProfile of the container says something else");
        found.refuse(annotation.path.clone(), message);
    }
}

/// The profile that the fields give a container, as the annotation would write it.
fn chosen(pod: &Cursor<'_>, own: &Cursor<'_>) -> Option<String> {
    let spec = pod.get("spec")?;
    let contexts = [own, &spec].into_iter().filter_map(|at| at.get("securityContext"));
    as_annotation(&contexts.into_iter().find_map(|context| context.get("appArmorProfile"))?)
}

/// A profile as the annotation would write it.
fn as_annotation(profile: &Cursor<'_>) -> Option<String> {
    match profile.text("type") {
        "RuntimeDefault" => Some("runtime/default".to_owned()),
        "Unconfined" => Some("unconfined".to_owned()),
        "Localhost" => Some(format!("localhost/{}", profile.text("localhostProfile"))),
        _ => None,
    }
}

/// Judges a seccomp profile; `context` is the security context whose field says the same today.
fn seccomp(key: &str, annotation: &Cursor<'_>, context: Option<Cursor<'_>>, found: &mut Findings) {
    let profile = annotation.value.as_str().unwrap_or_default();
    let is_default = matches!(profile, "runtime/default" | "docker/default");
    let local = profile.strip_prefix("localhost/");
    if !is_default && profile != "unconfined" && !local.is_some_and(RELATIVE_PATH.holds) {
        let message = format!(
            "set the annotation {key} to runtime/default, unconfined or localhost/PATH, not \"{profile}\""
        );
        return found.refuse(annotation.path.clone(), message);
    }
    let field = context.and_then(|context| context.get("seccompProfile"));
    let Some(field_says) = field.as_ref().and_then(as_annotation) else { return };
    let same = field_says == profile || (is_default && field_says == "runtime/default");
    if !same {
        let message = format!(
            "remove the annotation {key}, which says \"{profile}\": seccompProfile says \"{field_says}\", and the two may not differ"
        );
        found.refuse(annotation.path.clone(), message);
    }
}

/// A node's own pod has a node, and no devices.
fn mirror(pod: &Cursor<'_>, annotation: &Cursor<'_>, found: &mut Findings) {
    let spec = pod.get("spec");
    let has_claims = spec.as_ref().is_some_and(|spec| !spec.items("resourceClaims").is_empty());
    if spec.is_none_or(|spec| spec.text("nodeName").is_empty()) || has_claims {
        let message = format!("remove the annotation {MIRROR}: it is for the pods that a node makes itself");
        found.refuse(annotation.path.clone(), message);
    }
}

/// Judges tolerations that are written as JSON; the names of their fields may be written in any case.
///
/// # Source
/// Kubernetes 1.37.2, `ValidateTolerationsInPodAnnotations`; Go's `encoding/json`.
fn tolerated(text: &str, annotation: &Cursor<'_>, found: &mut Findings) {
    if text.is_empty() {
        return;
    }
    let written: Option<Vec<Value>> = match serde_json::from_str(text) {
        Ok(Value::Array(items)) => items.into_iter().map(toleration).collect(),
        Ok(Value::Null) => Some(Vec::new()),
        _ => None,
    };
    let mut inner = Findings::default();
    let wrong = match written {
        Some(list) => {
            tolerations::judge(&Cursor::root(&serde_json::json!({"tolerations": list})), &mut inner);
            inner.into_diagnostics().into_iter().next().map(|first| first.message)
        }
        None => Some("it is no JSON list of tolerations".to_owned()),
    };
    if let Some(why) = wrong {
        let message = format!("remove the annotation {TOLERATIONS}, and write spec.tolerations: {why}");
        found.refuse(annotation.path.clone(), message);
    }
}

/// One toleration, its fields named as the API names them; none if a field has another type.
fn toleration(item: Value) -> Option<Value> {
    let fields = match item {
        Value::Null => Map::new(),
        Value::Object(fields) => fields,
        _ => return None,
    };
    let mut named = Map::new();
    for (name, value) in fields {
        let names = ["key", "operator", "value", "effect", "tolerationSeconds"];
        let Some(known) = names.into_iter().find(|known| known.eq_ignore_ascii_case(&name)) else { continue };
        match &value {
            Value::Null => {}
            Value::String(_) if known != "tolerationSeconds" => drop(named.insert(known.to_owned(), value)),
            Value::Number(number) if known == "tolerationSeconds" && number.is_i64() => {
                named.insert(known.to_owned(), value);
            }
            _ => return None,
        }
    }
    Some(Value::Object(named))
}

fn deletion_cost(text: &str, annotation: &Cursor<'_>, found: &mut Findings) {
    let begins_well =
        text == "0" || text.starts_with('-') || text.starts_with(|letter| matches!(letter, '1'..='9'));
    if !begins_well || text.parse::<i32>().is_err() {
        let message = format!("set the annotation {DELETION_COST} to an integer of 32 bits, not \"{text}\"");
        found.refuse(annotation.path.clone(), message);
    }
}
