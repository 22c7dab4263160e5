//! [`ConstraintTarget`]: which values of a pod a constraint is about.

use serde_json::Value;

use super::stored::{PATHS, normal};
use podgraft_merge::{
    diagnostic::did_you_mean,
    path::{FieldPath, PathPattern, Segment},
    schema::{LookupError, Schema, Type},
    work::Work,
};

/// Places of a pod template, checked against Kubernetes' schema.
#[derive(Debug, Clone)]
pub(in crate::overlay) struct ConstraintTarget {
    pattern: PathPattern,
    in_each_container: bool,
    /// What Kubernetes keeps there.
    pub(in crate::overlay) ty: Type,
}

/// A place, and its value when it is there.
pub(in crate::overlay) type Found<'v> = (FieldPath, Option<&'v Value>);

impl ConstraintTarget {
    /// Reads a path that starts at the pod template.
    pub(in crate::overlay) fn in_template(text: &str) -> Result<Self, String> {
        Self::read(text, Schema::pod_template(), false)
    }

    /// Reads a path that starts at a container.
    pub(in crate::overlay) fn in_each_container(text: &str) -> Result<Self, String> {
        Self::read(text, container(), true)
    }

    fn read(text: &str, root: Option<Schema>, in_each_container: bool) -> Result<Self, String> {
        let mut pattern: PathPattern = text.parse()?;
        pattern.map_keys(|key, value| match value {
            Value::String(path) if PATHS.contains(&key) => *path = normal(path),
            _ => {}
        });
        let root = root.ok_or("rebuild podgraft: its schema has no PodTemplateSpec")?;
        let ty = pattern.segments().try_fold(root.ty(), |ty, step| inner(ty, step))?;
        Ok(Self { pattern, in_each_container, ty })
    }

    /// Whether it is an amount that is none when it is zero: a limit, or a volume's size.
    pub(in crate::overlay) fn is_limit(&self) -> bool {
        let is =
            |step: Option<&Segment>, name: &str| matches!(step, Some(Segment::Field(field)) if field == name);
        match self.pattern.segments().collect::<Vec<_>>().as_slice() {
            [.., parent, last] => is(*last, "sizeLimit") || is(*parent, "limits"),
            _ => false,
        }
    }

    /// Whether it is a path of a file system, which may be written in more than one way.
    pub(in crate::overlay) fn is_path(&self) -> bool {
        let last: Vec<&str> = self
            .pattern
            .segments()
            .filter_map(|step| match step {
                Some(Segment::Field(name)) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        matches!(last.as_slice(), [.., last] if PATHS.contains(last)) || last.ends_with(&["hostPath", "path"])
    }

    /// The places in a pod template as it is stored, items of lists by their indexes.
    pub(in crate::overlay) fn find<'v>(&self, pod: &'v Value, work: &Work) -> Vec<Found<'v>> {
        if self.in_each_container {
            let within = |(path, container): (FieldPath, &'v Value)| {
                let places = self.pattern.places(container, work).into_iter();
                places.map(move |(inner, value)| (path.join(&inner), value))
            };
            containers(pod).flat_map(within).collect()
        } else {
            self.pattern.places(pod, work)
        }
    }
}

/// Every container of a pod template that runs from its start: init containers, sidecars and containers.
fn containers(pod: &Value) -> impl Iterator<Item = (FieldPath, &Value)> {
    ["initContainers", "containers"].into_iter().flat_map(move |list| {
        let path = FieldPath::fields(["spec", list]);
        let items = pod.get("spec").and_then(|spec| spec.get(list)).and_then(Value::as_array);
        items.into_iter().flatten().enumerate().map(move |(index, item)| (path.index(index), item))
    })
}

fn container() -> Option<Schema> {
    let spec = Schema::of(Schema::pod_template()?.field("spec").ok()?);
    match spec.field("containers").ok()?.ty {
        Type::List(item) => Some(Schema::new(*item)),
        _ => None,
    }
}

/// What is one step inside of a value of this type; `None` steps are `[*]`.
fn inner(ty: Type, step: Option<&Segment>) -> Result<Type, String> {
    match (ty, step) {
        (Type::List(item), Some(Segment::Index(_) | Segment::Key(_) | Segment::Item(_)) | None) => Ok(*item),
        (Type::List(_), Some(Segment::Field(name))) => {
            Err(format!("write [*] or [name=\"...\"] before .{name}: there is a list"))
        }
        (Type::Map(value), Some(Segment::Field(_)) | None) => Ok(*value),
        (Type::Struct(_), Some(Segment::Field(name))) => field(Schema::new(ty), name),
        (_, Some(Segment::Field(name))) => Err(format!("remove .{name}: what holds it is a single value")),
        (_, Some(step)) => Err(format!("remove {step}: what holds it is no list")),
        (_, None) => Err("remove [*]: what is before it is no list or free map".to_owned()),
    }
}

fn field(schema: Schema, name: &str) -> Result<Type, String> {
    schema.field(name).map(|field| field.ty).map_err(|error| {
        let known = schema.struct_type().into_iter().flat_map(|of| of.fields).map(|field| field.name);
        let near = did_you_mean(name, known);
        let of = match error {
            LookupError::UnknownField { of } => of,
            LookupError::NotAnObject { found } => found,
        };
        let near = if near.is_empty() { "; correct the path".to_owned() } else { near };
        format!("{of} has no field \"{name}\"{near}")
    })
}
