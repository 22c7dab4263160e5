//! The `locust.io` API: both versions of `LocustTest`, the two kinds of overlay, and their
//! `CustomResourceDefinition`s.

mod crd;
pub mod service;
pub mod shared;
pub mod v1;
pub mod v1alpha1;
pub mod v2;
mod version;

pub use crd::{crds, offline_schemas};
pub use version::Version;
