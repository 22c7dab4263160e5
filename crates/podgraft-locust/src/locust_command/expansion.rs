//! [`expand`]: what Kubernetes makes of `$(NAME)` in a container's command, arguments and env.

use std::collections::BTreeMap;

/// A text after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expanded {
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

impl Expanded {
    /// The text, when all of it is known.
    pub(crate) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Unseen { .. } => None,
        }
    }

    /// The text as it is written.
    pub(crate) fn written(&self) -> &str {
        match self {
            Self::Known(text) | Self::Unseen { written: text, .. } => text,
        }
    }
}

/// A part of a text before expansion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part<'w> {
    /// It stands for itself.
    Literal(&'w str),
    /// `$(NAME)`: it stands for the value of the variable.
    Reference(&'w str),
}

/// The parts of a text, in order. `$$` is a literal `$`, and a reference that does not end is literal. Each
/// character is looked at a fixed number of times, however many references are left open.
///
/// # Source
/// Kubernetes 1.37.2, `third_party/forked/golang/expansion/expand.go`, `Expand` and `tryReadVariableName`.
pub(crate) struct Parts<'w> {
    rest: &'w str,
    /// Whether a closing parenthesis is left at all.
    has_closer: bool,
}

impl<'w> Parts<'w> {
    /// The parts of a text as it is written.
    pub(crate) fn of(written: &'w str) -> Self {
        Self { rest: written, has_closer: true }
    }

    fn take(&mut self, length: usize) -> &'w str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// The name in a reference of which the rest is what follows the `$`.
    fn name(&mut self) -> Option<&'w str> {
        let inner = self.rest.strip_prefix("$(").filter(|_| self.has_closer)?;
        let name = inner.split_once(')').map(|(name, _)| name);
        self.has_closer = name.is_some();
        name
    }
}

impl<'w> Iterator for Parts<'w> {
    type Item = Part<'w>;

    fn next(&mut self) -> Option<Part<'w>> {
        if self.rest.is_empty() {
            return None;
        }
        let before = self.rest.find('$').unwrap_or(self.rest.len());
        if before > 0 {
            return Some(Part::Literal(self.take(before)));
        }
        if let Some(name) = self.name() {
            self.take("$()".len() + name.len());
            return Some(Part::Reference(name));
        }
        let dollar = self.take(1);
        if self.rest.starts_with('$') {
            self.take(1);
        }
        Some(Part::Literal(dollar))
    }
}

/// Expands the references of a text by `env`. A name that `env` does not have may still be set by `envFrom`
/// or a Service: what follows is unseen.
///
/// A few variables that refer to one another can stand for gigabytes: what is expanded here must have been
/// found short enough by [`exec_limits`](super::exec_limits).
pub(crate) fn expand(written: &str, env: &BTreeMap<String, Expanded>) -> Expanded {
    let mut text = String::new();
    for part in Parts::of(written) {
        let name = match part {
            Part::Literal(literal) => {
                text.push_str(literal);
                continue;
            }
            Part::Reference(name) => name,
        };
        match env.get(name) {
            Some(Expanded::Known(value)) => text.push_str(value),
            Some(Expanded::Unseen { head, .. }) => {
                text.push_str(head);
                return Expanded::Unseen { head: text, written: written.to_owned() };
            }
            None => return Expanded::Unseen { head: text, written: written.to_owned() },
        }
    }
    Expanded::Known(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> BTreeMap<String, Expanded> {
        let unseen = Expanded::Unseen { head: "pre".into(), written: "pre$(SECRET)".into() };
        BTreeMap::from([("A".to_owned(), Expanded::Known("1".into())), ("U".to_owned(), unseen)])
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
            ("$(A)$(A$(A", "1$(A$(A"),
            ("$(A)$$(A$($", "1$(A$($"),
            ("end$", "end$"),
        ] {
            assert_eq!(expand(written, &env()), Expanded::Known(expanded.into()), "{written}");
        }
    }

    #[test]
    fn keeps_what_stands_before_an_unseen_reference() {
        let unseen =
            |head: &str, written: &str| Expanded::Unseen { head: head.into(), written: written.into() };
        assert_eq!(expand("--x=$(NONE)y", &env()), unseen("--x=", "--x=$(NONE)y"));
        assert_eq!(expand("--x=$(U)", &env()), unseen("--x=pre", "--x=$(U)"));
        assert_eq!(expand("$($(A)", &env()), unseen("", "$($(A)"), "a name ends at the first parenthesis");
    }

    #[test]
    fn open_references_are_read_once() {
        for open in ["$(", "$($", "a$(", "$$("] {
            let parts = Parts::of(&open.repeat(200_000)).count();
            assert!(parts <= 600_000, "{open}: {parts}");
        }
    }
}
