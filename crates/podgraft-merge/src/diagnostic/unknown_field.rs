//! Where a field belongs that is written where no such field is.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{did_you_mean, misnomers, nearest, value_kind::glued_field};
use crate::{
    path::{FieldPath, Segment},
    schema::{KUBERNETES_VERSION, STRUCTS, Schema, Type},
};

/// Names that so many types have that a place of one of them says nothing.
const COMMON: [&str; 18] = [
    "apiVersion",
    "host",
    "id",
    "items",
    "key",
    "kind",
    "mode",
    "name",
    "namespace",
    "operator",
    "optional",
    "path",
    "port",
    "size",
    "type",
    "uid",
    "value",
    "values",
];

/// How far below a value its fields are looked for.
const DEPTH: usize = 2;

/// Every name of a field: what is none of them is nowhere, and need not be looked for.
static NAMES: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| STRUCTS.iter().flat_map(|of| of.fields.iter().map(|field| field.name)).collect());

/// What to say of a field that a value of this type has not; `None` where the value has no known fields. `path` is the
/// value's place in a pod template, where it is in one.
#[must_use]
pub fn describe_unknown_field(schema: Schema, name: &str, path: Option<&FieldPath>) -> Option<String> {
    let of = schema.struct_type()?;
    let known = || of.fields.iter().map(|field| field.name);
    if let Some(field) = known().find(|field| field.eq_ignore_ascii_case(name)) {
        return Some(format!("\"{name}\" is no field of {}; did you mean \"{field}\"?", of.name));
    }
    // Between brackets, YAML takes a:b for a field without a value.
    if let Some((field, value)) = glued_field(name).filter(|(field, _)| known().any(|known| known == *field))
    {
        return Some(format!("write \"{name}\" as {field}: {value}, with a space behind the colon"));
    }
    // What a node offers beside the usual is called by a domain and a name.
    let advice = misnomers::advice(of.name, name).or_else(|| {
        let is_resource = of.name == "ResourceRequirements" && name.contains('/');
        is_resource.then_some("write it below limits or requests")
    });
    if let Some(advice) = advice {
        return Some(format!("{advice}: {} has no field \"{name}\"", of.name));
    }
    let chain = path.map(ancestors).filter(|chain| {
        chain.last().and_then(|(_, last)| last.struct_type()).is_some_and(|last| std::ptr::eq(last, of))
    });
    let chain = chain.unwrap_or_else(|| vec![(String::new(), schema)]);
    if let Some(place) = place(&chain, name) {
        return Some(format!("move \"{name}\" to {place}: {} has no field \"{name}\"", of.name));
    }
    let near = did_you_mean(name, known());
    Some(if near.is_empty() {
        format!("remove \"{name}\": {} of Kubernetes {KUBERNETES_VERSION} has no such field", of.name)
    } else {
        format!("\"{name}\" is no field of {}{near}", of.name)
    })
}

/// The place below a value of this type at which the name is known: `spec.containers[].image`.
#[must_use]
pub fn find_field_below(schema: Schema, name: &str) -> Option<String> {
    place(&[(String::new(), schema)], name)
}

/// The types along a path in a pod template, each with its place. Shorter than the path where that leaves the template.
fn ancestors(path: &FieldPath) -> Vec<(String, Schema)> {
    let Some(template) = Schema::pod_template() else { return Vec::new() };
    let mut chain = vec![(String::new(), template)];
    let mut written = FieldPath::root();
    let mut schema = template;
    for segment in path.segments() {
        schema = match (segment, schema.ty()) {
            (Segment::Field(name), _) if schema.struct_type().is_some() => match schema.field(name) {
                Ok(field) => Schema::of(field),
                Err(_) => return chain,
            },
            (Segment::Field(_), Type::Map(inner)) => Schema::new(*inner),
            (Segment::Field(_), _) => return chain,
            (_, Type::List(item)) => Schema::new(*item),
            _ => return chain,
        };
        written.push(segment.clone());
        if schema.struct_type().is_some() {
            chain.push((written.to_string().trim_start_matches('.').to_owned(), schema));
        }
    }
    chain
}

/// The place at which the name is known that is nearest to the last of these values: the fewer steps it is away, the
/// nearer, and of these below the value before above it.
fn place(chain: &[(String, Schema)], name: &str) -> Option<String> {
    if COMMON.contains(&name) || !NAMES.contains(name) {
        return None;
    }
    for depth in 0..=DEPTH {
        for (index, (path, schema)) in chain.iter().enumerate().rev() {
            // The value's own children are as near as the fields of what holds it.
            let steps = if index + 1 == chain.len() { depth + 1 } else { depth };
            if let Some(place) = at_depth(*schema, name, steps) {
                return Some(if path.is_empty() { place } else { format!("{path}.{place}") });
            }
        }
    }
    None
}

/// The place at exactly this many steps below a value.
fn at_depth(schema: Schema, name: &str, depth: usize) -> Option<String> {
    if depth == 0 {
        return schema.field(name).is_ok().then(|| name.to_owned());
    }
    schema.struct_type()?.fields.iter().find_map(|field| {
        let (inner, item) = match field.ty {
            Type::List(item) => (Schema::new(*item), "[]"),
            _ => (Schema::of(field), ""),
        };
        inner.struct_type()?;
        at_depth(inner, name, depth - 1).map(|place| format!("{}{item}.{place}", field.name))
    })
}

/// A directive that lacks its `$`, as it has to be written.
#[must_use]
pub fn directive_without_dollar<'d>(
    name: &str,
    directives: impl IntoIterator<Item = &'d str>,
) -> Option<String> {
    let (word, list) = name.trim_start_matches(['$', '_']).split_once(['/', '.', ':'])?;
    let bare: Vec<(&str, &str)> = directives
        .into_iter()
        .filter_map(|directive| Some((directive.strip_prefix('$')?, directive)))
        .collect();
    let near = nearest(word, bare.iter().map(|(bare, _)| *bare))?;
    Some(format!("${near}/{list}"))
}
