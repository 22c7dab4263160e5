//! The `locust.io` API: both versions of `LocustTest`, the two kinds of overlay, and their
//! `CustomResourceDefinition`s.

mod crd;
mod descriptions;
mod pod_schema;
pub mod service;
pub mod shared;
pub mod template_schema;
pub mod v1;
pub mod v1alpha1;
pub mod v2;

pub use crd::{crds, offline_schemas};
