//! For every operator that makes pods: any pod field can be overridden, within the bounds that a platform team
//! sets, and everybody can see who set what.

#![deny(clippy::print_stdout, clippy::print_stderr, reason = "effects live in the program")]

pub mod codes;
pub mod cursor;
pub mod difference;
pub mod explain;
pub mod github;
pub mod graft;
pub mod json_schema;
mod list_items;
pub mod live;
pub mod manifest;
pub mod message;
pub mod noun;
pub mod object;
pub mod overlay;
pub mod overlay_diff;
pub mod pod_role;
pub mod pod_security;
pub mod privilege;
pub mod redaction;
pub mod sarif;
pub mod template_schema;
pub mod validity;
