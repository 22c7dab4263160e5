//! [`write_status`]: writes the status of a test, and events about what has changed in it.

use kube::{Resource, api::DynamicObject};
use serde_json::Value;

use super::context::Context;
use crate::operator::{
    api::{error::Error, resource::locust_test_resource, write::write_test_status},
    events::{EventDraft, status_events},
    observed::Observed,
};

/// Writes the status where it differs from the recorded one, then the events about what has changed.
///
/// # Errors
/// [`Error::Stale`] when the test has changed meanwhile, [`Error::Api`] when it cannot be written.
pub(super) async fn write_status(ctx: &Context, observed: &Observed, status: &Value) -> Result<(), Error> {
    let before = observed.status();
    if before == status || !write_test_status(&ctx.client, &observed.test, status).await? {
        return Ok(());
    }
    ctx.recent_writes.status_written(observed.uid());
    write_events(ctx, &observed.test, status_events(before, status)).await;
    Ok(())
}

/// Writes events about a test.
pub(super) async fn write_events(ctx: &Context, test: &DynamicObject, events: Vec<EventDraft>) {
    let test = test.object_ref(&locust_test_resource());
    for EventDraft { kind, reason, note } in events {
        ctx.events.write(&test, kind, reason, &note).await;
    }
}
