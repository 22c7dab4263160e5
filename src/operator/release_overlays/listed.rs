//! [`listed_overlays`]: the overlays that a ConfigMap lists.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use podgraft_locust::overlay_kind;
use podgraft_pod::{
    manifest,
    overlay::{OverlayId, OverlayKind},
};
use serde_json::{Value, json};

use crate::operator::settings::OverlaySource;

/// The overlays that a ConfigMap lists, in all of its entries, as they are to be applied: with the labels of their source.
///
/// # Errors
/// A message for people, when one of them is no overlay or is listed twice: what is missing then could be meant.
pub(super) fn listed_overlays(
    config_map: &ConfigMap,
    source: &OverlaySource,
) -> Result<BTreeMap<OverlayId, Value>, String> {
    let mut overlays = BTreeMap::new();
    for (key, text) in config_map.data.iter().flatten() {
        let read = manifest::read(key, text.as_bytes());
        if let Some(error) = read.diagnostics.first() {
            let at = error.position.as_ref().map_or_else(|| key.clone(), ToString::to_string);
            return Err(format!("{at}: {}", error.message));
        }
        for document in read.documents {
            let mut overlay = document.value;
            if overlay.is_null() {
                continue;
            }
            let id = identity(&overlay, key)?;
            for (label, value) in source.labels() {
                overlay["metadata"]["labels"][label] = json!(value);
            }
            if overlays.insert(id.clone(), overlay).is_some() {
                return Err(format!("{key}: list {id} once"));
            }
        }
    }
    Ok(overlays)
}

fn identity(overlay: &Value, key: &str) -> Result<OverlayId, String> {
    let field = |name: &str| overlay["metadata"][name].as_str().filter(|text| !text.is_empty());
    let Some(kind) = overlay_kind(overlay) else {
        return Err(format!(
            "{key}: write a ClusterPodOverlay or a PodOverlay of locust.io/v1alpha1, not {} {}",
            overlay["apiVersion"], overlay["kind"]
        ));
    };
    let Some(name) = field("name") else {
        return Err(format!("{key}: give the {kind} a metadata.name"));
    };
    let namespace = match (kind, field("namespace")) {
        (OverlayKind::Cluster, None) => None,
        (OverlayKind::Cluster, Some(_)) => {
            return Err(format!(
                "{key}: remove metadata.namespace of ClusterPodOverlay {name}, or make it a PodOverlay"
            ));
        }
        (OverlayKind::Namespaced, None) => {
            return Err(format!("{key}: give PodOverlay {name} a metadata.namespace"));
        }
        (OverlayKind::Namespaced, Some(namespace)) => Some(namespace.to_owned()),
    };
    Ok(OverlayId { kind, namespace, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Result<BTreeMap<OverlayId, Value>, String> {
        let data = BTreeMap::from([("overlays.yaml".to_owned(), text.to_owned())]);
        let source = OverlaySource { namespace: "platform".into(), config_map: "podgraft-overlays".into() };
        listed_overlays(&ConfigMap { data: Some(data), ..ConfigMap::default() }, &source)
    }

    #[test]
    fn they_have_the_labels_of_their_source() {
        let overlays = listed(
            "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {name: a, labels: {x: z}}\nspec: {}\n---\n\
             apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {name: a, namespace: team}\n",
        );
        let overlays = overlays.unwrap();
        assert_eq!(overlays.len(), 2);
        let (_, first) = overlays.first_key_value().unwrap();
        assert_eq!(
            first["metadata"]["labels"],
            json!({"x": "z", "locust.io/overlays-of": "podgraft-overlays", "locust.io/overlays-from": "platform"})
        );
        assert_eq!(listed("").unwrap().len(), 0);
    }

    #[test]
    fn what_is_no_overlay_is_refused_with_its_place() {
        let overlay = |kind: &str, metadata: &str| {
            format!("apiVersion: locust.io/v1alpha1\nkind: {kind}\nmetadata: {metadata}\n---\n")
        };
        for (text, words) in [
            ("kind: [", "overlays.yaml:1"),
            ("apiVersion: v1\nkind: Secret\n", "not \"v1\" \"Secret\""),
            (&overlay("ClusterPodOverlay", "{}"), "give the ClusterPodOverlay a metadata.name"),
            (&overlay("ClusterPodOverlay", "{name: a, namespace: b}"), "remove metadata.namespace"),
            (&overlay("PodOverlay", "{name: a}"), "give PodOverlay a a metadata.namespace"),
            (&overlay("ClusterPodOverlay", "{name: a}").repeat(2), "list ClusterPodOverlay a once"),
        ] {
            let message = listed(text).unwrap_err();
            assert!(message.starts_with("overlays.yaml") && message.contains(words), "{message}");
        }
    }
}
