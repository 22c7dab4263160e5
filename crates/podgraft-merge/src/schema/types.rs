//! The shapes of the generated table: what Kubernetes says of each field of each built-in kind.
//!
//! Everything here is `'static` plain data, so that the whole table lives in the binary's
//! read-only memory and looking a field up allocates nothing.

/// A Go struct of `k8s.io/api` (or `apimachinery`), as its JSON form is read.
#[derive(Debug)]
pub struct StructType {
    /// The Go type's name, without its package: `PodSpec`.
    pub name: &'static str,
    /// The JSON fields, embedded structs flattened, sorted bytewise by [`Field::name`].
    pub fields: &'static [Field],
    /// The one-of groups among the fields; see [`Union`].
    pub unions: &'static [Union],
}

/// One JSON field of a [`StructType`].
#[derive(Debug)]
pub struct Field {
    /// The JSON name: `containerPort`.
    pub name: &'static str,
    /// What the field holds, pointers removed.
    pub ty: Type,
    /// Whether the Go field is a pointer (strategic merge treats `$setElementOrder` on pointers
    /// to structs differently from plain structs).
    pub pointer: bool,
    /// The `patchStrategy` tag.
    pub strategy: Strategy,
    /// The `patchMergeKey` tag; `""` where there is none.
    pub merge_key: &'static str,
    /// The keys under which server-side apply knows the items (`x-kubernetes-list-map-keys`);
    /// empty where the list is not a map list.
    pub list_keys: &'static [&'static str],
    /// What the API server fills in for a text that is absent; `""` where it fills in nothing.
    pub default: &'static str,
    /// Whether the API server refuses an object without this field (`required` in `OpenAPI`).
    pub required: bool,
}

/// The `patchStrategy` tag of a field: any of three flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strategy {
    /// `merge`: a list is merged (by key, or as a set of scalars) instead of replaced.
    pub merge: bool,
    /// `replace`: a map is replaced instead of merged.
    pub replace: bool,
    /// `retainKeys`: `kubectl apply` sends `$retainKeys` for it. Applying never looks at it.
    pub retain_keys: bool,
}

/// What a field, list item or map value holds.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// A JSON object with known fields: index into the table's structs.
    Struct(u16),
    /// A Go struct that reads and writes itself as something else than its fields (`Quantity`,
    /// `Time`, `IntOrString`, `RawExtension`): its JSON form, and the struct that Go reflection sees.
    Custom(ScalarType, u16),
    /// A JSON object with free keys.
    Map(&'static Type),
    /// A JSON list.
    List(&'static Type),
    /// A JSON scalar.
    Scalar(ScalarType),
}

/// The scalar forms that Kubernetes distinguishes, and `Any` for embedded free JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// An integer.
    Integer,
    /// A floating point number.
    Number,
    /// Base64 text (`[]byte` in Go).
    Bytes,
    /// An integer or a string.
    IntOrString,
    /// A resource quantity: a string such as `500m`, or a number.
    Quantity,
    /// A time or a duration, written as a string.
    Time,
    /// Free JSON of any form.
    Any,
}

/// A group of fields of which at most one may be set.
#[derive(Debug)]
pub struct Union {
    /// The field that says which member counts (`type`), or `""` where presence alone decides.
    pub discriminator: &'static str,
    /// The members.
    pub members: &'static [Member],
}

/// One member of a [`Union`].
#[derive(Debug)]
pub struct Member {
    /// The member field's JSON name.
    pub field: &'static str,
    /// The discriminator value that goes with the member; `""` without a discriminator.
    pub value: &'static str,
}

/// A built-in kind and the struct that holds it.
#[derive(Debug)]
pub struct Kind {
    /// The API group; `""` for the core group.
    pub group: &'static str,
    /// The API version: `v1`.
    pub version: &'static str,
    /// The kind: `Pod`.
    pub kind: &'static str,
    /// Index into the table's structs.
    pub root: u16,
}
