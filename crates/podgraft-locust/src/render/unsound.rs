//! [`Unsound`]: what is wrong with a test as it is written, and need not be said of its pods once more.

use podgraft_merge::diagnostic::Diagnostic;

use crate::codes;

/// The layer of a typed field is called by its path behind this.
const TYPED_FIELD: &str = "typed field ";

/// The fields of a test that are wrong as they are written. Its pods are made nevertheless, so that everything is
/// said at once; what these fields make of them is no news.
pub(super) struct Unsound(Vec<String>);

impl Unsound {
    /// Of so many wrong fields, each is compared with what is said of the pods. Of more, nothing is said of the pods.
    const MOST: usize = 100;

    /// The places of the errors among these.
    pub(super) fn of(read: &[Diagnostic]) -> Self {
        let errors = read.iter().filter(|diagnostic| diagnostic.is_error());
        Self(errors.filter_map(|error| error.path.as_ref().map(ToString::to_string)).collect())
    }

    /// Whether something that is said of the pods is news.
    pub(super) fn lets_pass(&self, diagnostic: &Diagnostic) -> bool {
        if self.0.is_empty() {
            return true;
        }
        if self.0.len() > Self::MOST || !diagnostic.is_error() {
            return false;
        }
        let path = diagnostic.path.as_ref().map(ToString::to_string);
        let origin = match diagnostic.layer.as_deref() {
            // The base is made of many fields, the name among them; what others demand of it is news.
            Some(layer) if layer.starts_with("base") => return diagnostic.code == codes::CONSTRAINT,
            Some(layer) => {
                layer.strip_prefix(TYPED_FIELD).map_or_else(|| format!(".spec.{layer}"), str::to_owned)
            }
            None => path.unwrap_or_else(|| "the whole pod".to_owned()),
        };
        !self.0.iter().any(|wrong| origin.starts_with(wrong.as_str()) || wrong.starts_with(&origin))
    }
}
