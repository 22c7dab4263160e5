//! [`PathPattern`]: places of an object, as people write them.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

use super::{
    FieldPath, Segment,
    parse::{bracket, name},
};
use crate::work::Work;

/// One segment of a [`PathPattern`].
#[derive(Debug, Clone, PartialEq)]
enum PatternSegment {
    /// One field or item.
    One(Segment),
    /// Every item of a list, or every entry of a map.
    Each,
}

/// Places of an object: a [`FieldPath`] in which `[*]` stands for every item of a list, or every entry of
/// a map.
///
/// `.spec.containers[name="locust"].image`, `.spec.tolerations[*].key`,
/// `.metadata.labels["example.com/team"]`. The first dot may be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct PathPattern {
    segments: Vec<PatternSegment>,
}

impl PathPattern {
    /// The path, when it is one place: without `[*]`.
    #[must_use]
    pub fn exact(&self) -> Option<FieldPath> {
        let one = |segment: &PatternSegment| match segment {
            PatternSegment::One(segment) => Some(segment.clone()),
            PatternSegment::Each => None,
        };
        self.segments.iter().map(one).collect::<Option<Vec<Segment>>>().map(FieldPath::new)
    }

    /// The segments, outermost first; `None` for `[*]`.
    pub fn segments(&self) -> impl Iterator<Item = Option<&Segment>> {
        self.segments.iter().map(|segment| match segment {
            PatternSegment::One(segment) => Some(segment),
            PatternSegment::Each => None,
        })
    }

    /// Changes the values of keys, such as `"locust"` in `[name="locust"]`; `change` is given the key as well.
    pub fn map_keys(&mut self, mut change: impl FnMut(&str, &mut Value)) {
        for segment in &mut self.segments {
            if let PatternSegment::One(Segment::Key(keys)) = segment {
                for (key, value) in keys {
                    change(key, value);
                }
            }
        }
    }

    /// The places in `value`: each with its path, and its value when it is there. A place below an item or
    /// entry that `[*]` found is among them also when it is absent; where there are no items, there are
    /// no places. Several items may have the keys that a segment names: each of them is a place.
    ///
    /// Counts the items and entries that are looked at; there are no places when that is too much work.
    #[must_use]
    pub fn places<'v>(&self, value: &'v Value, work: &Work) -> Vec<(FieldPath, Option<&'v Value>)> {
        let mut places = vec![(FieldPath::root(), Some(value))];
        let length =
            |here: &Value| here.as_array().map_or(0, Vec::len) + here.as_object().map_or(0, Map::len);
        for segment in &self.segments {
            work.spend(1 + places.iter().filter_map(|(_, here)| here.map(length)).sum::<usize>());
            if work.is_spent() {
                return Vec::new();
            }
            places = match segment {
                PatternSegment::One(segment @ Segment::Key(keys)) => places
                    .into_iter()
                    .flat_map(|(path, here)| with_keys(&path, here, segment, keys))
                    .collect(),
                PatternSegment::One(segment) => places
                    .into_iter()
                    .map(|(path, here)| {
                        let inner = here.and_then(|here| FieldPath::new(vec![segment.clone()]).find(here));
                        (path.with(segment.clone()), inner)
                    })
                    .collect(),
                PatternSegment::Each => places
                    .into_iter()
                    .flat_map(|(path, here)| here.map_or_else(Vec::new, |here| inside(&path, here)))
                    .collect(),
            };
        }
        places
    }
}

/// The items of a list that have these keys: by the keys where they tell, else by their indexes. One absent
/// place, where there are none.
fn with_keys<'v>(
    path: &FieldPath,
    list: Option<&'v Value>,
    segment: &Segment,
    keys: &[(String, Value)],
) -> Vec<(FieldPath, Option<&'v Value>)> {
    let items = list.and_then(Value::as_array).into_iter().flatten().enumerate();
    let found: Vec<_> = items.filter(|(_, item)| super::has_keys(item, keys)).collect();
    match found.as_slice() {
        [] => vec![(path.with(segment.clone()), None)],
        [(_, item)] => vec![(path.with(segment.clone()), Some(*item))],
        items => items.iter().map(|(index, item)| (path.index(*index), Some(*item))).collect(),
    }
}

/// Everything directly inside of a list or map.
fn inside<'v>(path: &FieldPath, value: &'v Value) -> Vec<(FieldPath, Option<&'v Value>)> {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, inner)| (path.field(name), Some(inner))).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (path.index(index), Some(item))).collect()
        }
        _ => Vec::new(),
    }
}

impl FromStr for PathPattern {
    type Err = String;

    /// # Errors
    /// What to correct, as one line.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        let mut segments = Vec::new();
        if rest == "." {
            return Ok(Self { segments });
        }
        if !rest.starts_with(['.', '[']) && !rest.is_empty() {
            let (name, after) = name(rest)?;
            segments.push(PatternSegment::One(Segment::Field(name)));
            rest = after;
        }
        while !rest.is_empty() {
            let (segment, after) = match rest.strip_prefix('.') {
                Some(field) => {
                    let (name, after) = name(field)?;
                    (PatternSegment::One(Segment::Field(name)), after)
                }
                None => match rest.strip_prefix('[') {
                    Some(inner) => {
                        let (segment, after) = bracket(inner)?;
                        (segment.map_or(PatternSegment::Each, PatternSegment::One), after)
                    }
                    None => return Err(format!("write a \".\" or \"[\" before \"{rest}\"")),
                },
            };
            segments.push(segment);
            rest = after;
        }
        if segments.is_empty() {
            return Err("name a field, such as .spec.priorityClassName".to_owned());
        }
        Ok(Self { segments })
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.segments.is_empty() {
            return f.write_str(".");
        }
        self.segments.iter().try_for_each(|segment| match segment {
            PatternSegment::One(segment) => write!(f, "{segment}"),
            PatternSegment::Each => f.write_str("[*]"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_paths_are_written_as() {
        for (text, written) in [
            (".", "."),
            ("spec.priorityClassName", ".spec.priorityClassName"),
            (".spec.containers[name=\"locust\"].image", ".spec.containers[name=\"locust\"].image"),
            (".spec.containers[name=locust].image", ".spec.containers[name=\"locust\"].image"),
            (".ports[containerPort=80,protocol=\"TCP\"]", ".ports[containerPort=80,protocol=\"TCP\"]"),
            (".spec.tolerations[*].key", ".spec.tolerations[*].key"),
            (".args[0]", ".args[0]"),
            (".finalizers[=\"a]b\"]", ".finalizers[=\"a]b\"]"),
            (".metadata.labels[\"a.b/c\"]", ".metadata.labels.a.b/c"),
        ] {
            assert_eq!(text.parse::<PathPattern>().unwrap().to_string(), written, "{text}");
        }
        for (text, part) in [
            ("", "name a field"),
            (".spec..x", "after each"),
            (".a[", "close the bracket"),
            (".a[x]", "in the brackets"),
            (".a[name=]", "a value after"),
            (".a[name=\"x]", "close the quotes"),
            (".a b", "as [\"a b\"]"),
            (".a[0]b", "before \"b\""),
        ] {
            let error = text.parse::<PathPattern>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn finds_every_place() {
        let value = json!({"items": [{"name": "a", "x": 1}, {"name": "b"}, 3], "map": {"k": {"x": 2}}});
        let places = |text: &str| {
            let pattern: PathPattern = text.parse().unwrap();
            let places = pattern.places(&value, &Work::unlimited()).into_iter();
            places.map(|(path, value)| (path.to_string(), value.cloned())).collect::<Vec<_>>()
        };
        assert_eq!(
            places(".items[*].x"),
            [
                (".items[0].x".to_owned(), Some(json!(1))),
                (".items[1].x".to_owned(), None),
                (".items[2].x".to_owned(), None)
            ]
        );
        assert_eq!(places(".map[*].x"), [(".map.k.x".to_owned(), Some(json!(2)))]);
        assert_eq!(places(".none[*].x"), []);
        assert_eq!(places(".none.x"), [(".none.x".to_owned(), None)]);
    }
}
