//! Judging the final pod: can the operator use it, would the API server accept it, and is it
//! almost surely a mistake?
//!
//! Nothing here looks at a patch, so no way of writing one gets round a rule: [`protected`]
//! and [`lints`] see only the pod template that came out ([`Subject::pod`]) and the
//! one that the operator started from ([`Subject::base`]). Every path in a message is rooted at
//! the pod template, so that a caller can look up who set the place.

#[cfg(test)]
mod fixture;
mod lints;
mod protected;
mod subject;

pub(crate) use lints::is_meant_for_locust;
pub use lints::lints;
pub use protected::{LocustSettings, ProtectedField, locust_settings, protected, protected_fields};
pub(crate) use protected::{Part, Parts, expecting, hidden_by_mount, workers_per_pod};
pub use subject::Subject;
