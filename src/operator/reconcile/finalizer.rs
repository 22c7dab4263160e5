//! [`release`]: lets a test go that is being deleted.

use kube::{
    ResourceExt,
    api::DynamicObject,
    runtime::{controller::Action, events::EventType},
};

use super::{context::Context, status_writer::write_events};
use crate::operator::{
    api::{error::Error, write::remove_finalizer},
    events::EventDraft,
};

/// The public operator's finalizer. podgraft needs none, and removes it from tests that have it.
const FINALIZER: &str = "locust.io/cleanup";

/// Lets a test that is being deleted go. The garbage collector removes what it owns.
///
/// # Errors
/// [`Error::Stale`] when its finalizers have changed meanwhile, [`Error::Api`] when the API server does not answer.
pub(super) async fn release(ctx: &Context, test: &DynamicObject) -> Result<Action, Error> {
    let finalizers = test.finalizers();
    let Some(index) = finalizers.iter().position(|name| name == FINALIZER) else {
        return Ok(Action::await_change());
    };
    let note = "the finalizer of the public operator is removed; what the test owns is deleted with it";
    let event = EventDraft { kind: EventType::Normal, reason: "Deleting", note: note.to_owned() };
    write_events(ctx, test, vec![event]).await;
    remove_finalizer(&ctx.client, test, index, FINALIZER).await?;
    Ok(Action::await_change())
}
