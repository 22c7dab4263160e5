//! Which Pod Security Standards a test's pods have to be of, beside those that overlays demand.

use podgraft_merge::diagnostic::{Diagnostic, Severity};
use podgraft_pod::{
    overlay::Namespace,
    pod_security::{Enforcement, PodSecurityDemand, PodSecurityLevel, PodSecurityStandard},
};
use serde_json::Value;

use crate::{codes, config::PodSecuritySettings};

/// Who demands which standard of a pod, and what is wrong with the labels that say so. `asked` is the standard that the
/// caller of the render demands.
pub(super) fn demands(
    settings: &PodSecuritySettings,
    namespace: Option<&Namespace>,
    asked: Option<PodSecurityStandard>,
    template: &Value,
) -> (Vec<PodSecurityDemand>, Vec<Diagnostic>) {
    let asked = asked.map(|standard| PodSecurityDemand {
        standard,
        severity: Severity::Error,
        reason: "--pod-security demands it".to_owned(),
        position: None,
    });
    let mut demands = Vec::from_iter(asked);
    let mut diagnostics = Vec::new();
    if let Some((namespace, severity)) = judging_namespace(settings, namespace, template) {
        let (demand, invalid) = of_namespace(namespace, severity);
        demands.push(demand);
        diagnostics.extend(invalid);
    }
    (demands, diagnostics)
}

/// What the namespace enforces, where that is known and counts; `None` where it enforces nothing.
pub(super) fn enforced(
    settings: &PodSecuritySettings,
    namespace: Option<&Namespace>,
) -> Option<PodSecurityStandard> {
    let (namespace, _) = judging_namespace(settings, namespace, &Value::Null)?;
    let standard = Enforcement::from_labels(namespace.labels.as_ref()?).standard;
    (standard.level > PodSecurityLevel::Privileged).then_some(standard)
}

/// The namespace, when what it enforces counts for this pod, and how much.
fn judging_namespace<'n>(
    settings: &PodSecuritySettings,
    namespace: Option<&'n Namespace>,
    template: &Value,
) -> Option<(&'n Namespace, Severity)> {
    let namespace = namespace?;
    let severity = settings.on_enforce.severity()?;
    let exemptions = &settings.exemptions;
    let class = template.pointer("/spec/runtimeClassName").and_then(Value::as_str).unwrap_or_default();
    let is_exempt = exemptions.namespaces.contains(&namespace.name)
        || !class.is_empty() && exemptions.runtime_classes.iter().any(|exempt| exempt == class);
    (!is_exempt).then_some((namespace, severity))
}

/// What a namespace enforces by its labels, and those that cannot be read.
fn of_namespace(
    namespace: &Namespace,
    severity: Severity,
) -> (PodSecurityDemand, impl Iterator<Item = Diagnostic>) {
    let labels = namespace.labels.clone().unwrap_or_default();
    let Enforcement { standard, invalid } = Enforcement::from_labels(&labels);
    let name = namespace.name.clone();
    let demand = PodSecurityDemand {
        standard,
        severity,
        reason: format!("namespace {name} enforces it by its labels"),
        position: None,
    };
    let diagnostics = invalid.into_iter().map(move |label| {
        let message = format!("{} in label {} of namespace {name}", label.message, label.label);
        let help = format!("until then the API server enforces {standard} there");
        Diagnostic::warning(codes::POD_SECURITY_LABEL, message).help(help)
    });
    (demand, diagnostics)
}
