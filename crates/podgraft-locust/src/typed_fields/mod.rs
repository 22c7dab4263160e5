//! The typed fields of a LocustTest that reach a pod, as small patches in the `extended` dialect.
//!
//! One patch for each thing that an author can be told about: a message about an environment variable
//! points at that variable. Folded one after another on the base, they give the public operator's pod.

mod containers;
mod environment;
mod metadata;
mod pod;
#[cfg(test)]
mod tests;
mod variable_order;
mod volumes;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::volumes::is_without_source;
use crate::{
    config::Config,
    load_test::LoadTest,
    names::{LOCUST, is_reserved_volume},
    role::Role,
};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};

/// What one typed field asks of the pod.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPatch {
    /// The field, in the author's version.
    pub origin: FieldPath,
    /// The patch.
    pub patch: Value,
}

/// What the typed fields need to know of the pod that they are applied to.
#[derive(Debug, Clone, Default)]
pub struct Lower {
    /// The names of its volumes.
    volumes: BTreeSet<String>,
    /// The variables of the container `locust`.
    env: Vec<Value>,
}

impl Lower {
    /// Reads a pod template.
    #[must_use]
    pub fn of(pod_template: &Value) -> Self {
        let list = |value: &Value, pointer: &str| {
            value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
        let containers = list(pod_template, "/spec/containers");
        let locust = containers.iter().find(|one| name(one).as_deref() == Some(LOCUST));
        Self {
            volumes: list(pod_template, "/spec/volumes").iter().filter_map(name).collect(),
            env: locust.map(|locust| list(locust, "/env")).unwrap_or_default(),
        }
    }
}

/// Whether the typed fields of a test look at what they are applied to.
#[must_use]
pub fn look_below(test: &LoadTest) -> bool {
    let (spec, overrides) = (&test.spec, &test.spec.overrides);
    let volumes = [&overrides.volumes, &overrides.master_volumes, &overrides.worker_volumes];
    let observability = spec.observability.as_ref();
    let otel = observability.and_then(|observability| observability.open_telemetry.as_ref());
    let is_reserved =
        |volume: &Value| volume.get("name").and_then(Value::as_str).is_some_and(is_reserved_volume);
    volumes.into_iter().flatten().any(|volume| is_without_source(volume) || is_reserved(volume))
        || otel.is_some_and(|otel| otel.enabled)
        || spec.env.as_ref().is_some_and(|env| !env.variables.is_empty())
}

/// The pieces of a role's pod in the order in which they apply, and what there is to say of the
/// fields they come from. `lower` is what they are applied to.
#[must_use]
pub fn patches(
    test: &LoadTest,
    role: Role,
    config: &Config,
    lower: &Lower,
) -> (Vec<FieldPatch>, Vec<Diagnostic>) {
    let mut patches = FieldPatches { test, role, lower, made: Vec::new(), diagnostics: Vec::new() };
    patches.containers();
    patches.metadata();
    patches.pod(config);
    patches.environment();
    patches.volumes();
    (patches.made, patches.diagnostics)
}

/// The pieces made so far.
struct FieldPatches<'t> {
    test: &'t LoadTest,
    role: Role,
    lower: &'t Lower,
    made: Vec<FieldPatch>,
    diagnostics: Vec<Diagnostic>,
}

impl FieldPatches<'_> {
    /// Adds a patch of the pod template that comes from a field, named as in v2.
    fn template(&mut self, origin: &FieldPath, patch: Value) {
        self.made.push(FieldPatch { origin: self.test.origin(origin), patch });
    }

    /// Adds a patch of the pod's spec.
    fn spec(&mut self, origin: &FieldPath, patch: &Value) {
        self.template(origin, json!({ "spec": patch }));
    }

    /// Adds a patch of the container `locust`, by its other fields.
    fn locust(&mut self, origin: &FieldPath, mut fields: Value) {
        fields["name"] = LOCUST.into();
        self.spec(origin, &json!({ "containers": [fields] }));
    }

    /// Adds something to say of a field, named as in v2.
    fn say(&mut self, origin: &FieldPath, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.at(self.test.origin(origin)));
    }

    /// The path of a field of the role's own part of the spec.
    fn own(&self, field: &str) -> FieldPath {
        FieldPath::fields(["spec", self.role.as_str(), field])
    }
}
