//! [`Excess`]: what is longer than `execve` takes of arguments and environment.

use std::collections::BTreeMap;

use podgraft_merge::path::FieldPath;
use serde_json::Value;

use super::expansion::{Part, Parts};
use crate::shortened::shortened;
use podgraft_pod::cursor::Cursor;

/// The longest argument or `NAME=value` in bytes, without the NUL at its end.
///
/// # Source
/// Linux, `include/uapi/linux/binfmts.h`, `MAX_ARG_STRLEN`: 32 pages of 4 KiB, the NUL included.
const LONGEST: u64 = 32 * 4096 - 1;

/// All arguments and variables of a program, in bytes: each with the NUL at its end and a pointer to it.
///
/// # Source
/// Linux, `fs/exec.c`, `bprm_set_stack_limits`: a quarter of the stack's limit, which is 8 MiB where nobody
/// changed it.
const ALL: u64 = 2 * 1024 * 1024;

/// What Linux keeps of a string beside its bytes: the NUL and a pointer.
const OVERHEAD: u64 = 1 + 8;

/// Whether what a container is started with is short enough to be expanded.
pub(crate) fn fits(container: &Cursor<'_>) -> bool {
    excess(container).is_none()
}

/// What is too long for Linux.
pub(crate) struct Excess {
    /// Where it is written.
    pub(crate) path: FieldPath,
    /// What it is, for people.
    what: String,
    bytes: u64,
    limit: u64,
}

impl Excess {
    /// What to do about it.
    pub(crate) fn message(&self) -> String {
        let Self { what, bytes, limit, .. } = self;
        format!(
            "shorten {what}: {bytes} bytes or more after expansion, and Linux starts no program with more than {limit}"
        )
    }
}

/// The first string of a container that is too long, or all of them. Only lengths are added up, so that this
/// takes time and memory in proportion to what is written, whatever it stands for.
pub(crate) fn excess(container: &Cursor<'_>) -> Option<Excess> {
    let list =
        |name: &str| container.value.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut lengths: BTreeMap<&str, u64> = BTreeMap::new();
    let mut all: u64 = 0;
    for variable in list("env") {
        let text = |field: &str| variable.get(field).and_then(Value::as_str);
        let Some(name) = text("name") else { continue };
        let length = least_length(text("value").unwrap_or_default(), &lengths);
        let bytes = length.saturating_add(bytes(name)).saturating_add(1);
        if bytes > LONGEST {
            let path = container.field("env").item("name", name).field("value");
            return Some(Excess {
                path,
                what: format!("the variable \"{}\"", shortened(name)),
                bytes,
                limit: LONGEST,
            });
        }
        // A variable that a later one of its name replaces counts as well: it is expanded, too.
        all = all.saturating_add(bytes + OVERHEAD);
        lengths.insert(name, length);
    }
    for name in ["command", "args"] {
        for (index, word) in list(name).iter().enumerate() {
            let bytes = least_length(word.as_str().unwrap_or_default(), &lengths);
            if bytes > LONGEST {
                let path = container.field(name).index(index);
                return Some(Excess { path, what: "the word".into(), bytes, limit: LONGEST });
            }
            all = all.saturating_add(bytes + OVERHEAD);
        }
    }
    (all > ALL).then(|| Excess {
        path: container.path.clone(),
        what: format!("the arguments and variables of container \"{}\"", container.text("name")),
        bytes: all,
        limit: ALL,
    })
}

/// How long a text is at least after expansion. What is unseen may be empty.
fn least_length(written: &str, lengths: &BTreeMap<&str, u64>) -> u64 {
    let length = |part| match part {
        Part::Literal(literal) => bytes(literal),
        Part::Reference(name) => lengths.get(name).copied().unwrap_or(0),
    };
    Parts::of(written).map(length).fold(0, u64::saturating_add)
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}
