//! [`Consequences`]: what is wrong with a pod only because a part of a layer was refused and left out.

use std::collections::HashSet;

use podgraft_merge::{
    diagnostic::Diagnostic,
    path::{FieldPath, Segment},
};

/// The places at which layers were refused. The pod is judged without what they would have set, so that everything
/// is said at once; what is wrong there, or only because something is missing there, is no news.
pub(super) struct Consequences {
    refused: HashSet<String>,
    /// The places that hold a refused one, however far up.
    above: HashSet<String>,
    /// The places that hold a refused one directly.
    holders: HashSet<String>,
    volumes: bool,
}

impl Consequences {
    /// Of these findings, those that are errors.
    pub(super) fn of(findings: &[(usize, Diagnostic)]) -> Self {
        let mut found =
            Self { refused: HashSet::new(), above: HashSet::new(), holders: HashSet::new(), volumes: false };
        for (_, error) in findings.iter().filter(|(_, finding)| finding.is_error()) {
            let path = error.path.clone().unwrap_or_default();
            let prefixes = prefixes(&path);
            found.above.extend(prefixes.iter().cloned());
            found.holders.extend(prefixes.iter().rev().nth(1).cloned());
            found.refused.extend(prefixes.last().cloned());
            let is_volume = |segments: &[Segment]| matches!(segments, [Segment::Field(spec), Segment::Field(volumes), ..] if spec == "spec" && volumes == "volumes");
            found.volumes |= path.segments().len() < 2 || is_volume(path.segments());
        }
        found
    }

    /// Whether nothing was refused.
    pub(super) fn is_empty(&self) -> bool {
        self.refused.is_empty()
    }

    /// Whether something is wrong with the pod only because of what was refused, as far as one can tell.
    pub(super) fn explain(&self, finding: &Diagnostic) -> bool {
        if self.is_empty() {
            return false;
        }
        // What is about the pod as a whole may be about anything in it.
        let Some(path) = &finding.path else { return true };
        let prefixes = prefixes(path);
        let is_missing = finding.message.starts_with("add ") || finding.message.starts_with("give ");
        let holder = prefixes.iter().rev().nth(1);
        prefixes.last().is_some_and(|own| self.above.contains(own))
            || prefixes.iter().any(|prefix| self.refused.contains(prefix))
            || is_missing && holder.is_some_and(|holder| self.holders.contains(holder))
            || self.volumes && finding.message.starts_with("add a volume ")
    }
}

/// A path and all that hold it, the outermost, which is the whole pod, first.
fn prefixes(path: &FieldPath) -> Vec<String> {
    let segments = path.segments();
    (0..=segments.len()).map(|length| FieldPath::new(segments[..length].to_vec()).to_string()).collect()
}
