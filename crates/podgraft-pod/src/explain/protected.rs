//! The table of an operator's protected fields, for people and for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::pod_role::PodRole;

/// A field of the final pod that an operator cannot do without, as its users read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedFieldEntry {
    /// Where it is in the pod template: `.spec.restartPolicy`.
    pub path: &'static str,
    /// The pods that must have it.
    pub roles: Vec<PodRole>,
    /// What must hold there.
    pub rule: &'static str,
    /// Why the operator needs it.
    pub reason: &'static str,
    /// What to do instead.
    pub remedy: &'static str,
}

impl ProtectedFieldEntry {
    fn role_names(&self) -> Vec<&str> {
        self.roles.iter().filter_map(PodRole::name).collect()
    }
}

/// The protected fields of this role's pods, or of all, for people.
#[must_use]
pub fn protected_to_text(fields: &[ProtectedFieldEntry], role: Option<&PodRole>) -> String {
    let mut text = String::new();
    for field in of_role(fields, role) {
        let ProtectedFieldEntry { path, rule, reason, remedy, .. } = field;
        let names = field.role_names();
        let roles = if names.is_empty() { String::new() } else { format!("  ({})", names.join(", ")) };
        // Writing to a string cannot fail.
        let _ =
            write!(text, "{path}{roles}\n  rule     {rule}\n  why      {reason}\n  instead  {remedy}\n\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The same for programs: `{"protected": [{"path", "roles", "rule", "reason", "remedy"}]}`.
#[must_use]
pub fn protected_to_json(fields: &[ProtectedFieldEntry], role: Option<&PodRole>) -> Value {
    let object = |field: &ProtectedFieldEntry| {
        let ProtectedFieldEntry { path, rule, reason, remedy, .. } = field;
        json!({ "path": path, "roles": field.role_names(), "rule": rule, "reason": reason, "remedy": remedy })
    };
    json!({ "protected": of_role(fields, role).map(object).collect::<Vec<_>>() })
}

fn of_role<'f>(
    fields: &'f [ProtectedFieldEntry],
    role: Option<&PodRole>,
) -> impl Iterator<Item = &'f ProtectedFieldEntry> {
    fields.iter().filter(move |field| role.is_none_or(|role| field.roles.contains(role)))
}
