//! [`PathCheck`]: whether printed paths are read back and found.

use std::collections::HashSet;

use podgraft_merge::{
    layers::{Blame, Folded},
    path::{FieldPath, Lookup, Segment},
    schema::{FieldType, MergeKeys},
};
use serde_json::{Value, json};

/// Counts the paths of one source, all of which must be read back.
pub struct PathCheck {
    source: &'static str,
    checked: usize,
}

impl PathCheck {
    /// Of the paths that come from here.
    pub fn new(source: &'static str) -> Self {
        Self { source, checked: 0 }
    }

    /// The path is printed and read back as the same path.
    pub fn is_read_back(&mut self, path: &FieldPath) {
        let read = FieldPath::parse(&path.to_string(), FieldType::pod_template());
        assert_eq!(read.as_ref(), Ok(path), "{}: {path}", self.source);
        self.checked += 1;
    }

    /// Something is there, and provenance knows who made it.
    pub fn is_there(&mut self, path: &FieldPath, folded: &Folded) {
        self.is_read_back(path);
        let blame = folded.provenance.blame(path, &folded.value);
        assert!(!matches!(blame, Blame::Absent(_)), "{}: {path} is not in {}", self.source, folded.value);
        assert_eq!(blame.layer(), folded.provenance.history(path).layer, "{}: {path}", self.source);
        let canonical = FieldType::pod_template().canonical(path, &folded.value, &Lookup::default());
        assert_eq!(&canonical, path, "{}: there are two ways to write it", self.source);
    }

    /// Something was there, and provenance knows the layer that removed it.
    pub fn was_there(&mut self, path: &FieldPath, folded: &Folded) {
        self.is_read_back(path);
        let blame = folded.provenance.blame(path, &folded.value);
        assert!(!matches!(blame, Blame::Base | Blame::Absent(None)), "{}: {path}: {blame:?}", self.source);
    }

    /// Something is there, or in what is around it something is missing.
    pub fn is_known(&mut self, path: &FieldPath, folded: &Folded) {
        self.is_read_back(path);
        assert!(is_near(path, &folded.value), "{}: {path} is not in {}", self.source, folded.value);
    }

    /// Fails where too few paths were checked to say much.
    pub fn finish(self, least: usize) {
        println!("{}: {} paths", self.source, self.checked);
        assert!(self.checked >= least, "only {} paths of {}", self.checked, self.source);
    }
}

/// Whether a path, or as much of it as leads to the map or list that lacks the rest, is in a value: up to three fields
/// may be missing, no item.
pub fn is_near(path: &FieldPath, value: &Value) -> bool {
    let segments = path.segments();
    let missing =
        segments.iter().rev().take(3).take_while(|segment| matches!(segment, Segment::Field(_))).count();
    (0..=missing).any(|fields| {
        let reached = FieldPath::new(segments[..segments.len() - fields].to_vec());
        reached.find(value).is_some()
    }) || matches!(segments.last(), Some(Segment::Key(_) | Segment::Item(_) | Segment::Index(_)))
        && FieldPath::new(segments[..segments.len() - 1].to_vec()).find(value).is_none_or(Value::is_array)
}

/// Items of a list with two keys: each is written as one path that leads back to it.
pub fn items_are_told_apart(holder: FieldType, list: &str, keys: &MergeKeys) {
    let (first, second) = (keys.merge_key(), keys.secondary().unwrap());
    let items = json!([
        {first: "a", second.name: "x"}, {first: "a", second.name: "y"}, {first: "b", second.name: "x"}, {first: "a"}, {first: 80},
        {first: 80, second.name: "x"}, {first: "80"}, {first: "c", second.name: 5}, {first: "c", second.name: "5"},
        {first: "c", second.name: {"a": [1, "]"]}}, {second.name: "x"}, {first: null}
    ]);
    let value = json!({list: items});
    let ty = holder.field(list).unwrap();
    let mut seen = HashSet::new();
    for (segment, item, _) in ty.children(&value[list]) {
        let path = FieldPath::fields([list]).with(segment);
        assert!(seen.insert(path.to_string()), "{path} is of two items");
        assert_eq!(FieldPath::parse(&path.to_string(), holder).as_ref(), Ok(&path));
        assert_eq!(path.find(&value), Some(item), "{path}");
        assert_eq!(Lookup::default().find(&path, &value), Some(item), "{path}");
        assert_eq!(holder.canonical(&path, &value, &Lookup::default()), path);
    }
}
