//! The LocustTest: what people write, the pods that the operator makes of it, and [`render`].

pub mod api;
pub mod base;
pub mod command;
pub mod config;
mod last_applied;
mod render;
pub mod test;
pub mod typed_fields;

pub use render::{Origins, Rendered, render};
