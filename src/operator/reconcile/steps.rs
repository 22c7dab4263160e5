//! [`take_steps`]: decides and acts on what the API server itself says, until there is nothing more to do now.

use std::sync::Arc;

use super::{
    apply::{NewRevision, apply, withdraw},
    context::Context,
    rendering::Rendering,
    start_check::StartCheck,
    status_writer::write_events,
};
use crate::operator::{
    api::{error::Error, read},
    decide::{Desired, decide, decision::Decision},
    events::step_events,
    observed::{Observed, rendered_objects::RevisionSources},
    server_refusal::ServerRefusal,
};

/// How many steps one look at a test takes at most; the next look goes on.
const STEPS: usize = 8;

/// Reads what matters to a test that is about to start.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(super) async fn check_start(ctx: &Context, observed: &Observed) -> Result<Arc<StartCheck>, Error> {
    let has_cluster_overlays = ctx.overlay_store.has_cluster_overlays();
    ctx.start_checks.read(&ctx.client, &observed.test, has_cluster_overlays).await
}

/// The observed state of a test, as the API server has it. Where nothing of it is known to be there, only the test
/// itself is read: the names of what it needs are met when the API server is asked for them.
///
/// # Errors
/// [`Error::Api`] when the API server does not answer.
pub(super) async fn observe(
    ctx: &Context,
    cached: &Observed,
    check: Option<&StartCheck>,
) -> Result<Option<Observed>, Error> {
    let Context { client, dry_runner, recent_writes, .. } = ctx;
    let does_without =
        cached.is_unmade() && dry_runner.asks_for_jobs() && !recent_writes.was_start_blocked(cached.uid());
    match check.filter(|_| does_without) {
        Some(check) => check.observe(client, &cached.test).await,
        None => read::observe(client, &cached.test).await,
    }
}

/// Takes one step after another until there is nothing more to do now, and remembers what came of it.
///
/// # Errors
/// [`Error`] when it has to be tried again.
pub(super) async fn take_steps(
    ctx: &Context,
    observed: &mut Observed,
    rendering: &Rendering,
    check: Option<Arc<StartCheck>>,
) -> Result<(Decision, Option<ServerRefusal>), Error> {
    let outcome = steps(ctx, observed, rendering, check).await?;
    ctx.recent_writes.objects_written(observed);
    Ok(outcome)
}

async fn steps(
    ctx: &Context,
    observed: &mut Observed,
    rendering: &Rendering,
    mut check: Option<Arc<StartCheck>>,
) -> Result<(Decision, Option<ServerRefusal>), Error> {
    let sources = RevisionSources::from_rendered(&rendering.rendered);
    let new = rendering.objects.as_ref().map(|objects| NewRevision {
        objects,
        hash: &rendering.hash,
        sources: &sources,
    });
    let (mut desired, mut refused, was_unmade) = (rendering.desired(), None, observed.is_unmade());
    for _ in 0..STEPS {
        let decision = decide(observed, desired);
        if !decision.changes_objects() {
            return Ok((decision, refused));
        }
        if decision == Decision::CreateRevision {
            let check = match check.take() {
                Some(check) => check,
                None => check_start(ctx, observed).await?,
            };
            if !rendering.is_current(&check) {
                return Err(Error::Stale);
            }
        }
        tracing::info!(test = format!("{}/{}", observed.namespace(), observed.name()), "{decision}");
        let mut changes = Vec::new();
        let outcome = apply(ctx, observed, &decision, new, &mut changes).await;
        let events = step_events(observed, &decision, &changes);
        observed.record(changes);
        let refusal = match outcome {
            Err(Error::Stale) if was_unmade => return Err(give_way(ctx, observed).await),
            outcome => outcome?,
        };
        write_events(ctx, &observed.test, events).await;
        if refusal.is_some() && (decision != Decision::CreateRevision || observed.revision.is_none()) {
            return Ok((decision, refusal));
        }
        if refusal.is_some() {
            // What the API server refuses is not wanted; what has started goes on as it is.
            (desired, refused) = (Desired { hash: None, ..desired }, refusal);
        }
    }
    Ok((decide(observed, desired), refused))
}

/// What a test needs has a name that is somebody else's, who is not in the caches: it has not started, and may become
/// another until it does.
async fn give_way(ctx: &Context, observed: &Observed) -> Error {
    ctx.recent_writes.start_blocked(observed.uid());
    if observed.objects().next().is_some() {
        return Error::Stale;
    }
    withdraw(&ctx.client, observed).await.err().unwrap_or(Error::Stale)
}
