//! [`FieldType`]: the type of one field or list item, with the field's own settings where it is a field.

use super::{Field, ListKind, ScalarType, Schema, Type};

/// The type of one field of a map, or of one item of a list.
#[derive(Debug, Clone, Copy)]
pub struct FieldType {
    /// The field; `None` for items of lists, entries of free maps and whole objects.
    field: Option<&'static Field>,
    ty: Type,
}

impl FieldType {
    /// A value of any type.
    pub const ANY: Self = Self { field: None, ty: Type::Scalar(ScalarType::Any) };

    /// A whole object.
    #[must_use]
    pub const fn root(schema: Schema) -> Self {
        Self { field: None, ty: schema.0 }
    }

    /// A pod template: `v1` `PodTemplateSpec`.
    #[must_use]
    pub fn pod_template() -> Self {
        Schema::pod_template().map_or(Self::ANY, Self::root)
    }

    /// The field of this name in a value of this type; `None` when the type has known fields, and this is none of them.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Self> {
        match self.ty {
            Type::Map(value) => Some(Self { field: None, ty: *value }),
            Type::Scalar(_) | Type::Custom(..) | Type::List(_) => Some(Self::ANY),
            Type::Struct(_) => {
                let field = Schema(self.ty).field(name).ok()?;
                Some(Self { field: Some(field), ty: field.ty })
            }
        }
    }

    /// The items of a value of this type.
    #[must_use]
    pub fn item(self) -> Self {
        match self.ty {
            Type::List(item) => Self { field: None, ty: *item },
            _ => Self::ANY,
        }
    }

    /// How a list of this type merges, and what identifies its items.
    #[must_use]
    pub fn list_kind(self) -> ListKind {
        self.field.map_or(ListKind::Atomic, Field::list_kind)
    }

    /// The field's settings, where this is a field.
    #[must_use]
    pub const fn settings(self) -> Option<&'static Field> {
        self.field
    }

    /// The type.
    #[must_use]
    pub const fn ty(self) -> Type {
        self.ty
    }

    /// The schema of a value of this type.
    #[must_use]
    pub const fn schema(self) -> Schema {
        Schema(self.ty)
    }
}
