//! Constraints: what a platform team demands of the final pods, whoever made them so.

mod check;
mod expression;
mod stored;
mod target;

pub(in crate::overlay) use check::Check;
pub(in crate::overlay) use expression::{Culprit, Variables};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use serde_json::Value;
pub(in crate::overlay) use stored::Stored;
use target::ConstraintTarget;
pub(in crate::overlay) use target::Found;

use crate::codes;
use crate::overlay::api::ConstraintSpec;
use crate::pod_security::{PodSecurityStandard, PolicyVersion};

pub use expression::Expression;

/// One demand of an overlay, read and checked.
#[derive(Debug, Clone)]
pub struct Constraint {
    /// Where in the overlay it is written.
    pub origin: FieldPath,
    /// What people are told, where the overlay says so itself.
    pub message: Option<String>,
    pub(super) rule: ConstraintForm,
    /// What it demands, as one text: constraints that demand the same have the same.
    pub(super) demand: String,
}

/// What a constraint demands.
#[derive(Debug, Clone)]
pub(super) enum ConstraintForm {
    /// What a place may be.
    Target { target: ConstraintTarget, check: Check, required: bool },
    /// What must be true of the whole pod.
    Expression(Expression),
    /// The Pod Security Standard that it must be of.
    PodSecurity(PodSecurityStandard),
}

impl Constraint {
    /// Reads one constraint that has the structure of one, written at `origin`.
    ///
    /// # Errors
    /// What is wrong with it; paths are rooted at the object.
    pub(super) fn read(value: &Value, origin: FieldPath) -> Result<Self, Vec<Diagnostic>> {
        let written: ConstraintSpec = serde_json::from_value(value.clone())
            .map_err(|error| vec![invalid(format!("correct the constraint: {error}")).at(origin.clone())])?;
        let mut errors = shape(&written, &origin);
        let rule = rule(&written, &origin).map_err(|error| errors.push(error));
        match rule {
            Ok(rule) if errors.is_empty() => {
                let (message, written) =
                    (written.message.clone(), ConstraintSpec { message: None, ..written });
                let demand = serde_json::to_string(&written).unwrap_or_else(|_| value.to_string());
                Ok(Self { origin, message, rule, demand })
            }
            _ => Err(errors),
        }
    }

    /// The Pod Security Standard that it demands, where it demands one.
    #[must_use]
    pub fn pod_security(&self) -> Option<PodSecurityStandard> {
        match self.rule {
            ConstraintForm::PodSecurity(standard) => Some(standard),
            _ => None,
        }
    }
}

/// What a constraint says that it cannot say, or not together.
fn shape(written: &ConstraintSpec, origin: &FieldPath) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut say = |field: &str, message: String| errors.push(invalid(message).at(origin.field(field)));
    let bounds = written.min.is_some() || written.max.is_some();
    let sorts: Vec<&str> = [
        ("enum", written.values.is_some()),
        ("pattern", written.pattern.is_some()),
        ("min", written.min.is_some()),
        ("max", written.max.is_some()),
        ("required", written.required.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, is_there)| is_there.then_some(name))
    .collect();
    if written.pod_security.is_some() {
        let others = [
            ("path", written.path.is_some()),
            ("eachContainer", written.each_container.is_some()),
            ("expression", written.expression.is_some()),
        ];
        let other = others.into_iter().find_map(|(name, is_there)| is_there.then_some(name));
        if let Some(other) = other.or_else(|| sorts.first().copied()) {
            say(
                other,
                format!(
                    "remove \"{other}\", or write it as a constraint of its own: podSecurity stands alone"
                ),
            );
        }
        return errors;
    }
    match (&written.path, &written.each_container, &written.expression) {
        (Some(_), Some(_), _) => {
            say("eachContainer", "remove path or eachContainer: a constraint is for one place".to_owned());
        }
        (None, None, None) => {
            say(
                "path",
                "add path, eachContainer, expression or podSecurity: what is to be constrained?".to_owned(),
            );
        }
        (None, None, Some(_)) => {
            if let Some(sort) = sorts.first() {
                say(sort, format!("remove \"{sort}\": an expression says everything itself"));
            }
        }
        (_, _, Some(_)) => {
            say("expression", "remove the expression, or write it as a constraint of its own".to_owned());
        }
        _ if written.values.is_some() && (bounds || written.pattern.is_some())
            || written.pattern.is_some() && bounds =>
        {
            say(
                sorts[1],
                format!("remove \"{}\" or \"{}\": write each as a constraint of its own", sorts[0], sorts[1]),
            );
        }
        _ if sorts.is_empty() || written.required == Some(false) && sorts.len() == 1 => {
            let field = if written.path.is_some() { "path" } else { "eachContainer" };
            say(
                field,
                "add enum, pattern, min, max or required: true: the constraint demands nothing".to_owned(),
            );
        }
        _ => {}
    }
    errors
}

fn rule(written: &ConstraintSpec, origin: &FieldPath) -> Result<ConstraintForm, Diagnostic> {
    if let Some(source) = &written.expression {
        let read = Expression::read(source);
        return read
            .map(ConstraintForm::Expression)
            .map_err(|message| invalid(message).at(origin.field("expression")));
    }
    if let Some(written) = &written.pod_security {
        let at = |field: &str| origin.field("podSecurity").field(field);
        let level = written.level.parse().map_err(|message| invalid(message).at(at("level")))?;
        let version = written.version.as_deref().map_or(Ok(PolicyVersion::Latest), str::parse);
        let version = version.map_err(|message| invalid(message).at(at("version")))?;
        return Ok(ConstraintForm::PodSecurity(PodSecurityStandard { level, version }));
    }
    let (field, place) = match (&written.path, &written.each_container) {
        (Some(path), _) => ("path", ConstraintTarget::in_template(path)),
        (None, Some(path)) => ("eachContainer", ConstraintTarget::in_each_container(path)),
        (None, None) => ("path", Err("add a path".to_owned())),
    };
    let place = place.map_err(|message| invalid(message).at(origin.field(field)))?;
    let check =
        Check::read(written, &place).map_err(|(field, message)| invalid(message).at(origin.field(field)))?;
    Ok(ConstraintForm::Target { target: place, check, required: written.required.unwrap_or_default() })
}

fn invalid(message: String) -> Diagnostic {
    Diagnostic::error(codes::INVALID_CONSTRAINT, message)
}
