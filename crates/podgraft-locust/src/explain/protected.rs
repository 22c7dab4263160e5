//! The table of protected fields, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{protected::ProtectedField, role::Role};

/// The protected fields of these roles, for people.
#[must_use]
pub fn protected_to_text(fields: &[ProtectedField], role: Option<Role>) -> String {
    let mut text = String::new();
    for field in of_role(fields, role) {
        let ProtectedField { path, rule, reason, remedy, .. } = field;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "{path}  ({})\n  rule     {rule}\n  why      {reason}\n  instead  {remedy}\n\n",
            names(field).join(", ")
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The same for programs: `{"protected": [{"path", "roles", "rule", "reason", "remedy"}]}`.
#[must_use]
pub fn protected_to_json(fields: &[ProtectedField], role: Option<Role>) -> Value {
    let object = |field: &ProtectedField| {
        let ProtectedField { path, rule, reason, remedy, .. } = field;
        json!({ "path": path, "roles": names(field), "rule": rule, "reason": reason, "remedy": remedy })
    };
    json!({ "protected": of_role(fields, role).map(object).collect::<Vec<_>>() })
}

fn of_role(fields: &[ProtectedField], role: Option<Role>) -> impl Iterator<Item = &ProtectedField> {
    fields.iter().filter(move |field| role.is_none_or(|role| field.roles.contains(&role)))
}

fn names(field: &ProtectedField) -> Vec<&'static str> {
    field.roles.iter().map(|role| role.as_str()).collect()
}
