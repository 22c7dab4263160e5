//! The LocustTest: what people write, the overlays over it, the pods that the operator makes of it, and
//! [`render`].

pub mod api;
pub mod base;
pub mod command;
pub mod config;
mod last_applied;
mod near_miss;
mod normalize;
pub mod overlay;
mod placement;
mod render;
mod slips;
pub mod test;
pub mod typed_fields;
mod unknown;
mod unquoted;

pub use near_miss::near_miss;
pub use render::{Applied, Explained, LayerSource, Origins, Rendered, Surroundings, explain, render};
pub use test::name_of;
