//! The remedy of each violation, a piece of a template: laid over the pod, it makes the check pass.

use std::collections::BTreeMap;

use podgraft_merge::{
    patch::{Options, extend},
    schema::Schema,
    work::Work,
};
use podgraft_pod::pod_security::{PodSecurityStandard, check_ids, violations};
use serde_json::Value;

/// Lays the remedies of all violations over the pod, one after another; whether it is allowed then.
fn is_mended(pod: &Value, standard: PodSecurityStandard, by_check: &mut BTreeMap<&str, usize>) -> bool {
    let schema = Schema::pod_template().unwrap();
    let mut mended = pod.clone();
    for field in ["apiVersion", "kind", "status"] {
        mended.as_object_mut().unwrap().remove(field);
    }
    for violation in violations(pod, standard, &Work::unlimited()) {
        let piece =
            violation.template_piece().unwrap_or_else(|| panic!("no remedy of {}: {pod}", violation.check));
        let extended = extend(mended, &piece, schema, Options::default(), &mut ());
        let refused: Vec<String> =
            extended.diagnostics.iter().filter(|one| one.is_error()).map(ToString::to_string).collect();
        assert_eq!(refused, Vec::<String>::new(), "{piece} on {pod}");
        mended = extended.value;
        *by_check.entry(violation.check).or_default() += 1;
    }
    violations(&mended, standard, &Work::unlimited()).is_empty()
}

#[test]
fn remedies_make_the_fixtures_of_the_library_pass() {
    let mut by_check = BTreeMap::new();
    for fixture in super::fixtures().into_iter().filter(|fixture| !fixture.allowed) {
        let mended = is_mended(&fixture.pod, fixture.standard, &mut by_check);
        assert!(mended, "{} is still refused", fixture.file);
    }
    println!("remedies tried: {by_check:?}");
    let missed: Vec<&str> = check_ids().filter(|id| !by_check.contains_key(id)).collect();
    assert_eq!(missed, Vec::<&str>::new(), "no remedy of these was tried");
}
