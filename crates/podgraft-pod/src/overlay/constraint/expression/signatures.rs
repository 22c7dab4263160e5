//! The functions that expressions may call: what an API server of Kubernetes 1.37 knows of CEL's own, and
//! of Kubernetes' for strings, lists, sets, regular expressions and quantities.
//!
//! Times, networks, URLs, versions and named formats are left out: a pod has none that a constraint asks for.

use std::ops::RangeInclusive;

/// A function that is called by its name alone: its name, and how many arguments it takes.
pub(super) const GLOBAL: [(&str, RangeInclusive<usize>); 19] = [
    ("bool", 1..=1),
    ("bytes", 1..=1),
    ("double", 1..=1),
    ("dyn", 1..=1),
    ("int", 1..=1),
    ("isQuantity", 1..=1),
    ("lists.range", 1..=1),
    ("matches", 2..=2),
    ("optional.none", 0..=0),
    ("optional.of", 1..=1),
    ("optional.ofNonZeroValue", 1..=1),
    ("quantity", 1..=1),
    ("sets.contains", 2..=2),
    ("sets.equivalent", 2..=2),
    ("sets.intersects", 2..=2),
    ("size", 1..=1),
    ("string", 1..=1),
    ("strings.quote", 1..=1),
    ("uint", 1..=1),
];

/// A function that is called on a value: its name, and how many arguments it takes beside.
pub(super) const MEMBER: [(&str, RangeInclusive<usize>); 42] = [
    ("add", 1..=1),
    ("asApproximateFloat", 0..=0),
    ("asInteger", 0..=0),
    ("charAt", 1..=1),
    ("compareTo", 1..=1),
    ("contains", 1..=1),
    ("distinct", 0..=0),
    ("endsWith", 1..=1),
    ("find", 1..=1),
    ("findAll", 1..=2),
    ("first", 0..=0),
    ("flatten", 0..=1),
    ("hasValue", 0..=0),
    ("includes", 1..=1),
    ("indexOf", 1..=2),
    ("isGreaterThan", 1..=1),
    ("isInteger", 0..=0),
    ("isLessThan", 1..=1),
    ("isSorted", 0..=0),
    ("join", 0..=1),
    ("last", 0..=0),
    ("lastIndexOf", 1..=2),
    ("lowerAscii", 0..=0),
    ("matches", 1..=1),
    ("max", 0..=0),
    ("min", 0..=0),
    ("or", 1..=1),
    ("orValue", 1..=1),
    ("replace", 2..=3),
    ("reverse", 0..=0),
    ("sign", 0..=0),
    ("size", 0..=0),
    ("slice", 2..=2),
    ("sort", 0..=0),
    ("split", 1..=2),
    ("startsWith", 1..=1),
    ("sub", 1..=1),
    ("substring", 1..=2),
    ("sum", 0..=0),
    ("trim", 0..=0),
    ("upperAscii", 0..=0),
    ("value", 0..=0),
];

/// Macros, which the parser replaces.
pub(super) const MACROS: [&str; 7] = ["has", "all", "exists", "exists_one", "existsOne", "map", "filter"];

/// Whether a name is the first part of functions' names, as `sets` is.
pub(super) fn is_namespace(name: &str) -> bool {
    GLOBAL.iter().any(|(function, _)| function.split_once('.').is_some_and(|(first, _)| first == name))
}
