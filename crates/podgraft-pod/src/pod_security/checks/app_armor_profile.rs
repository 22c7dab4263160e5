//! `appArmorProfile`: nobody turns `AppArmor` off.

use super::super::{
    inspected_pod::InspectedPod,
    offending_field::{OffendingField, Subject, quoted},
};

/// What the deprecated annotation of each container begins with.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

/// A profile must be the runtime's or one of the node, in fields and in annotations.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_appArmorProfile.go`, `appArmorProfile_1_0`.
pub(in super::super) fn judge(pod: &InspectedPod<'_>) -> Vec<OffendingField> {
    let profiles = pod.security_context_parts("appArmorProfile");
    let fields =
        profiles.filter(|(_, profile)| !matches!(profile.text("type"), "RuntimeDefault" | "Localhost"));
    let mut found: Vec<OffendingField> = fields
        .map(|(subject, profile)| {
            let written = quoted(profile.text("type"));
            let demand = format!(
                "set securityContext.appArmorProfile.type to RuntimeDefault or Localhost, not {written}"
            );
            OffendingField::set(profile.field("type"), subject, demand, "RuntimeDefault")
        })
        .collect();
    let annotations = pod.annotations().filter(|(key, ..)| key.starts_with(ANNOTATION));
    let annotations = annotations.filter(|(.., value)| {
        !(value.is_empty() || *value == "runtime/default" || value.starts_with("localhost/"))
    });
    found.extend(annotations.map(|(key, path, value)| {
        let demand = format!(
            "set annotation {} to runtime/default or localhost/PROFILE, not {}",
            quoted(key),
            quoted(value)
        );
        OffendingField::set(path, Subject::Pod, demand, "runtime/default")
    }));
    found
}
