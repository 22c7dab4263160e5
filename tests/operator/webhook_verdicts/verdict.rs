//! [`Verdict`]: what `render`, `kubectl apply` and the operator say of one input, in a form that can be compared.

use std::{
    process::Output,
    thread::sleep,
    time::{Duration, Instant},
};

use podgraft_testkit::{
    cluster::{Cluster, condition},
    files::text,
};
use serde_json::Value;

/// How much of the words of kubectl and the API server is shown.
const SHOWN: usize = 200;
/// How long another verdict than `render`'s may be what the operator's cache has not seen yet.
const SETTLED: Duration = Duration::from_secs(10);
/// How long the operator may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is said of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The first line of `render`: `error[code]: message`.
    Refused(String),
    /// The first warning: `warning[code]: message`.
    Warned(String),
    /// Nothing that a webhook could tell: at most a note of `render`, which is here.
    Accepted(Option<String>),
    /// kubectl or the API server refuse it before the webhook is asked, in these words.
    RefusedEarlier(String),
}

impl Verdict {
    /// What `render` says, by its standard error.
    pub(super) fn of_render(said: &str) -> Self {
        let first = |start: &str| said.lines().find(|line| line.starts_with(start)).map(str::to_owned);
        match (first("error["), first("warning[")) {
            (Some(line), _) => Self::Refused(line),
            (None, Some(line)) => Self::Warned(line),
            (None, None) => Self::Accepted(first("note[")),
        }
    }

    /// What kubectl says, where `rendered` is what `render` says.
    pub(super) fn of_kubectl(output: &Output, folder: &str, rendered: &Self) -> Self {
        let said = text(&output.stderr);
        if !output.status.success() {
            return match said.split_once("denied the request: ") {
                Some((_, words)) => Self::Refused(words.lines().next().unwrap_or_default().to_owned()),
                None => Self::RefusedEarlier(first_words(&said.replace(folder, ""))),
            };
        }
        let warning = said.lines().find_map(|line| line.strip_prefix("Warning: [")?.split_once("] "));
        let Some((code, message)) = warning else { return Self::Accepted(None) };
        // A warning has its path behind it, and 256 characters at most.
        let is_rendered = |line: &&String| {
            let message = message.trim_end_matches('…');
            let words = line.strip_prefix(&format!("warning[{code}]: "));
            words.is_some_and(|words| message.starts_with(words) || words.starts_with(message))
        };
        match rendered {
            Self::Warned(line) if is_rendered(&line) => rendered.clone(),
            _ => Self::Warned(format!("warning[{code}]: {message}")),
        }
    }

    /// What the status of a test says, where `rendered` is what `render` says: the words of its first diagnostic, with
    /// the path and the layer before them and the help behind them.
    pub(super) fn of_status(test: &Value, rendered: &Self) -> Self {
        let accepted = condition(test, "TemplatesAccepted");
        let message = accepted["message"].as_str().unwrap_or_default();
        let is_first = |line: &str| {
            let words = line.split_once("]: ").map_or(line, |(_, words)| words);
            let at = message.find(words);
            at.is_some_and(|at| !message[..at].contains("; "))
        };
        match (rendered, &accepted["status"], &accepted["reason"]) {
            (Self::Refused(line), status, _) if status == "False" && is_first(line) => rendered.clone(),
            (Self::Warned(line), _, reason) if reason == "AcceptedWithWarnings" && is_first(line) => {
                rendered.clone()
            }
            (_, status, _) if status == "False" => Self::Refused(shortened(message)),
            (_, _, reason) if reason == "AcceptedWithWarnings" => Self::Warned(shortened(message)),
            _ => Self::Accepted(None),
        }
    }

    /// Whether it is the verdict of `render`. Notes are for the command line only, and what is refused may be refused
    /// earlier.
    pub(super) fn agrees(&self, rendered: &Self) -> bool {
        match (self, rendered) {
            (Self::Accepted(_), Self::Accepted(_)) | (Self::RefusedEarlier(_), Self::Refused(_)) => true,
            (this, rendered) => this == rendered,
        }
    }

    /// Whether nothing is stored, whoever refuses it.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::RefusedEarlier(_))
    }

    /// Whether kubectl or the API server answer before the webhook is asked.
    pub(super) fn is_earlier(&self) -> bool {
        matches!(self, Self::RefusedEarlier(_))
    }

    /// What a table shows.
    pub(super) fn cell(&self) -> String {
        match self {
            Self::Refused(line) | Self::Warned(line) | Self::Accepted(Some(line)) => escaped(line),
            Self::Accepted(None) => "nothing".to_owned(),
            Self::RefusedEarlier(words) => escaped(words),
        }
    }

    /// What a table shows beside what `render` says, and what the cell to the left says.
    pub(super) fn cell_beside(&self, rendered: &Self, left: &Self) -> String {
        if self == rendered {
            "same".to_owned()
        } else if self == left {
            "as left".to_owned()
        } else {
            self.cell()
        }
    }
}

/// What the operator says of the test of a namespace, once it agrees with `render` or has had the time to.
pub(super) fn of_operator(cluster: &Cluster, namespace: &str, rendered: &Verdict) -> Verdict {
    let started = Instant::now();
    loop {
        let list = cluster.plane.kubectl_ok(&["get", "locusttests", "-n", namespace, "-o", "json"], b"");
        let list: Value = serde_json::from_str(&list).unwrap();
        let test = &list["items"][0];
        let is_judged = !condition(test, "TemplatesAccepted").is_null();
        let verdict = Verdict::of_status(test, rendered);
        if is_judged && (verdict.agrees(rendered) || started.elapsed() > SETTLED) {
            return verdict;
        }
        assert!(started.elapsed() < PATIENCE, "the operator does not judge {list:#}");
        sleep(Duration::from_millis(100));
    }
}

/// Says nothing: other faults stand beside it.
const NOT_CHECKED: &str = "some validation rules were not checked";

/// The first thing that kubectl says: of what it tells in a list the first item, and of what it tells in several lines the
/// last, which is the cause.
fn first_words(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    let first = lines.first().map_or("", |line| line.trim_end());
    let is_item = |line: &&&str| line.starts_with("* ") && !line.contains(NOT_CHECKED);
    let words = match (lines.iter().filter(is_item).min(), lines.last()) {
        (Some(item), _) => format!("{first} {}", item.trim_start_matches("* ")),
        (None, Some(last)) if first.ends_with(':') => format!("{first} {}", last.trim()),
        (None, _) => first.to_owned(),
    };
    // Behind it the API server writes a value of Go.
    shortened(words.split_once(", got &{").map_or(&words, |(words, _)| words))
}

fn shortened(words: &str) -> String {
    let short: String = words.chars().take(SHOWN).collect();
    if short.len() < words.len() { format!("{}…", short.trim_end()) } else { short }
}

/// Text in a cell of a table.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*").replace('`', "'")
}
