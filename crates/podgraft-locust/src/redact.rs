//! [`env_values`]: the environment variables that a LocustTest is about, and [`Rendered`] without their values.

use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{
    overlay::{Overlay, Overlays, UnreadableOverlay},
    redaction::EnvValues,
};
use serde_json::Value;

use crate::{codes, render::Rendered};

/// The values of the environment variables of a test, of the overlays that apply to it, and of its pods.
#[must_use]
pub fn env_values(test: &Value, overlays: &Overlays, rendered: &Rendered) -> EnvValues {
    let applied = |overlay: &&Overlay| {
        let is_it = |one: &crate::Applied| one.kind == overlay.kind && one.name == overlay.name;
        rendered.overlays.iter().any(is_it)
    };
    let readable: Vec<&Overlay> =
        if rendered.overlays.is_empty() { Vec::new() } else { overlays.readable().filter(applied).collect() };
    let readable = readable.into_iter().map(|overlay| &overlay.document().value);
    // What cannot be read is quoted where it may be for the test.
    let is_quoted = rendered.diagnostics.iter().any(|one| one.code == codes::INVALID_OVERLAY);
    let unreadable = overlays.unreadable().filter(|_| is_quoted);
    let unreadable = unreadable.map(UnreadableOverlay::document).map(|document| &document.value);
    let pods = rendered.jobs().map(|(_, job)| job);
    EnvValues::of([test].into_iter().chain(readable).chain(unreadable).chain(pods))
}

impl Rendered {
    /// The same without these values in what is said of it. The pods keep them.
    #[must_use]
    pub fn redacted(mut self, values: &EnvValues) -> Self {
        let redacted = |one: Diagnostic| values.redact_diagnostic(one);
        self.diagnostics = self.diagnostics.into_iter().map(redacted).collect();
        for conflict in &mut self.conflicts {
            conflict.diagnostic = redacted(conflict.diagnostic.clone());
        }
        for (_, missing) in &mut self.missing_targets {
            *missing = redacted(missing.clone());
        }
        self
    }
}
