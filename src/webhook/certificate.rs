//! The certificate of the webhook: where it comes from, and how the API server learns whom to trust.

pub(crate) mod ca_bundle;
mod certificate_set;
pub(crate) mod self_managed;
mod wait;
