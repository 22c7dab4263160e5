//! [`PathQuery`]: a place that somebody asks about.

use podgraft_merge::{
    diagnostic::did_you_mean,
    path::{FieldPath, Lookup, PathPattern, Segment},
    schema::{Field, ListKind, Schema, Type},
    work::Work,
};

use super::ExplainedPod;
use crate::cursor;

/// A place that somebody asks about, as they wrote it. It stands for everything below it too.
#[derive(Debug, Clone)]
pub struct PathQuery {
    /// As it was written.
    pub text: String,
    /// As it was read; if it cannot be read, why. A path as podgraft prints it is understood anyway.
    pattern: Result<PathPattern, String>,
}

/// A place that somebody asks about, found in a pod.
pub(super) struct FoundQuery<'a> {
    asked: &'a PathQuery,
    places: Vec<FieldPath>,
}

impl PathQuery {
    /// Reads a path.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let pattern = text.parse::<PathPattern>().and_then(|pattern| known(&pattern).map(|()| pattern));
        Self { text: text.trim().to_owned(), pattern }
    }

    pub(super) fn in_pod<'a>(&'a self, pod: &ExplainedPod) -> FoundQuery<'a> {
        let pattern = self.pattern.as_ref().ok();
        let places =
            pattern.map_or_else(Vec::new, |pattern| pattern.places(&pod.template, &Work::unlimited()));
        let there = places.into_iter().filter(|(_, value)| value.is_some());
        let lookup = Lookup::default();
        let canonical = |path| cursor::canonical(&pod.template, &path, &lookup);
        FoundQuery { asked: self, places: there.map(|(path, _)| canonical(path)).collect() }
    }

    /// Whether anything is there in this pod, or was.
    pub(super) fn is_told_in(&self, pod: &ExplainedPod) -> bool {
        let asked = self.in_pod(pod);
        pod.leaves.iter().chain(&pod.removed).any(|told| asked.covers(&told.path))
    }

    /// What to correct, if it can mean nothing in any of these pods.
    pub(super) fn check(&self, pods: &[&ExplainedPod]) -> Result<(), String> {
        if pods.iter().any(|pod| self.is_told_in(pod)) {
            return Ok(());
        }
        let wrong = |error: String| format!("{}: {error}", self.text);
        let pattern = self.pattern.as_ref().map_err(|error| wrong(error.clone()))?;
        missing_item(pattern, pods).map_or(Ok(()), |error| Err(wrong(error)))
    }
}

impl FoundQuery<'_> {
    /// Whether a leaf is at or below the place.
    pub(super) fn covers(&self, path: &FieldPath) -> bool {
        let written = path.to_string();
        let below = written.strip_prefix(self.asked.text.as_str());
        below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[']))
            || self.places.iter().any(|place| place.contains(path))
            || self.asked.pattern.as_ref().is_ok_and(|pattern| leads_to(pattern, path))
    }
}

/// Whether the steps of a pattern are the first of a path. What is gone is in no template to be found in.
fn leads_to(pattern: &PathPattern, path: &FieldPath) -> bool {
    let mut segments = path.segments().iter();
    pattern.segments().all(|step| match (step, segments.next()) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(Segment::Key(asked)), Some(Segment::Key(keys))) => asked.iter().all(|key| keys.contains(key)),
        (Some(asked), Some(segment)) => asked == segment,
    })
}

/// Whether Kubernetes knows the fields that a pattern names.
fn known(pattern: &PathPattern) -> Result<(), String> {
    let mut here = FieldPath::root();
    let mut schema = Schema::pod_template();
    let mut list: Option<&Field> = None;
    for step in pattern.segments() {
        let Some(known) = schema else { return Ok(()) };
        (schema, list) = match step {
            Some(Segment::Field(name)) => field(known, name, &here)?,
            Some(Segment::Key(keys)) => {
                keyed(list, keys, &here)?;
                (item(known, &here)?, None)
            }
            Some(_) => (item(known, &here)?, None),
            None => match known.ty() {
                Type::Map(value) => (Some(Schema::new(*value)), None),
                _ => (item(known, &here)?, None),
            },
        };
        let Some(segment) = step else { return Ok(()) };
        here.push(segment.clone());
    }
    Ok(())
}

type Below = (Option<Schema>, Option<&'static Field>);

/// What is known of a field.
fn field(of: Schema, name: &str, here: &FieldPath) -> Result<Below, String> {
    match of.ty() {
        Type::Map(value) => Ok((Some(Schema::new(*value)), None)),
        Type::List(_) => {
            Err(format!("{here} is a list: write {here}[name=\"{name}\"], an index {here}[0], or {here}[*]"))
        }
        Type::Struct(_) => {
            if let Ok(field) = of.field(name) {
                return Ok((Some(Schema::of(field)), Some(field)));
            }
            let fields = of.struct_type().map_or(&[][..], |of| of.fields);
            let near = did_you_mean(name, fields.iter().map(|field| field.name));
            let near = match (here.is_root() || name == "template", near.is_empty()) {
                (true, true) => {
                    "; paths start at the pod template: .metadata.labels, .spec.containers".to_owned()
                }
                _ => near,
            };
            Err(format!("there is no field \"{name}\" in {here}{near}"))
        }
        Type::Scalar(podgraft_merge::schema::ScalarType::Any) | Type::Custom(..) => Ok((None, None)),
        Type::Scalar(_) => Err(format!("{here} holds one value: there is no field \"{name}\" in it")),
    }
}

/// What is known of a list's items.
fn item(of: Schema, here: &FieldPath) -> Result<Option<Schema>, String> {
    match of.ty() {
        Type::List(item) => Ok(Some(Schema::new(*item))),
        Type::Scalar(podgraft_merge::schema::ScalarType::Any) => Ok(None),
        _ => Err(format!("{here} is no list: name a field of it with a \".\" or [\"field\"]")),
    }
}

/// Whether a list's items are known by these keys.
fn keyed(
    list: Option<&'static Field>,
    keys: &[(String, serde_json::Value)],
    here: &FieldPath,
) -> Result<(), String> {
    let Some(list) = list else { return Ok(()) };
    let ListKind::Map(known) = list.list_kind() else {
        return Err(format!(
            "the items of {here} have no keys: write an index, such as {here}[0], or {here}[*]"
        ));
    };
    match keys.iter().find(|(key, _)| known.iter().all(|known| known.name != key)) {
        Some((key, _)) => Err(format!(
            "the items of {here} are not known by \"{key}\": write {here}[{}=...]",
            known.merge_key()
        )),
        None => Ok(()),
    }
}

/// Which item a pattern names that none of the pods has, though one has the list.
fn missing_item(pattern: &PathPattern, pods: &[&ExplainedPod]) -> Option<String> {
    let path = pattern.exact()?;
    let mut there: Vec<String> = Vec::new();
    let mut missing = None;
    for pod in pods {
        let (steps, whole) = path.locate(&pod.template);
        let reached = FieldPath::new(path.segments()[..steps.len()].to_vec());
        let next = path.segments().get(steps.len());
        match (next, reached.find(&pod.template).and_then(serde_json::Value::as_array)) {
            (Some(segment), Some(items)) if !whole => {
                missing = Some((reached, segment));
                let names = items.iter().filter_map(|item| match segment {
                    Segment::Key(keys) => item.get(&keys.first()?.0),
                    _ => None,
                });
                there.extend(names.map(|name| name.as_str().map_or_else(|| name.to_string(), str::to_owned)));
            }
            _ => return None,
        }
    }
    let (list, segment) = missing?;
    there.sort_unstable();
    there.dedup();
    let wanted = match segment {
        Segment::Key(keys) => keys.first().and_then(|(_, value)| value.as_str()).unwrap_or_default(),
        _ => "",
    };
    let near = did_you_mean(wanted, there.iter().map(String::as_str));
    let known = match (near.is_empty(), there.is_empty()) {
        (true, false) => format!(": there is {}", there.join(", ")),
        _ => near,
    };
    Some(format!("no pod has {segment} in {list}{known}"))
}
