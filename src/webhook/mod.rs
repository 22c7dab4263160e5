//! The admission webhook: it refuses what the operator would refuse, when it is written, in the words of `render`.
//!
//! The modules are layers; each uses only what stands above it:
//!
//! ```text
//!  settings, review,   what is asked and answered, as plain data            pure
//!  conversion
//!  messages            what an author reads                                 pure
//!  test_review,        whether a test or an overlay is refused              pure
//!  canonical, overlay_review
//!  reviewer            the same, with the overlays of the cluster           effects
//!  intake, endpoints   how many requests are answered at once, and where    effects
//!  certificate         a certificate of its own, and who is to trust it     effects
//!  run                 everything together                                  effects
//! ```
//!
//! It is served on every replica, also on those that stand by for the lease. The operator judges again whatever is
//! stored, so that nothing changes where the webhook is away.

mod authorization;
mod canonical;
mod certificate;
mod conversion;
mod endpoints;
mod intake;
mod messages;
mod overlay_review;
mod review;
mod reviewer;
mod run;
pub mod settings;
mod test_review;

pub(crate) use run::companion;
