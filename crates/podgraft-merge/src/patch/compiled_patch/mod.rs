//! [`CompiledPatch`]: a patch that is read against the schema once, and applied to many bases, also to their text.

mod text_field;
mod text_items;
mod text_key;
mod text_map;
mod text_merge;

use std::fmt;

use serde_json::Value;

use super::{Error, compiled::CompiledMap, kubernetes::merge};
use crate::schema::Schema;

/// A strategic merge patch in the `kubernetes` dialect, with what the schema says of everything in it.
///
/// ```
/// use podgraft_merge::{patch::CompiledPatch, schema::Schema};
/// use serde_json::json;
///
/// let schema = Schema::for_kind("v1", "Pod").unwrap();
/// let patch = CompiledPatch::new(json!({"spec": {"nodeName": "a"}}), schema);
/// assert_eq!(patch.apply(json!({"spec": {}})).unwrap(), json!({"spec": {"nodeName": "a"}}));
/// let text = patch.apply_to_text(r#"{"spec": {"priority": 1.50}}"#).unwrap();
/// assert_eq!(text, r#"{"spec":{"priority": 1.50,"nodeName":"a"}}"#);
/// ```
#[derive(Debug)]
pub struct CompiledPatch {
    patch: Value,
    schema: Schema,
    /// `None` where the patch is no object, or nested too deeply.
    compiled: Option<CompiledMap>,
}

/// What [`CompiledPatch::apply_to_text`] returns when there is no result.
#[derive(Debug)]
pub enum TextError {
    /// The text is no JSON.
    Json(serde_json::Error),
    /// The patch is refused.
    Patch(Error),
}

impl CompiledPatch {
    /// Reads a patch for objects of the kind that `schema` describes. What is wrong with it is said when it is applied:
    /// much of it is only wrong for some bases.
    #[must_use]
    pub fn new(patch: Value, schema: Schema) -> Self {
        let compiled = patch.as_object().and_then(|patch| CompiledMap::root(patch, schema));
        Self { patch, schema, compiled }
    }

    /// The patch.
    #[must_use]
    pub fn patch(&self) -> &Value {
        &self.patch
    }

    /// Applies the patch to `base`: the same as [`apply`](super::apply).
    ///
    /// # Errors
    /// Those of [`apply`](super::apply).
    pub fn apply(&self, base: Value) -> Result<Value, Error> {
        merge(base, &self.patch, self.schema, self.compiled.as_ref(), &mut ())
    }

    /// Applies the patch to the text of a JSON object; the text of the result.
    ///
    /// What the patch does not name is not read further than to see where it ends: it stays where it was, as it was
    /// written, numbers to their last digit and white space too.
    ///
    /// # Errors
    /// [`TextError::Json`] where the text is no JSON. (In what stays as it was written, numbers out of range, texts with
    /// half a surrogate pair and any depth of nesting pass.) [`TextError::Patch`] where [`apply`](super::apply) refuses.
    pub fn apply_to_text(&self, base: &str) -> Result<String, TextError> {
        if let (Value::Object(patch), Some(compiled)) = (&self.patch, &self.compiled)
            && let Some(merged) = text_merge::merged(base, patch, (self.schema, compiled))
        {
            return Ok(merged);
        }
        // Nearly all of the time something is wrong, which is said of the whole object.
        let base = serde_json::from_str(base).map_err(TextError::Json)?;
        self.apply(base).map(|merged| merged.to_string()).map_err(TextError::Patch)
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(formatter, "the text is no JSON: {error}"),
            Self::Patch(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for TextError {}
