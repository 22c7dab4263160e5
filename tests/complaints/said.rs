//! The messages that podgraft printed for people, taken apart.

use crate::case::Said;

/// One printed message.
#[derive(Debug, Default)]
pub(crate) struct Message {
    /// `error` or `warning`.
    severity: String,
    code: String,
    path: Option<String>,
    layer: Option<String>,
    /// All of it, as it was printed.
    text: String,
}

/// The messages on standard error, in order.
pub(crate) fn messages(printed: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for line in printed.lines() {
        if let Some((severity, code)) = head(line) {
            let (severity, code) = (severity.to_owned(), code.to_owned());
            messages.push(Message { severity, code, ..Message::default() });
        }
        // Before the first message there may be a summary.
        let Some(message) = messages.last_mut() else { continue };
        let note = line.trim_start();
        message.path = message.path.take().or_else(|| note.strip_prefix("= path: ").map(str::to_owned));
        message.layer = message.layer.take().or_else(|| note.strip_prefix("= layer: ").map(str::to_owned));
        message.text.extend([line, "\n"]);
    }
    messages
}

/// Severity and code of a message's first line.
fn head(line: &str) -> Option<(&str, &str)> {
    let (severity, rest) = line.split_once('[')?;
    let (code, _) = rest.split_once("]: ")?;
    matches!(severity, "error" | "warning").then_some((severity, code))
}

impl Message {
    /// Whether this is the message that must be there.
    fn is(&self, said: &Said) -> bool {
        let (severity, code) = match (&said.error, &said.warning) {
            (Some(code), None) => ("error", code),
            (None, Some(code)) => ("warning", code),
            _ => panic!("a message is an error or a warning: {said:?}"),
        };
        let same = |found: &Option<String>, wanted: &Option<String>| wanted.is_none() || found == wanted;
        self.severity == severity
            && self.code == *code
            && same(&self.path, &said.path)
            && same(&self.layer, &said.layer)
            && said.text.iter().all(|part| self.text.contains(part))
    }
}

/// Holds what was printed to what must be said: all of it, and nothing else.
pub(crate) fn check(printed: &str, wanted: &[Said], after: &str) {
    let mut found = messages(printed);
    for said in wanted {
        let place = found.iter().position(|message| message.is(said));
        let place = place.unwrap_or_else(|| panic!("{after}: not said: {said:?}\n--- but\n{printed}"));
        found.remove(place);
    }
    assert!(found.is_empty(), "{after}: said as well: {found:#?}");
}

/// A test that a change of the messages' form is seen, and does not make every expectation hold.
pub(crate) fn reads_messages() {
    let printed = "2 tests: 1 refused\n\nerror[null]: write $unset\n  --> a.yaml:1:2\n   |\n   = path: .spec.x\n   = layer: podTemplate\n\n\
        warning[unused-volume]: mount \"a\"\n   = path: .spec.volumes[name=\"a\"]\n";
    let found = messages(printed);
    let told = |message: &Message| format!("{} {} {:?}", message.severity, message.code, message.path);
    assert_eq!(found.len(), 2);
    assert_eq!(told(&found[0]), "error null Some(\".spec.x\")");
    assert_eq!(found[0].layer.as_deref(), Some("podTemplate"));
    assert_eq!(told(&found[1]), "warning unused-volume Some(\".spec.volumes[name=\\\"a\\\"]\")");
    assert_eq!(found[1].layer, None);
}
