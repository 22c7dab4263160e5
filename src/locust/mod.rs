//! The LocustTest: what people write, the overlays over it, the pods that the operator makes of it, and
//! [`render`].

pub mod api;
pub mod base;
pub mod command;
pub mod config;
pub mod overlay;
mod render;
pub mod test;
pub mod typed_fields;
mod unknown;

pub use render::{Applied, Explained, LayerSource, Rendered, Surroundings, explain, render};
