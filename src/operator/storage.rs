//! [`Storage`]: whether the tests of the cluster can be read as what they are.
//!
//! A test that is stored as v1 is read as v2 only through a conversion webhook. Without one the API server changes the
//! name of the version and prunes what v2 has not, which is nearly everything: the test would look empty, and
//! whatever is written to it would make that true.

mod guard;

use kube::api::DynamicObject;
use serde_json::Value;

pub(crate) use self::guard::{StorageState, watch};

/// How the tests of the cluster are stored, as far as the CRD says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Storage {
    /// All are stored in the version that is read.
    AsRead,
    /// Some may be stored as v1, and a webhook converts them; whether new ones are stored as v2.
    Converted {
        /// Whether v2 is the stored version, so that v1 can go.
        stores_v2: bool,
    },
    /// Some may be stored as v1, and nothing converts them.
    Unconverted,
}

impl Storage {
    /// Reads it from the CRD.
    fn of(crd: &DynamicObject) -> Self {
        let stored = crd.data.pointer("/status/storedVersions").and_then(Value::as_array);
        if !stored.into_iter().flatten().any(|version| version == "v1") {
            return Self::AsRead;
        }
        if crd.data.pointer("/spec/conversion/strategy").is_none_or(|strategy| strategy != "Webhook") {
            return Self::Unconverted;
        }
        let versions = crd.data.pointer("/spec/versions").and_then(Value::as_array);
        let stores_v2 = versions
            .into_iter()
            .flatten()
            .any(|version| version["name"] == "v2" && version["storage"] == true);
        Self::Converted { stores_v2 }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn v1_needs_a_webhook() {
        for (stored, strategy, storage, expected) in [
            (&["v2"][..], "None", "v2", Storage::AsRead),
            (&[], "None", "v2", Storage::AsRead),
            (&["v2"], "Webhook", "v2", Storage::AsRead),
            (&["v1", "v2"], "None", "v2", Storage::Unconverted),
            (&["v1"], "None", "v1", Storage::Unconverted),
            (&["v1", "v2"], "Webhook", "v2", Storage::Converted { stores_v2: true }),
            (&["v1"], "Webhook", "v1", Storage::Converted { stores_v2: false }),
        ] {
            let crd: DynamicObject = serde_json::from_value(json!({
                "metadata": {"name": "locusttests.locust.io"},
                "spec": {"conversion": {"strategy": strategy}, "versions": [
                    {"name": "v1", "storage": storage == "v1"}, {"name": "v2", "storage": storage == "v2"}
                ]},
                "status": {"storedVersions": stored}
            }))
            .unwrap();
            assert_eq!(Storage::of(&crd), expected, "{stored:?} {strategy}");
        }
    }
}
