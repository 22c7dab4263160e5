//! The API server: the client, what is read and written, and what its errors mean.

pub(crate) mod access_review;
pub(crate) mod client;
pub(crate) mod error;
pub(crate) mod error_message;
pub(crate) mod event_recorder;
pub(crate) mod lease;
pub(crate) mod read;
pub(crate) mod release_overlays;
pub(crate) mod resource;
pub(crate) mod stored_versions;
pub(crate) mod write;

/// Who the operator is, to the API server: its name as a field manager and as a source of events.
pub(crate) const MANAGER: &str = "podgraft";
