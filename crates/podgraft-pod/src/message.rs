//! [`details`] and [`message`]: what a diagnostic says, in the words that every view shares.

use podgraft_merge::diagnostic::Diagnostic;

/// What a diagnostic says beside its first line and its place, each part with its name.
#[must_use]
pub fn details(diagnostic: &Diagnostic) -> Vec<(&'static str, String)> {
    let mut details = Vec::new();
    if let Some(path) = &diagnostic.path {
        details.push(("path", path.to_string()));
    }
    match (&diagnostic.layer, &diagnostic.object) {
        // An overlay is an object of its own, not a part of the one that is judged.
        (Some(layer), Some(object)) if layer.is_other_object() => {
            details.push(("layer", layer.to_string()));
            details.push(("object", object.clone()));
        }
        (Some(layer), Some(object)) => details.push(("layer", format!("{layer} of {object}"))),
        (Some(layer), None) => details.push(("layer", layer.to_string())),
        (None, Some(object)) => details.push(("object", object.clone())),
        (None, None) => {}
    }
    details.extend(diagnostic.help.clone().map(|help| ("help", help)));
    details
}

/// All that a diagnostic says, but for its place in a text: the first line, and a line for each detail.
#[must_use]
pub fn message(diagnostic: &Diagnostic) -> String {
    let details = details(diagnostic).into_iter().map(|(name, detail)| format!("\n{name}: {detail}"));
    diagnostic.message.clone() + &details.collect::<String>()
}
