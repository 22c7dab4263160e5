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
mod volumes;

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub(super) use self::volumes::is_without_source;
use super::{config::Config, test::Test};
use crate::{diagnostic::Diagnostic, path::FieldPath, role::Role};

/// What one typed field asks of the pod.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The field, in the author's version.
    pub origin: FieldPath,
    /// The patch.
    pub patch: Value,
}

/// The pieces of a role's pod in the order in which they apply, and what there is to say of the
/// fields they come from. `lower_volumes` are the names of the volumes that the pod has without them.
#[must_use]
pub fn pieces(
    test: &Test,
    role: Role,
    config: &Config,
    lower_volumes: &BTreeSet<String>,
) -> (Vec<Piece>, Vec<Diagnostic>) {
    let mut pieces = Pieces { test, role, lower_volumes, made: Vec::new(), diagnostics: Vec::new() };
    pieces.containers();
    pieces.metadata();
    pieces.pod(config);
    pieces.environment();
    pieces.volumes();
    (pieces.made, pieces.diagnostics)
}

/// The pieces made so far.
struct Pieces<'t> {
    test: &'t Test,
    role: Role,
    lower_volumes: &'t BTreeSet<String>,
    made: Vec<Piece>,
    diagnostics: Vec<Diagnostic>,
}

impl Pieces<'_> {
    /// Adds a patch of the pod template that comes from a field, named as in v2.
    fn template(&mut self, origin: &FieldPath, patch: Value) {
        self.made.push(Piece { origin: self.test.origin(origin), patch });
    }

    /// Adds a patch of the pod's spec.
    fn spec(&mut self, origin: &FieldPath, patch: &Value) {
        self.template(origin, json!({ "spec": patch }));
    }

    /// Adds a patch of the container `locust`, by its other fields.
    fn locust(&mut self, origin: &FieldPath, mut fields: Value) {
        fields["name"] = super::base::LOCUST.into();
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
