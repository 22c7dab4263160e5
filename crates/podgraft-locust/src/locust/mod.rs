//! The LocustTest: what people write, the overlays over it, the pods that the operator makes of it, and
//! [`render`].

pub mod api;
pub mod base;
pub mod command;
pub mod config;
mod field_advice;
mod last_applied;
mod near_miss;
mod overlay_api;
mod render;
pub mod test;
pub mod typed_fields;

pub use near_miss::near_miss;
pub use overlay_api::{OVERLAY_API, overlay_kind, read_overlays};
pub use render::{Applied, Explained, LayerSource, Origins, Rendered, Surroundings, explain, render};
pub use test::name_of;
