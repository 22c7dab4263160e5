//! [`expand`]: what Kubernetes makes of `$(NAME)` in a container's command, arguments and env.

use std::collections::BTreeMap;

/// A text after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    /// The whole text is known.
    Known(String),
    /// A reference stands for what only the cluster knows: a Secret's content, a service's address.
    Unseen {
        /// What is known to stand before the first such reference.
        head: String,
        /// The text as it is written.
        written: String,
    },
}

impl Text {
    /// The text, when all of it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unseen { .. } => None,
        }
    }

    /// The text as it is written.
    pub(super) fn written(&self) -> &str {
        match self {
            Self::Known(text) | Self::Unseen { written: text, .. } => text,
        }
    }
}

/// Expands `$(NAME)` by `env`, `$$` to `$`; a reference that does not end stays as it is. A name
/// that `env` does not have may still be set by `envFrom` or a Service: what follows is unseen.
///
/// # Source
/// Kubernetes 1.37.2, `third_party/forked/golang/expansion/expand.go`, `Expand`.
pub(super) fn expand(written: &str, env: &BTreeMap<String, Text>) -> Text {
    let mut text = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            text.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            match env.get(name) {
                Some(Text::Known(value)) => text.push_str(value),
                Some(Text::Unseen { head, .. }) => {
                    text.push_str(head);
                    return Text::Unseen { head: text, written: written.to_owned() };
                }
                None => return Text::Unseen { head: text, written: written.to_owned() },
            }
            rest = after;
        } else {
            text.push('$');
        }
    }
    text.push_str(rest);
    Text::Known(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> BTreeMap<String, Text> {
        let unseen = Text::Unseen { head: "pre".into(), written: "pre$(SECRET)".into() };
        BTreeMap::from([("A".to_owned(), Text::Known("1".into())), ("U".to_owned(), unseen)])
    }

    #[test]
    fn expands_what_is_known_as_kubernetes_does() {
        for (written, expanded) in [
            ("plain", "plain"),
            ("$(A)", "1"),
            ("a$(A)b$(A)", "a1b1"),
            ("$$(A)", "$(A)"),
            ("$$$(A)", "$1"),
            ("$A", "$A"),
            ("$(A", "$(A"),
            ("end$", "end$"),
        ] {
            assert_eq!(expand(written, &env()), Text::Known(expanded.into()), "{written}");
        }
    }

    #[test]
    fn keeps_what_stands_before_an_unseen_reference() {
        let unseen = |head: &str, written: &str| Text::Unseen { head: head.into(), written: written.into() };
        assert_eq!(expand("--x=$(NONE)y", &env()), unseen("--x=", "--x=$(NONE)y"));
        assert_eq!(expand("--x=$(U)", &env()), unseen("--x=pre", "--x=$(U)"));
    }
}
