//! Overlays: which apply to a test, in which order, and what their constraints accept and refuse.
#![expect(clippy::needless_pass_by_value, reason = "what is built with json!(...) is given away")]

mod bands;
mod command_line;
mod conflicts;
mod constraints;
mod each_container;
mod page;
mod reading;
mod render;
mod selection;
mod wiring;
