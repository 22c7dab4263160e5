//! [`reconcile`]: one look at one test.
//!
//! What is there is compared with what is rendered; what is decided is done, step by step; and the status is written.

mod apply;
mod backoff;
pub(crate) mod context;
mod dry_run;
mod finalizer;
mod generated_name;
mod recent_writes;
mod rendering;
mod request_batch;
mod shortages;
mod start_check;
mod status_writer;
mod steps;

use std::{
    borrow::Cow,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use context::{Context, ControllerContext};
use finalizer::release;
use futures::FutureExt;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::{ResourceExt, api::DynamicObject, runtime::controller::Action};
use rendering::Rendering;
use serde_json::Value;
use start_check::StartCheck;
use status_writer::write_status;
use steps::{check_start, observe, take_steps};

use super::{
    api::{error::Error, read},
    decide::{decide, decision::Decision},
    observed::Observed,
    server_refusal::ServerRefusal,
    status::{inputs::StatusInputs, status},
};
use podgraft_pod::{difference::Difference, redaction::EnvValues};

/// How soon to look again when caches are behind.
const SOON: Duration = Duration::from_millis(300);
/// How soon to look again when something failed, at first.
const FAILED: Duration = Duration::from_secs(1);
/// How soon to look again when something has to go away first, or pods are missing: at first.
const WAITING: Duration = Duration::from_secs(3);

/// Looks at a test, does what there is to do, and writes its status.
///
/// # Errors
/// [`Error`] when it has to be tried again.
pub(super) async fn reconcile(
    test: Arc<DynamicObject>,
    controller: Arc<ControllerContext>,
) -> Result<Action, Error> {
    let ctx = &controller.shared;
    // What is not in a cache yet would be taken for missing.
    controller.caches.wait_until_synced().await;
    ctx.overlay_store.wait_until_settled().await;
    ctx.metrics.begun(&test);
    let started = Instant::now();
    // Whatever a stored object brings about, the operator goes on.
    let looked = AssertUnwindSafe(Box::pin(reconcile_test(&test, &controller))).catch_unwind().await;
    let outcome = looked.unwrap_or_else(|_| Err(Error::Panicked(format!("a look at {}", name_of(&test)))));
    ctx.metrics.reconciled(&outcome, started.elapsed());
    outcome
}

/// Says when to try again.
#[expect(clippy::needless_pass_by_value, reason = "kube calls it so")]
pub(super) fn on_error(
    test: Arc<DynamicObject>,
    error: &Error,
    controller: Arc<ControllerContext>,
) -> Action {
    let name = name_of(&test);
    let first = if matches!(error, Error::Stale) { SOON } else { FAILED };
    let delay = controller.shared.backoff.next(&uid_of(&test), first);
    let seconds = delay.as_secs_f64();
    if matches!(error, Error::Stale) {
        tracing::debug!(test = name, %error, seconds, "somebody was quicker: looking again");
    } else {
        tracing::warn!(test = name, %error, seconds, "failed, and is tried again");
    }
    Action::requeue(delay)
}

fn name_of(test: &DynamicObject) -> String {
    format!("{}/{}", test.namespace().unwrap_or_default(), test.name_any())
}

fn uid_of(test: &DynamicObject) -> String {
    test.uid().unwrap_or_default()
}

/// Whether a spec lacks what v2 requires first: so the API server shows a test of v1 that nothing converts. Whatever is
/// written to such a test stores it so.
fn is_without_roles(test: &DynamicObject) -> bool {
    let spec = test.data.get("spec").and_then(Value::as_object);
    spec.is_some_and(|spec| !spec.contains_key("master") && !spec.contains_key("worker"))
}

async fn reconcile_test(test: &DynamicObject, controller: &ControllerContext) -> Result<Action, Error> {
    let ctx = &controller.shared;
    if test.metadata.deletion_timestamp.is_some() {
        ctx.backoff.reset(&uid_of(test));
        ctx.overlay_usage.record_deletion(test);
        return release(ctx, test).await;
    }
    if is_without_roles(test) {
        tracing::warn!(
            test = name_of(test),
            "left alone: it has neither master nor worker, as a test that is stored as locust.io/v1 and not converted"
        );
        return Ok(Action::await_change());
    }
    let rendering = Rendering::render(ctx, test).await;
    let observed = controller.caches.observe(test);
    let decision = decide(&observed, rendering.desired());
    let acts = decision.changes_objects() || matches!(decision, Decision::RevisionLost(_));
    if acts && ctx.recent_writes.is_ahead_of(&observed) {
        return Ok(Action::requeue(SOON));
    }
    let (mut failure, mut check) = (None, None);
    if decision == Decision::CreateRevision {
        match check_start(ctx, &observed).await {
            Ok(found) => check = Some(found),
            Err(error) => failure = Some(error),
        }
    }
    // Rendering, and reading before a start, wait for permits of their own, and take nobody's.
    let Ok(_permit) = ctx.permits.acquire().await else { return Ok(Action::await_change()) };
    let mut look = Look { observed, rendering, decision, refusal: None, failure, acts };
    if acts && look.failure.is_none() && !Box::pin(look.reconcile_live_test(ctx, check)).await? {
        return Ok(Action::requeue(SOON));
    }
    look.finish(ctx).await
}

/// A look at a test: what was found, and what came of it.
struct Look {
    observed: Observed,
    rendering: Rendering,
    decision: Decision,
    refusal: Option<ServerRefusal>,
    failure: Option<Error>,
    /// Whether the caches said that something is to be done.
    acts: bool,
}

impl Look {
    /// Does what there is to do. The caches may lag behind: what is done is decided on what the API server says itself.
    ///
    /// Returns whether the test is still there.
    async fn reconcile_live_test(
        &mut self,
        ctx: &Arc<Context>,
        check: Option<Arc<StartCheck>>,
    ) -> Result<bool, Error> {
        let live = observe(ctx, &self.observed, check.as_deref()).await?;
        let Some(live) = live.filter(|live| live.test.metadata.deletion_timestamp.is_none()) else {
            return Ok(false);
        };
        let cached = std::mem::replace(&mut self.observed, live);
        if self.observed.test.resource_version() != cached.test.resource_version() {
            self.rendering = Rendering::render(ctx, &self.observed.test).await;
        }
        match take_steps(ctx, &mut self.observed, &self.rendering, check).await {
            Ok(outcome) => (self.decision, self.refusal) = outcome,
            // The author finds it in the status, too.
            Err(error @ Error::Api { .. }) => self.failure = Some(error),
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Writes the status, and says when to look again.
    async fn finish(self, ctx: &Context) -> Result<Action, Error> {
        let Self { observed, rendering, decision, refusal, failure, acts } = self;
        let now = Timestamp::now();
        let shortages = ctx.shortages.update(&ctx.client, &observed, now).await;
        let drift = drift(ctx, &observed, &rendering).await.unwrap_or_else(|error| {
            tracing::warn!(test = name_of(&observed.test), %error, "cannot tell what differs");
            Vec::new()
        });
        let message = failure.as_ref().map(ToString::to_string);
        let mut status = status(&StatusInputs {
            observed: &observed,
            rendered: &rendering.rendered,
            hash: rendering.hash(),
            policy: rendering.policy,
            decision: &decision,
            refusal: refusal.as_ref(),
            shortages: &shortages,
            failure: message.as_deref(),
            drift: &drift,
            now,
        });
        // The API server and the kubelet quote what they refuse.
        redact_texts(&mut status, &rendering.env_values);
        let rest = ctx.recent_writes.status_rests(observed.uid()).filter(|_| !acts);
        if let Some(rest) = rest.filter(|_| concerns_pods_only(observed.status(), &status)) {
            return Ok(Action::requeue(rest));
        }
        write_status(ctx, &observed, &status).await?;
        match failure {
            Some(error) => Err(error.redacted(&rendering.env_values)),
            None => Ok(next_look(ctx, &observed, &decision, refusal.as_ref(), now)),
        }
    }
}

/// Takes the values of environment variables out of every text of a status.
fn redact_texts(value: &mut Value, env_values: &EnvValues) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(redacted) = env_values.redact(text) {
                *text = redacted;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact_texts(item, env_values)),
        Value::Object(fields) => fields.values_mut().for_each(|field| redact_texts(field, env_values)),
        _ => {}
    }
}

/// Whether two statuses differ, and in nothing but how the pods are: these come up one after another.
fn concerns_pods_only(before: &Value, after: &Value) -> bool {
    let rest = |status: &Value| {
        let mut fields = status.as_object().cloned().unwrap_or_default();
        for field in ["connectedWorkers", "reason"] {
            fields.remove(field);
        }
        let of_pods =
            |condition: &Value| condition["type"] == "PodsHealthy" || condition["type"] == "WorkersConnected";
        if let Some(conditions) = fields.get_mut("conditions").and_then(Value::as_array_mut) {
            conditions.retain(|condition| !of_pods(condition));
        }
        fields
    };
    before != after && rest(before) == rest(after)
}

/// What differs between what is frozen and what would be rendered now.
async fn drift(ctx: &Context, observed: &Observed, rendering: &Rendering) -> Result<Vec<Difference>, Error> {
    let (Some(revision), Some(objects)) = (&observed.revision, &rendering.objects) else {
        return Ok(Vec::new());
    };
    // What else has changed waits for the next start, and concerns many tests at once: it is reported without a request.
    if revision.hash == rendering.hash || observed.generation() <= revision.generation {
        return Ok(Vec::new());
    }
    let frozen = match &revision.objects {
        Some(frozen) => frozen.clone(),
        None => read::revision_objects(&ctx.client, observed.namespace(), revision).await?,
    };
    Ok(frozen.differences(objects).into_iter().map(Difference::redacted).collect())
}

/// When to look again.
fn next_look(
    ctx: &Context,
    observed: &Observed,
    decision: &Decision,
    refusal: Option<&ServerRefusal>,
    now: Timestamp,
) -> Action {
    if let Some(refusal) = refusal {
        return Action::requeue(refusal.retry_after);
    }
    let missing = ctx.shortages.until_reported(observed, now);
    if let Some(left) = missing.filter(SignedDuration::is_positive) {
        return Action::requeue(left.unsigned_abs());
    }
    let is_blocked =
        matches!(decision, Decision::Wait(_) | Decision::NameConflict(_) | Decision::RevisionLost(_));
    if is_blocked || missing.is_some() {
        return Action::requeue(ctx.backoff.next(observed.uid(), WAITING));
    }
    ctx.backoff.reset(observed.uid());
    if decision.changes_objects() { Action::requeue(SOON) } else { Action::await_change() }
}
