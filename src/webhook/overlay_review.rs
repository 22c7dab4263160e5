//! [`judge`]: whether an overlay may be stored, and [`broken_tests`]: which tests its change would break.

use std::collections::HashSet;

use podgraft_locust::{
    ClusterContext, OVERLAY_API, Rendered, config::Config, load_test, read_overlays, render,
};
use podgraft_merge::diagnostic::{Diagnostic, Severity};
use podgraft_pod::{
    manifest::{self, Document},
    overlay::{Namespace, Overlay, OverlayId, OverlayKind, Overlays},
    redaction::EnvValues,
};
use serde_json::Value;

use super::canonical;
use crate::codes;

/// Where the words of an overlay are that do not fit into an answer.
pub(crate) const ELSEWHERE: &str = "podgraft validate";
/// How many broken tests are named.
const NAMED: usize = 10;

/// What there is to say of an overlay that is to be stored, with errors among it when it is refused.
///
/// It is judged alone, on tests of every shape, whatever it selects. What is an error of all of them refuses it, unless
/// the overlays that there are mend it; what is one of some of them is a warning. What its constraints say of these tests
/// is nothing: they are for the tests that there will be.
pub(crate) fn judge(
    new: &Value,
    overlays: &Overlays,
    namespace: &Namespace,
    config: &Config,
) -> Vec<Diagnostic> {
    let found = judge_openly(new, overlays, namespace, config);
    if found.is_empty() {
        return found;
    }
    // Others read the answer, in audit logs.
    let env_values = EnvValues::of([new]);
    found.into_iter().map(|one| env_values.redact_diagnostic(one)).collect()
}

/// [`judge`], with the values of environment variables in what it says.
fn judge_openly(new: &Value, overlays: &Overlays, namespace: &Namespace, config: &Config) -> Vec<Diagnostic> {
    let document = Document::from_value(new.clone());
    let unrendered = manifest::unrendered_templates(&document);
    let read = read_overlays([document]);
    let errors = read.diagnostics();
    if !errors.is_empty() {
        return errors;
    }
    let Some(overlay) = read.readable().next() else { return Vec::new() };
    let layer = format!("{overlay} (");
    let everywhere = selecting_all(new);
    let alone = read_overlays([Document::from_value(everywhere.clone())]);
    let together = overlays.replacing(&OVERLAY_API, Document::from_value(everywhere));
    let shapes = canonical::tests(&namespace.name);
    let say = |overlays: &Overlays| -> Vec<Vec<Diagnostic>> {
        let context = ClusterContext { overlays, namespace: Some(namespace), pod_security: None };
        let of = |test: &canonical::CanonicalTest| {
            let rendered = render(&test.document, &context, config);
            rendered.diagnostics.into_iter().filter(|one| is_of(one, &layer)).collect()
        };
        shapes.iter().map(of).collect()
    };
    let of_alone = say(&alone);
    let of_together =
        if of_alone.iter().flatten().any(Diagnostic::is_error) { say(&together) } else { Vec::new() };
    let mut said = HashSet::new();
    let mut found = unrendered;
    for one in of_alone.iter().flatten() {
        let is_same = |other: &Diagnostic| other.code == one.code && other.message == one.message;
        if !said.insert((one.code, one.message.clone())) {
            continue;
        }
        let with: Vec<&str> = of_alone
            .iter()
            .zip(&shapes)
            .filter(|(said, _)| said.iter().any(is_same))
            .map(|(_, test)| test.shape)
            .collect();
        let is_everywhere = with.len() == shapes.len();
        let is_mended = !of_together.iter().any(|said| said.iter().any(is_same));
        let told = overlay.reference().to_string();
        match (one.is_error(), is_everywhere) {
            (true, true) if !is_mended => found.push(one.clone().of(told)),
            (true, true) => found.push(warned(one, "the overlays that there are mend it")),
            (true, false) => found.push(warned(one, &format!("refuses a test {}", with.join(", and one ")))),
            (false, true) => found.push(one.clone().of(told)),
            (false, false) => {}
        }
    }
    found
}

/// The overlay for every test.
fn selecting_all(overlay: &Value) -> Value {
    let mut overlay = overlay.clone();
    if let Some(spec) = overlay.get_mut("spec").and_then(Value::as_object_mut) {
        for field in ["selector", "namespaceSelector", "optIn"] {
            spec.remove(field);
        }
    }
    overlay
}

/// Whether something is said of what an overlay changes, whose layers' names begin so. What constraints refuse, or the
/// Pod Security of a namespace, depends on the test.
fn is_of(diagnostic: &Diagnostic, overlay: &str) -> bool {
    let layer = diagnostic.layer_name().unwrap_or_default();
    let is_refused_pod = diagnostic.code == codes::POD_SECURITY && diagnostic.is_error();
    diagnostic.code != codes::CONSTRAINT
        && !is_refused_pod
        && layer.starts_with(overlay)
        && diagnostic.severity != Severity::Note
}

fn warned(error: &Diagnostic, why: &str) -> Diagnostic {
    let message = format!("{} ({why})", error.message);
    Diagnostic { message, severity: Severity::Warning, ..error.clone() }
}

/// What a change of an overlay does to the tests that there are: one line each for those that would be refused and are
/// not, up to ten, and how many more there are. `new` is null when the overlay is deleted. No more tests are looked at
/// when `is_late` says so.
pub(crate) fn broken_tests(
    (old, new): (&Value, &Value),
    kind: OverlayKind,
    overlays: &Overlays,
    tests: impl IntoIterator<Item = (Value, Namespace)>,
    config: &Config,
    is_late: impl Fn() -> bool,
) -> Vec<String> {
    let read =
        |value: &Value| read_overlays([Document::from_value(value.clone())]).readable().next().cloned();
    let versions: Vec<Overlay> = [old, new].into_iter().filter_map(read).collect();
    let before = if old.is_null() {
        overlays.clone()
    } else {
        overlays.replacing(&OVERLAY_API, Document::from_value(old.clone()))
    };
    let after = if new.is_null() {
        overlays.without(&id_of(kind, old))
    } else {
        overlays.replacing(&OVERLAY_API, Document::from_value(new.clone()))
    };
    let (mut broken, mut unseen) = (Vec::new(), 0_usize);
    for (test, namespace) in tests {
        if !concerns(&versions, &test, &namespace) {
            continue;
        }
        if is_late() {
            unseen += 1;
            continue;
        }
        let document = Document::from_value(test);
        let rendered = |overlays: &Overlays| -> Rendered {
            render(
                &document,
                &ClusterContext { overlays, namespace: Some(&namespace), pod_security: None },
                config,
            )
        };
        let refused = rendered(&after);
        if refused.is_refused() && !rendered(&before).is_refused() {
            let env_values = podgraft_locust::env_values(&document.value, &after, &refused);
            broken.push((document, refused.redacted(&env_values)));
        }
    }
    lines(&broken, unseen)
}

fn lines(broken: &[(Document, Rendered)], unseen: usize) -> Vec<String> {
    let line = |(document, refused): &(Document, Rendered)| {
        let text =
            |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let name = format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"));
        let error = refused.diagnostics.iter().find(|one| one.is_error());
        let error = error.map_or_else(String::new, |error| format!(": [{}] {}", error.code, error.message));
        format!("LocustTest {name} would be refused at its next start{error}")
    };
    let mut lines: Vec<String> = broken.iter().take(NAMED).map(line).collect();
    if broken.len() > NAMED {
        lines.push(format!("and {} more LocustTests would be refused", broken.len() - NAMED));
    }
    if unseen > 0 {
        lines.push(format!("{unseen} more LocustTests were not looked at: there are too many"));
    }
    lines
}

/// Whether one of these overlays may apply to a test: it selects it, or is listed.
fn concerns(overlays: &[Overlay], test: &Value, namespace: &Namespace) -> bool {
    let Ok((test, _)) = load_test::read(test) else { return false };
    overlays.iter().any(|overlay| {
        let is_here = overlay.namespace.as_ref().is_none_or(|own| *own == namespace.name);
        let is_listed = || test.spec.overrides.overlays.iter().any(|listed| listed.name == overlay.name);
        let is_selected =
            || overlay.selection.matches(&test.labels, Some(namespace)) == podgraft_pod::overlay::Match::Yes;
        is_here && (is_listed() || !overlay.selection.opt_in && is_selected())
    })
}

/// Which overlay an object is.
fn id_of(kind: OverlayKind, overlay: &Value) -> OverlayId {
    let text = |pointer: &str| overlay.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let namespace = text("/metadata/namespace").filter(|_| kind == OverlayKind::Namespaced);
    OverlayId { kind, namespace, name: text("/metadata/name").unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn overlay(name: &str, spec: &Value) -> Value {
        json!({
            "apiVersion": "locust.io/v1alpha1", "kind": "ClusterPodOverlay", "metadata": {"name": name}, "spec": spec
        })
    }

    fn namespace() -> Namespace {
        Namespace::labelled("team", BTreeMap::new())
    }

    fn told(spec: &Value, others: &[Value]) -> Vec<String> {
        let others = read_overlays(others.iter().cloned().map(Document::from_value));
        let found = judge(&overlay("new", spec), &others, &namespace(), &Config::default());
        found.iter().map(|one| format!("{}[{}]", one.severity, one.code)).collect()
    }

    #[test]
    fn an_overlay_that_no_test_can_have_is_refused_whatever_it_selects() {
        let spec = |patch: &Value| json!({"optIn": true, "selector": {"matchLabels": {"a": "b"}}, "overrides": {"podTemplate": {"spec": patch}}});
        assert_eq!(told(&spec(&json!({"hostNetwrok": true})), &[]), ["error[unknown-field]"]);
        assert_eq!(told(&spec(&json!({"restartPolicy": "Always"})), &[]), ["error[protected-field]"]);
        assert!(told(&spec(&json!({"hostNetwork": false})), &[]).is_empty());
        // A target that no test has is skipped with a warning.
        let target = spec(&json!({"containers": [{"name": "istio", "imagePullPolicy": "Always"}]}));
        assert_eq!(told(&target, &[]), ["warning[unknown-target]"]);
        let containers = json!([{"name": "locust-metrics-exporter", "imagePullPolicy": "Always"}]);
        let exporter = json!({"overrides": {"masterPodTemplate": {"spec": {"containers": containers}}}});
        assert!(told(&exporter, &[]).is_empty(), "some tests have it");
        assert_eq!(told(&json!({"selector": {"matchLabels": {"a": 1}}}), &[]).len(), 1, "it cannot be read");
    }

    #[test]
    fn what_is_wrong_in_some_tests_or_mended_by_others_is_a_warning() {
        let mount = json!({"defaults": {"eachContainer": {"volumeMounts": [{"name": "certs", "mountPath": "/certs"}]}}});
        let alone = told(&mount, &[]);
        assert!(!alone.is_empty() && alone.iter().all(|one| one.starts_with("error")), "{alone:?}");
        let volume =
            json!({"defaults": {"podTemplate": {"spec": {"volumes": [{"name": "certs", "emptyDir": {}}]}}}});
        let mended = told(&mount, &[overlay("volume", &volume)]);
        assert!(!mended.is_empty() && mended.iter().all(|one| one.starts_with("warning")), "{mended:?}");
        let constraint =
            json!({"constraints": [{"path": ".spec.priorityClassName", "enum": ["x"], "required": true}]});
        assert!(told(&constraint, &[]).is_empty(), "a constraint is for the tests that there will be");
    }

    #[test]
    fn tests_that_a_change_would_break_are_named() {
        let test = |name: String, strict: &str| {
            json!({
                "apiVersion": "locust.io/v2", "kind": "LocustTest",
                "metadata": {"name": name, "namespace": "team", "labels": {"strict": strict}},
                "spec": {"image": "locust", "master": {"command": "-f a"}, "worker": {"command": "-f a", "replicas": 1}}
            })
        };
        let tests = || {
            (0..15).flat_map(|index| {
                ["yes", "no"].map(|strict| (test(format!("{strict}-{index}"), strict), namespace()))
            })
        };
        let with = |values: &[&str]| {
            overlay(
                "bounds",
                &json!({
                    "selector": {"matchLabels": {"strict": "yes"}},
                    "constraints": [{"path": ".spec.containers[name=\"locust\"].image", "enum": values}]
                }),
            )
        };
        let (old, new) = (with(&["locust", "other"]), with(&["other"]));
        let stored = read_overlays([Document::from_value(old.clone())]);
        let broken = |old: &Value, new: &Value, late: bool| {
            broken_tests((old, new), OverlayKind::Cluster, &stored, tests(), &Config::default(), || late)
        };
        let told = broken(&old, &new, false);
        assert_eq!(told.len(), 11, "{told:?}");
        assert!(
            told[0].starts_with("LocustTest team/yes-0 would be refused at its next start: [constraint]"),
            "{told:?}"
        );
        assert_eq!(told[10], "and 5 more LocustTests would be refused");
        assert!(broken(&new, &old, false).is_empty() && broken(&old, &old, false).is_empty());
        assert!(broken(&old, &Value::Null, false).is_empty(), "nothing demands anything any more");
        assert_eq!(broken(&old, &new, true), ["15 more LocustTests were not looked at: there are too many"]);
    }
}
