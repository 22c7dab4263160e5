//! [`Rule`]: something that must be true of a pod, whichever layers it was made of.

use podgraft_merge::diagnostic::Diagnostic;

use super::Grafted;

/// Something that must be true of a pod, or is worth a warning, whichever layers it was made of. A rule looks at the pod
/// that came out and at no patch, so that no way of writing a patch gets round it.
pub trait Rule {
    /// What is wrong with the pod. Paths are in the pod template; [`Grafted::judge`] adds the layers to blame.
    fn check(&self, pod: &Grafted<'_>) -> Vec<Diagnostic>;

    /// Whether the rule speaks only of pods of which no layer was refused, as one about likely mistakes does.
    fn needs_all_layers(&self) -> bool {
        false
    }

    /// Whether the rule is silent at the very places where an earlier one spoke.
    fn yields_to_earlier(&self) -> bool {
        false
    }
}
