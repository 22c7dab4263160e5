//! [`to_html`]: explanations as one page that needs nothing else.

use super::{Filtered, to_json};
use podgraft_pod::manifest::to_json_line;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(
    include_str!("page.model.js"),
    include_str!("page.story.js"),
    include_str!("page.pod.js"),
    include_str!("page.js"),
);

/// One page with everything that [`to_json`] says, its style and its script: nothing is loaded from
/// elsewhere, and the page forbids it.
#[must_use]
pub fn to_html(tests: &[Filtered<'_>]) -> String {
    let data = in_script(&to_json_line(&to_json(tests)));
    // The data comes last: it may hold anything, also what the page marks places with.
    PAGE.replacen("/*style*/", STYLE, 1).replacen("/*script*/", SCRIPT, 1).replacen("/*data*/", &data, 1)
}

/// JSON that no reader of HTML takes for the end of the script, a comment or an entity.
fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
