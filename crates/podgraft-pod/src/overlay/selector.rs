//! [`Selector`]: which labels an overlay is for.

use std::collections::BTreeMap;

use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use super::api::{LabelRequirement, LabelSelector};
use crate::codes;
use crate::validity;

/// A checked label selector. The empty one matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

/// What must be true of one label.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector, and checks it as the API server checks selectors of pods.
    ///
    /// # Errors
    /// What is wrong with it; paths are rooted at the selector.
    pub fn read(written: &Value) -> Result<Self, Vec<Diagnostic>> {
        let errors = validity::label_selector(written);
        if !errors.is_empty() {
            return Err(errors);
        }
        let written: LabelSelector = serde_json::from_value(written.clone()).map_err(|error| {
            vec![Diagnostic::error(codes::INVALID_VALUE, format!("correct the selector: {error}"))]
        })?;
        let equal = |(key, value): (&String, &String)| Requirement {
            key: key.clone(),
            operator: Operator::In(vec![value.clone()]),
        };
        let mut requirements: Vec<Requirement> = written.match_labels.iter().map(equal).collect();
        requirements.extend(written.match_expressions.into_iter().map(Requirement::from));
        Ok(Self { requirements })
    }

    /// Whether these labels are meant.
    #[must_use]
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels))
    }

    /// Whether these labels are meant, when there may be others that nobody named: `None` when it depends
    /// on those.
    #[must_use]
    pub(crate) fn matches_known(&self, labels: &BTreeMap<String, String>) -> Option<bool> {
        let (known, unknown): (Vec<_>, Vec<_>) =
            self.requirements.iter().partition(|requirement| labels.contains_key(&requirement.key));
        if !known.iter().all(|requirement| requirement.holds(labels)) {
            return Some(false);
        }
        unknown.is_empty().then_some(true)
    }
}

impl Requirement {
    fn holds(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        match &self.operator {
            Operator::In(values) => value.is_some_and(|value| values.contains(value)),
            Operator::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl From<LabelRequirement> for Requirement {
    fn from(written: LabelRequirement) -> Self {
        let operator = match written.operator.as_str() {
            "In" => Operator::In(written.values),
            "NotIn" => Operator::NotIn(written.values),
            "DoesNotExist" => Operator::DoesNotExist,
            _ => Operator::Exists,
        };
        Self { key: written.key, operator }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "values are written where it is called")]
    fn selector(value: Value) -> Result<Selector, Vec<Diagnostic>> {
        Selector::read(&value)
    }

    #[test]
    fn selects_as_kubernetes_does() {
        let labels = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let tier = labels(&[("tier", "gold")]);
        let expression = |operator: &str, values: Value| json!({"matchExpressions": [{"key": "tier", "operator": operator, "values": values}]});
        for (written, gold, none) in [
            (json!({}), true, true),
            (json!({"matchLabels": {"tier": "gold"}}), true, false),
            (json!({"matchLabels": {"tier": "tin"}}), false, false),
            (expression("In", json!(["tin", "gold"])), true, false),
            (expression("NotIn", json!(["gold"])), false, true),
            (expression("NotIn", json!(["tin"])), true, true),
            (expression("Exists", json!([])), true, false),
            (expression("DoesNotExist", json!([])), false, true),
        ] {
            let selector = selector(written.clone()).unwrap();
            assert_eq!(selector.matches(&tier), gold, "{written}");
            assert_eq!(selector.matches(&labels(&[])), none, "{written}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        let labels = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        for (written, answer) in [
            (json!({"matchLabels": {"a": "1"}}), Some(true)),
            (json!({"matchLabels": {"a": "2", "b": "1"}}), Some(false)),
            (json!({"matchLabels": {"b": "1"}}), None),
            (json!({"matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]}), None),
        ] {
            assert_eq!(selector(written.clone()).unwrap().matches_known(&labels), answer, "{written}");
        }
    }

    #[test]
    fn wrong_selectors_are_refused_where_they_are() {
        let expression = |value: Value| json!({"matchExpressions": [value]});
        for (written, path, part) in [
            (json!({"matchLabels": {"a b": "x"}}), ".matchLabels.a b", "key"),
            (json!({"matchLabels": {"a": "x y"}}), ".matchLabels.a", "value"),
            (expression(json!({"key": "a", "operator": "In"})), ".matchExpressions[0].values", "add values"),
            (
                expression(json!({"key": "a", "operator": "Exists", "values": ["x"]})),
                ".matchExpressions[0].values",
                "take none",
            ),
            (expression(json!({"key": "a", "operator": "Exist"})), ".matchExpressions[0].operator", "Exists"),
            (expression(json!({"key": "", "operator": "Exists"})), ".matchExpressions[0].key", "key"),
        ] {
            let errors = selector(written.clone()).unwrap_err();
            assert_eq!(errors.len(), 1, "{written}: {errors:?}");
            assert_eq!(errors[0].path.as_ref().unwrap().to_string(), path, "{written}");
            assert!(errors[0].message.contains(part), "{written}: {}", errors[0].message);
        }
    }
}
