//! podgraft lets people override any pod field of the pods that an operator makes, with
//! Kubernetes' own strategic merge patch semantics.

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
#[cfg(feature = "locust")]
pub mod judge;
pub mod layers;
#[cfg(feature = "locust")]
pub mod locust;
#[cfg(feature = "locust")]
pub mod manifest;
pub mod patch;
pub mod path;
pub mod role;
pub mod schema;
#[cfg(feature = "locust")]
pub mod structure;
