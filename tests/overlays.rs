//! Overlays: which apply to a test, in which order, and what their constraints accept and refuse.
#![cfg(test)]
#![expect(clippy::needless_pass_by_value, reason = "what is built with json!(...) is given away")]

#[path = "overlays/bands.rs"]
mod bands;
#[path = "overlays/command_line.rs"]
mod command_line;
#[path = "overlays/conflicts.rs"]
mod conflicts;
#[path = "overlays/constraints.rs"]
mod constraints;
#[path = "overlays/each_container.rs"]
mod each_container;
#[path = "overlays/page.rs"]
mod page;
#[path = "overlays/reading.rs"]
mod reading;
#[path = "overlays/render.rs"]
mod render;
#[path = "overlays/selection.rs"]
mod selection;
mod support;
#[path = "overlays/wiring.rs"]
mod wiring;
