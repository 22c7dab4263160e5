//! The `locust.io` API: both versions of `LocustTest`, the two kinds of overlay, and their
//! `CustomResourceDefinition`s.

mod crd;
pub mod service;
pub mod shared;
pub mod v1;
pub mod v1alpha1;
pub mod v2;
mod version;

pub use crd::{CONVERSION_PATH, ConversionService, crds, offline_schemas, serve_v1};
pub use version::Version;
