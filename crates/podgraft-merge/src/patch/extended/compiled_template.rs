//! [`CompiledTemplate`]: a template that is read against the schema once, and folded into many pods.

use serde_json::{Map, Value};

use super::{
    EachContainerPatch, Extended, Options, Shared, Template, each_container, extend_template,
    plain::{PlainField, PlainItem, PlainItems, PlainMap, PlainValue},
};
use crate::{
    diagnostic::ValueKind,
    patch::{Observer, directive, item_index::ItemIndex},
    schema::{FieldType, ListKind, MergeKeys, Schema, Type},
};

/// The deepest nesting of what is compiled. It is far less than what is followed, so that no depth has to be counted when
/// it is applied.
const MAX_COMPILED_DEPTH: usize = 32;

/// A template without anything unusual at its top, with what the schema says of everything in it. It makes of a value what
/// the template itself makes of it, and lies closer together in memory: a fold of thousands of layers mostly waits for
/// that.
///
/// ```
/// use podgraft_merge::{layers::{Layer, Patch, fold}, patch::{CompiledTemplate, Options}, schema::Schema, work::Work};
/// use serde_json::json;
///
/// let schema = Schema::for_kind("v1", "Pod").unwrap();
/// let template = json!({"spec": {"priorityClassName": "low"}});
/// // What is not plain stays as it is written.
/// let compiled = CompiledTemplate::new(&template, schema);
/// let patch = compiled.as_ref().map_or(Patch::Template(&template), Patch::Compiled);
/// let layers = [Layer { id: "defaults".into(), patch, options: Options::default() }];
/// for name in ["a", "b"] {
///     let pod = json!({"spec": {"containers": [{"name": name}]}});
///     let folded = fold(pod, &layers, schema, &Work::unlimited());
///     assert_eq!(folded.value["spec"]["priorityClassName"], "low");
/// }
/// ```
#[derive(Debug, Clone)]
pub struct CompiledTemplate {
    map: PlainMap,
    is_for_each_container: bool,
}

impl CompiledTemplate {
    /// Reads a template of the whole object, for objects of the kind that `schema` describes; `None` where it has to be
    /// taken as it is written: it has a directive or a mistake at its top, for one.
    #[must_use]
    pub fn new(template: &Value, schema: Schema) -> Option<Self> {
        let map = map(template.as_object()?, schema, 0)?;
        Some(Self { map, is_for_each_container: false })
    }

    /// Reads a patch for each container of a pod or pod template, which `schema` describes; `None` as above.
    #[must_use]
    pub fn for_each_container(patch: &Value, schema: Schema) -> Option<Self> {
        let patch = patch.as_object().filter(|patch| !patch.contains_key(MergeKeys::NAME.merge_key()))?;
        let (_, container) = each_container::schemas(schema)?;
        Some(Self { map: map(patch, container, 0)?, is_for_each_container: true })
    }

    /// Whether it is a patch for each container, and no template.
    #[must_use]
    pub const fn is_for_each_container(&self) -> bool {
        self.is_for_each_container
    }

    const fn template(&self) -> Template<'_> {
        Template::Plain(&self.map)
    }
}

/// [`extend_seeded`](super::extend_seeded) with a compiled template. Where that is for each container, it can be used as a
/// [`EachContainerPatch`].
pub(crate) fn extend_compiled<'p, O: Observer>(
    base: Value,
    patch: &'p CompiledTemplate,
    schema: Schema,
    options: Options,
    shared: &mut Shared<'_>,
    observer: &mut O,
) -> (Extended, Option<EachContainerPatch<'p>>) {
    let template = patch.template();
    if patch.is_for_each_container {
        return each_container::extend_checked(base, template, schema, options, shared, observer);
    }
    (extend_template(base, Some(template), schema, options, shared, observer), None)
}

/// `None` where a map has a directive, or a field that Kubernetes does not know or that is of another kind there.
fn map(patch: &Map<String, Value>, schema: Schema, depth: usize) -> Option<PlainMap> {
    if depth > MAX_COMPILED_DEPTH || directive::is_in(patch) {
        return None;
    }
    let cleared = cleared(patch, schema)?;
    let mut fields = Vec::with_capacity(patch.len());
    for (key, value) in patch {
        let child = FieldType::root(schema).field(key)?;
        let is_of_kind = super::fields::wanted(child.ty()).is_none_or(|kind| kind == ValueKind::of(value));
        if value.is_null() || !is_of_kind {
            return None;
        }
        let value = match value {
            Value::Object(patch) => map(patch, child.schema(), depth + 1).map(PlainValue::Map),
            Value::Array(patch) => items(patch, child, depth + 1).map(PlainValue::Items),
            scalar => Some(PlainValue::Scalar(scalar.clone())),
        }
        .unwrap_or_else(|| PlainValue::Written(value.clone()));
        fields.push(PlainField::new(key, child, value));
    }
    Some(PlainMap { fields: fields.into(), cleared })
}

/// The fields that setting members of one-of groups clears; `None` where a map sets two of a group, or chooses one by the
/// group's discriminator.
fn cleared(patch: &Map<String, Value>, schema: Schema) -> Option<Box<[&'static str]>> {
    let mut cleared = Vec::new();
    for union in schema.struct_type().map_or(&[][..], |of| of.unions) {
        let mut set = union.members.iter().filter(|member| patch.contains_key(member.field));
        if patch.contains_key(union.discriminator) {
            return None;
        }
        let Some(member) = set.next() else { continue };
        if set.next().is_some() || patch.get(member.field)?.get(directive::PATCH).is_some() {
            return None;
        }
        cleared.extend(union.members.iter().map(|other| other.field).filter(|other| *other != member.field));
    }
    Some(cleared.into())
}

/// The items of a list that merges by one key, each with another text as its key; `None` for all others.
fn items(patch: &[Value], child: FieldType, depth: usize) -> Option<PlainItems> {
    let (ListKind::Map(keys), Type::List(item)) = (child.list_kind(), child.ty()) else { return None };
    if keys.secondary().is_some() {
        return None;
    }
    ItemIndex::of(patch, keys.merge_key())?;
    let item = |value: &Value| {
        let key = value.get(keys.merge_key())?.clone();
        Some(PlainItem { key, map: map(value.as_object()?, Schema::new(*item), depth + 1)? })
    };
    Some(PlainItems { items: patch.iter().map(item).collect::<Option<_>>()?, keys })
}
