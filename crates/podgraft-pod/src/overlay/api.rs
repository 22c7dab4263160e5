//! The fields of overlays, as an operator's own kinds of overlay have them, and [`OverlayApi`].

use std::{collections::BTreeMap, sync::LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::OverlayKind;
use crate::{
    json_schema::{CompiledSchema, bound_integers},
    object::FieldAdvice,
    template_schema::pod_fields,
};

/// One operator's API of overlays.
#[derive(Clone, Copy)]
pub struct OverlayApi {
    /// The API group of both kinds: `locust.io`.
    pub group: &'static str,
    /// The version that is read: `v1alpha1`.
    pub version: &'static str,
    /// What messages call an object whose pods are changed: `test`.
    pub noun: &'static str,
    /// The schema of a kind's spec.
    pub spec: fn(OverlayKind) -> &'static SpecSchema,
    /// What people expect in an overlay.
    pub advice: &'static dyn FieldAdvice,
}

impl OverlayApi {
    /// Overlays with [`PodTemplates`], of an operator that knows nothing of them beyond their schema.
    #[must_use]
    pub const fn new(group: &'static str, version: &'static str, noun: &'static str) -> Self {
        Self { group, version, noun, spec: pod_templates_spec, advice: &BandAdvice }
    }

    /// The kind of overlay that an object is, if it is one of this API.
    #[must_use]
    pub fn kind_of(&self, object: &Value) -> Option<OverlayKind> {
        let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
        let kind = OverlayKind::ALL.into_iter().find(|kind| kind.as_str() == text("kind"))?;
        (text("apiVersion").split('/').next() == Some(self.group)).then_some(kind)
    }
}

/// Where a field of a pod belongs in an overlay, for every operator.
#[derive(Debug, Clone, Copy)]
struct BandAdvice;

impl FieldAdvice for BandAdvice {
    fn place_in_template(&self, names: &[&str], place: &str) -> String {
        place_in_bands(names, place)
    }
}

/// The place of a field of a pod in an overlay: in the band that `names`, the fields above it, say, or in either.
#[must_use]
pub fn place_in_bands(names: &[&str], place: &str) -> String {
    match names.first().copied() {
        Some(band @ ("defaults" | "overrides")) => format!("spec.{band}.podTemplate.{place}"),
        _ => format!("spec.defaults.podTemplate.{place} or spec.overrides.podTemplate.{place}"),
    }
}

/// The schema of a spec, plain and ready to check.
#[derive(Debug)]
pub struct SpecSchema {
    /// The structural schema, its integers bounded as Go's are.
    pub schema: Value,
    /// The same, ready to check.
    pub compiled: CompiledSchema,
}

impl SpecSchema {
    /// Compiles a structural schema.
    #[must_use]
    pub fn new(mut schema: Value) -> Self {
        bound_integers(&mut schema);
        Self { compiled: CompiledSchema::new(&schema), schema }
    }
}

/// The schema of a kind's spec, where its `defaults` and `overrides` hold `T`: for the operator's own CRDs.
#[must_use]
pub fn overlay_spec<T: JsonSchema>(kind: OverlayKind) -> Value {
    let mut schema = pod_fields::whole::<OverlaySpec<T>>();
    if kind == OverlayKind::Cluster {
        schema["properties"]["namespaceSelector"] = schema["properties"]["selector"].clone();
    }
    schema
}

/// The schema of a kind's spec, where its `defaults` and `overrides` hold [`PodTemplates`].
#[must_use]
pub fn pod_templates_spec(kind: OverlayKind) -> &'static SpecSchema {
    static SPECS: LazyLock<[SpecSchema; 2]> =
        LazyLock::new(|| OverlayKind::ALL.map(|kind| SpecSchema::new(overlay_spec::<PodTemplates>(kind))));
    let [cluster, namespaced] = &*SPECS;
    if kind == OverlayKind::Cluster { cluster } else { namespaced }
}

/// What both kinds of overlay have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverlaySpec<T> {
    /// Its place among the overlays of its kind: the higher is applied later and wins; 0 when absent. Overlays of one
    /// priority are applied by name.
    // What a JSON Schema's format does not check everywhere.
    #[schemars(range(min = -2_147_483_648, max = 2_147_483_647))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// Whether it is only for the objects that list it in spec.overlays; false when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<bool>,
    /// The objects that it is for, by their labels; all when absent or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::label_selector")]
    pub selector: Option<LabelSelector>,
    /// What pods get unless the authors of the objects say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<T>,
    /// What pods get whatever the authors say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<T>,
    /// What must be true of the final pods, whoever set it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub constraints: Vec<ConstraintSpec>,
}

/// Changes to the pods of an object that has pods of one sort: first to each container, then to the pod.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodTemplates {
    /// Changes to the pods, as a partial pod template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_template")]
    pub pod_template: Option<Value>,
    /// Changes to every container, as a partial container without a name; applied before podTemplate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::each_container")]
    pub each_container: Option<Value>,
}

/// Something that must be true of the final pods: a place and what it may be, or an expression.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConstraintSpec {
    /// The place in the pod template: `.spec.priorityClassName`, `.spec.containers[name="locust"].image`,
    /// `.spec.tolerations[*].key`; labels with dots are written in quotes and brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub path: Option<String>,
    /// The place in each container, init containers and sidecars included: .resources.limits.memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub each_container: Option<String>,
    /// The values that it may have.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::any_values")]
    pub values: Option<Vec<Value>>,
    /// The regular expression that the whole value must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub pattern: Option<String>,
    /// The least that it may be: a quantity or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::bound")]
    pub min: Option<Value>,
    /// The most that it may be: a quantity or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::bound")]
    pub max: Option<Value>,
    /// Whether it must be there; false when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    /// What must be true, in CEL as a ValidatingAdmissionPolicy writes it: object is the pod template, namespaceObject
    /// its namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 4096))]
    pub expression: Option<String>,
    /// The Pod Security Standard that the pods must be of, whatever their namespace enforces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_security: Option<PodSecuritySpec>,
    /// What people are told when it is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub message: Option<String>,
}

/// A Pod Security Standard that pods must be of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodSecuritySpec {
    /// The level: privileged, baseline or restricted.
    #[schemars(schema_with = "pod_fields::pod_security_level")]
    pub level: String,
    /// The version of the level's policy, as of a Kubernetes release: v1.30, say; latest when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::pod_security_version")]
    pub version: Option<String>,
}

/// Which objects are meant, by their labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LabelSelector {
    /// Labels that must be there with these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub match_labels: BTreeMap<String, String>,
    /// What else must be true of the labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub match_expressions: Vec<LabelRequirement>,
}

/// What must be true of one label.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LabelRequirement {
    /// The label's key.
    pub key: String,
    /// In, NotIn, Exists or DoesNotExist.
    pub operator: String,
    /// The values, for In and NotIn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// An opt-in overlay of a platform team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverlayReference {
    /// Its name.
    pub name: String,
    /// Its kind: `ClusterPodOverlay`, which is the default, or `PodOverlay` for one of the object's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "pod_fields::overlay_kind")]
    pub kind: Option<String>,
}
