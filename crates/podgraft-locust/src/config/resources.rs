//! [`Resources`]: requests and limits of a container.

use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::validity::Quantity;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::invalid_setting::invalid;

/// Requests and limits, by resource name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What a container is promised.
    pub requests: Map<String, Value>,
    /// What a container may use at most.
    pub limits: Map<String, Value>,
}

impl Resources {
    /// Resources of these names and quantities.
    pub(super) fn new(requests: &[(&str, &str)], limits: &[(&str, &str)]) -> Self {
        let map = |entries: &[(&str, &str)]| {
            entries.iter().map(|(name, quantity)| ((*name).to_owned(), Value::from(*quantity))).collect()
        };
        Self { requests: map(requests), limits: map(limits) }
    }

    /// These, with another's entries over them; an empty quantity removes one.
    #[must_use]
    pub fn under(&self, above: &Self) -> Self {
        let over = |below: &Map<String, Value>, above: &Map<String, Value>| {
            let mut entries = below.clone();
            entries.extend(above.clone());
            entries.retain(|_, quantity| quantity.as_str() != Some(""));
            entries
        };
        Self { requests: over(&self.requests, &above.requests), limits: over(&self.limits, &above.limits) }
    }

    /// Every request must fit into its limit: the API server would refuse each pod.
    pub(super) fn fit(&self, path: &FieldPath, errors: &mut Vec<Diagnostic>) {
        for (name, limit) in &self.limits {
            let request = self.requests.get(name);
            let amounts = request.and_then(Quantity::read).zip(Quantity::read(limit));
            if let (Some(request), Some((asked, most))) = (request, amounts)
                && asked > most
            {
                let message = format!(
                    "raise the limit of {name} to {request} or more, or lower the request, which is {request} where nothing else says so: it does not fit into {limit}"
                );
                errors.push(invalid(message, path.field("limits").field(name)));
            }
        }
    }
}
