//! Reading an object of an operator's own kind strictly: fields that it has not, texts without quotes, nulls.

mod advice;
pub mod normalize;
mod placement;
mod spec_kind;
pub mod unknown;
pub mod unquoted;

pub use advice::{FieldAdvice, NoAdvice, field_names};
pub use spec_kind::SpecKind;
