//! [`to_html`]: explanations as one page that needs nothing else.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Filtered, LeafHistory, Reason, to_json};
use crate::{manifest::to_json_line, noun::Noun};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(
    include_str!("page.model.js"),
    include_str!("page.story.js"),
    include_str!("page.pod.js"),
    include_str!("page.js"),
);

/// One page with everything that [`to_json`] says, its style and its script: nothing is loaded from
/// elsewhere, and the page forbids it. `command` is what printed it, `podgraft explain`: the page names it.
#[must_use]
pub fn to_html(noun: Noun, command: &str, objects: &[Filtered<'_>]) -> String {
    let words = in_script(&to_json_line(&words(noun, objects)));
    let data = in_script(&to_json_line(&to_json(noun, objects)));
    // The data comes last: it may hold anything, also what the page marks places with.
    PAGE.replacen("/*style*/", STYLE, 1)
        .replacen("/*script*/", SCRIPT, 1)
        .replace("/*command*/", &in_markup(command))
        .replacen("/*words*/", &words, 1)
        .replacen("/*data*/", &data, 1)
}

/// What the page calls the objects, and the operator's own reasons for people: `{"one", "many", "reasons": {cause: words}}`.
fn words(noun: Noun, objects: &[Filtered<'_>]) -> Value {
    let reasons = |told: &LeafHistory| {
        let past = told.shadowed.iter().flat_map(|past| [past.setter.why, past.by.why]);
        let all =
            [told.setter.why].into_iter().chain(told.agreed.iter().map(|setter| setter.why)).chain(past);
        all.filter_map(|why| match why {
            Reason::Operator(reason) => Some((reason.cause, reason.words)),
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    let pods = objects.iter().flat_map(|object| &object.pods);
    let told = pods.flat_map(|pod| pod.leaves.iter().chain(&pod.removed));
    let reasons: BTreeMap<&str, &str> = told.flat_map(|told| reasons(told)).collect();
    json!({ "one": noun.one, "many": noun.many, "reasons": reasons })
}

/// JSON that no reader of HTML takes for the end of the script, a comment or an entity.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// A text that no reader of HTML takes for markup.
fn in_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
