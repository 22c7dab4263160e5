//! [`describe_input_changes`]: which inputs of a started test have changed beside its own spec. Pure.

use crate::operator::observed::Revision;
use podgraft_locust::{Applied, Rendered, api::v2::AppliedOverlay};

/// How many overlays are named; the rest is counted.
const NAMED: usize = 5;

/// Which inputs have changed since a test's revision, where its own spec has not: overlays, or what makes pods of them.
pub(super) fn describe_input_changes(revision: &Revision, rendered: &Rendered) -> String {
    let before: Vec<(String, Option<i64>)> = revision.overlays.iter().map(then).collect();
    let after: Vec<(String, Option<i64>)> = rendered.overlays.iter().map(now).collect();
    let mut changed = Vec::new();
    for (name, generation) in &after {
        match before.iter().find(|(other, _)| other == name) {
            None => changed.push(format!("{name} applies now")),
            Some((_, then)) if then == generation => {}
            Some((_, then)) => {
                let number = |generation: &Option<i64>| generation.unwrap_or_default();
                changed.push(format!(
                    "{name} has changed (generation {} -> {})",
                    number(then),
                    number(generation)
                ));
            }
        }
    }
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
    changed.extend(gone.map(|(name, _)| format!("{name} applies no more")));
    let what = match changed.len() {
        0 => "the operator, its configuration, the namespace's labels or the order of overlays has changed"
            .to_owned(),
        count if count <= NAMED => changed.join("; "),
        count => format!("{}; and {} overlays more", changed[..NAMED].join("; "), count - NAMED),
    };
    format!(
        "{what}; that waits for the next start, and podgraft diff locusttest/NAME shows the fields; since revision {}",
        revision.number
    )
}

fn then(overlay: &AppliedOverlay) -> (String, Option<i64>) {
    (format!("{} {}", overlay.kind, overlay.name), overlay.generation)
}

fn now(overlay: &Applied) -> (String, Option<i64>) {
    (format!("{} {}", overlay.kind, overlay.name), overlay.generation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use podgraft_pod::overlay::OverlayKind;

    fn described(before: &[(&str, i64)], after: &[(&str, i64)]) -> String {
        let overlays = before.iter().map(|(name, generation)| AppliedOverlay {
            kind: "PodOverlay".into(),
            name: (*name).into(),
            generation: Some(*generation),
        });
        let revision = Revision {
            name: "a-1".into(),
            number: 1,
            hash: String::new(),
            generation: 1,
            layers: Vec::new(),
            overlays: overlays.collect(),
            checked: String::new(),
            has_web_service: false,
            objects: None,
        };
        let overlays = after.iter().map(|(name, generation)| Applied {
            kind: OverlayKind::Namespaced,
            name: (*name).into(),
            generation: Some(*generation),
        });
        describe_input_changes(&revision, &Rendered { overlays: overlays.collect(), ..Rendered::default() })
    }

    #[test]
    fn overlays_that_changed_came_and_went_are_named() {
        let end = "; that waits for the next start, and podgraft diff locusttest/NAME shows the fields; since revision 1";
        assert_eq!(
            described(
                &[("same", 1), ("new-words", 1), ("gone", 4)],
                &[("same", 1), ("new-words", 3), ("added", 1)]
            ),
            format!(
                "PodOverlay new-words has changed (generation 1 -> 3); PodOverlay added applies now; PodOverlay gone applies no \
                 more{end}"
            )
        );
        assert!(
            described(&[("a", 1)], &[("a", 1)])
                .starts_with("the operator, its configuration, the namespace's labels or")
        );
        let many: Vec<(&str, i64)> =
            ["a", "b", "c", "d", "e", "f", "g"].into_iter().map(|name| (name, 1)).collect();
        assert!(described(&[], &many).contains("PodOverlay e applies now; and 2 overlays more; that waits"));
    }
}
