//! [`OverlayReader`]: reads each overlay once a generation, however often the caches change.

use std::{collections::HashMap, sync::Arc};

use kube::{ResourceExt, api::DynamicObject};
use podgraft_locust::OVERLAY_API;
use podgraft_pod::{
    manifest::Document,
    overlay::{Overlays, ReadOverlay},
};

/// The overlays that were read before, by the UID of their objects.
#[derive(Debug, Default)]
pub(super) struct OverlayReader(HashMap<String, Known>);

/// An overlay as it was read last, and the object that it was read from.
#[derive(Debug)]
struct Known {
    object: Arc<DynamicObject>,
    overlay: Option<ReadOverlay>,
}

impl OverlayReader {
    /// The overlays among these objects. Those that have not changed are not read again; one whose spec has not changed,
    /// such as after its status was written, is not compiled again.
    pub(super) fn read(&mut self, objects: impl Iterator<Item = Arc<DynamicObject>>) -> Overlays {
        let mut before = std::mem::take(&mut self.0);
        let mut overlays = Vec::new();
        for object in objects {
            let id = object.uid().unwrap_or_else(|| {
                format!("{}/{}", object.namespace().unwrap_or_default(), object.name_any())
            });
            let overlay = read(before.remove(&id), &object);
            overlays.extend(overlay.clone());
            self.0.insert(id, Known { object, overlay });
        }
        Overlays::of(overlays)
    }
}

fn read(before: Option<Known>, object: &Arc<DynamicObject>) -> Option<ReadOverlay> {
    let document = || Document::from_value(serde_json::to_value(&**object).unwrap_or_default());
    match before {
        Some(known) if Arc::ptr_eq(&known.object, object) => known.overlay,
        Some(Known { object: earlier, overlay: Some(overlay) })
            if object.metadata.generation.is_some()
                && object.metadata.generation == earlier.metadata.generation
                && object.metadata.uid.is_some() =>
        {
            overlay.with_later_version(&OVERLAY_API, document())
        }
        _ => ReadOverlay::read(&OVERLAY_API, document()),
    }
}

#[cfg(test)]
mod tests {
    use podgraft_pod::overlay::Overlay;
    use serde_json::{Value, json};

    use super::*;

    fn object(name: &str, generation: i64, priority: i64, status: &Value) -> Arc<DynamicObject> {
        let object = json!({
            "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay",
            "metadata": {"name": name, "uid": format!("uid-of-{name}"), "generation": generation},
            "spec": {"priority": priority, "constraints": [{"expression": "has(object.spec)"}]},
            "status": status
        });
        Arc::new(serde_json::from_value(object).unwrap())
    }

    fn only(overlays: &Overlays, name: &str) -> Overlay {
        overlays.readable().find(|overlay| overlay.name == name).unwrap().clone()
    }

    #[test]
    fn an_overlay_is_compiled_once_a_generation() {
        let (a, b) = (object("a", 1, 1, &json!({})), object("b", 1, 2, &json!({})));
        let mut reader = OverlayReader::default();
        let first = reader.read([Arc::clone(&a), b].into_iter());
        // The status of b was written: its document is another, what was compiled is the same.
        let written = object("b", 1, 2, &json!({"matchedTests": 3}));
        let second = reader.read([Arc::clone(&a), written].into_iter());
        for name in ["a", "b"] {
            let (first, second) = (only(&first, name), only(&second, name));
            assert!(Arc::ptr_eq(&first.constraints, &second.constraints), "{name} is compiled again");
        }
        assert_eq!(only(&second, "b").document().value["status"]["matchedTests"], 3);
        // Its spec has changed.
        let third = reader.read([a, object("b", 2, 5, &json!({}))].into_iter());
        assert!(Arc::ptr_eq(&only(&second, "a").constraints, &only(&third, "a").constraints));
        assert!(!Arc::ptr_eq(&only(&second, "b").constraints, &only(&third, "b").constraints));
        assert_eq!((only(&third, "b").priority, only(&third, "b").generation), (5, Some(2)));
        // One that is gone is forgotten.
        assert_eq!(reader.read(std::iter::empty()).readable().count(), 0);
        assert!(reader.0.is_empty());
    }

    #[test]
    fn an_overlay_that_cannot_be_read_is_read_again() {
        let broken = |status: &Value| {
            let object = json!({
                "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay",
                "metadata": {"name": "a", "uid": "1", "generation": 1}, "spec": {"priorty": 1}, "status": status
            });
            Arc::new(serde_json::from_value::<DynamicObject>(object).unwrap())
        };
        let mut reader = OverlayReader::default();
        for status in [json!({}), json!({"matchedTests": 1})] {
            let overlays = reader.read([broken(&status)].into_iter());
            let unreadable: Vec<_> = overlays.unreadable().collect();
            assert_eq!(unreadable.len(), 1);
            assert_eq!(unreadable[0].document().value["status"], status);
        }
    }
}
