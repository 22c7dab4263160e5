//! [`Unsound`]: what is wrong with a test as it is written, and need not be said of its pods once more.

use podgraft_merge::diagnostic::{Diagnostic, LayerId, LayerOrigin};

use crate::codes;

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
        let origin = match diagnostic.layer.as_ref().map(LayerId::origin) {
            // The base is made of many fields, the name among them; what others demand of it is news.
            Some(LayerOrigin::Base) => {
                return [codes::CONSTRAINT, codes::POD_SECURITY].contains(&diagnostic.code);
            }
            Some(LayerOrigin::Field(field)) if !field.is_root() => field,
            Some(_) => return !self.0.iter().any(|wrong| wrong == ".spec"),
            None => match &diagnostic.path {
                Some(path) => path,
                None => return true,
            },
        };
        let origin = origin.to_string();
        !self.0.iter().any(|wrong| origin.starts_with(wrong.as_str()) || wrong.starts_with(&origin))
    }
}
