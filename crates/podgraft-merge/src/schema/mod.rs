//! What Kubernetes says of each field, for every built-in kind.
//!
//! The table is generated from Go reflection over `k8s.io/api` (it alone knows pointers, embedded
//! structs and types that write themselves), with required fields and server-side apply's keys
//! from `OpenAPI`, and a hand-made classification of one-of groups; see `conformance/schema`.

#[rustfmt::skip]
mod builtin_table;
mod field_type;
mod list_kind;
mod types;

use builtin_table::KINDS;
pub use builtin_table::KUBERNETES_VERSION;
pub(crate) use builtin_table::STRUCTS;
pub use field_type::FieldType;
pub(crate) use list_kind::SecondaryKey;
pub use list_kind::{ListKind, MergeKey, MergeKeys, key_default};
pub use types::{Field, Kind, Member, ScalarType, Strategy, StructType, Type, Union};

/// What is known of the value at one place of an object.
#[derive(Debug, Clone, Copy)]
pub struct Schema(Type);

/// Why a field has no schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookupError {
    /// The object has known fields, and this is none of them.
    UnknownField {
        /// The Go type that has no such field.
        of: &'static str,
    },
    /// What holds the field is no object with known fields.
    NotAnObject {
        /// What it is instead.
        found: &'static str,
    },
}

impl Schema {
    /// The schema of a built-in kind, by `apiVersion` (`apps/v1`) and `kind`; `None` for any other.
    #[must_use]
    pub fn for_kind(api_version: &str, kind: &str) -> Option<Self> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        KINDS
            .binary_search_by(|known| (known.group, known.version, known.kind).cmp(&(group, version, kind)))
            .ok()
            .map(|index| Self(Type::Struct(KINDS[index].root)))
    }

    /// The schema of `v1` `PodTemplateSpec`: what every template in podgraft is.
    #[must_use]
    pub fn pod_template() -> Option<Self> {
        Self::for_kind("v1", "PodTemplate")?.field("template").ok().map(Self::of)
    }

    /// The schema of what `field` holds.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        Self(field.ty)
    }

    /// The schema of a value of this type.
    #[must_use]
    pub fn new(ty: Type) -> Self {
        Self(ty)
    }

    /// What the value is.
    #[must_use]
    pub fn ty(self) -> Type {
        self.0
    }

    /// The struct behind an object with known fields.
    #[must_use]
    pub fn struct_type(self) -> Option<&'static StructType> {
        match self.0 {
            Type::Struct(index) => STRUCTS.get(usize::from(index)),
            _ => None,
        }
    }

    /// The field of this exact name.
    ///
    /// # Errors
    /// [`LookupError`] when there is none, or when this is no object with known fields.
    pub fn field(self, name: &str) -> Result<&'static Field, LookupError> {
        let of = self.go_struct()?;
        exact(of, name).ok_or(LookupError::UnknownField { of: of.name })
    }

    /// The field that Go's JSON decoder would use for this name: the exact one, else the first
    /// that differs only in case.
    ///
    /// # Errors
    /// [`LookupError`] when there is none, or when this is no object with known fields.
    ///
    /// # Source
    /// apimachinery v0.37, `third_party/forked/golang/json/fields.go`, `LookupPatchMetadataForStruct`.
    pub fn field_ignoring_case(self, name: &str) -> Result<&'static Field, LookupError> {
        let of = self.go_struct()?;
        exact(of, name)
            .or_else(|| of.fields.iter().find(|field| go_equal_fold(field.name, name)))
            .ok_or(LookupError::UnknownField { of: of.name })
    }

    /// The struct that Go reflection sees, also behind types that write themselves as scalars.
    fn go_struct(self) -> Result<&'static StructType, LookupError> {
        let index = match self.0 {
            Type::Struct(index) | Type::Custom(_, index) => index,
            Type::Map(_) => return Err(LookupError::NotAnObject { found: "a map with free keys" }),
            Type::List(_) => return Err(LookupError::NotAnObject { found: "a list" }),
            Type::Scalar(_) => return Err(LookupError::NotAnObject { found: "a scalar" }),
        };
        STRUCTS.get(usize::from(index)).ok_or(LookupError::NotAnObject { found: "an unknown type" })
    }
}

/// Every built-in kind, sorted by group, version and kind.
#[must_use]
pub fn kinds() -> &'static [Kind] {
    KINDS
}

fn exact(of: &'static StructType, name: &str) -> Option<&'static Field> {
    of.fields.binary_search_by(|field| field.name.cmp(name)).ok().map(|index| &of.fields[index])
}

/// Go folds ASCII case and the two letters outside ASCII that fold into it.
fn go_equal_fold(field: &str, name: &str) -> bool {
    let fold = |letter: char| match letter {
        '\u{212A}' => 'k',
        '\u{17F}' => 's',
        other => other.to_ascii_lowercase(),
    };
    field.chars().map(fold).eq(name.chars().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_fields_are_found() {
        let pod = Schema::for_kind("v1", "Pod").unwrap();
        let spec = Schema::of(pod.field("spec").unwrap());
        let containers = spec.field("containers").unwrap();
        assert!(containers.strategy.merge);
        assert_eq!(containers.merge_key, "name");
        assert!(Schema::for_kind("apps/v1", "Deployment").is_some());
        assert!(Schema::for_kind("example.com/v1", "Widget").is_none());
        assert_eq!(spec.field("Containers").unwrap_err(), LookupError::UnknownField { of: "PodSpec" });
        assert!(spec.field_ignoring_case("CONTAINERS").is_ok());
        assert!(spec.field_ignoring_case("to\u{17F}lerations").is_err());
        assert!(Schema::pod_template().unwrap().field("spec").is_ok());
    }
}
