//! One look at one test: fetch, render, decide, apply, status, report.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::FutureExt;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::{
    Api, ResourceExt,
    api::{DynamicObject, Patch, PatchParams},
    runtime::{controller::Action, events::EventType},
};
use podgraft_locust::{
    locust::{
        self, Rendered, Surroundings,
        api::shared::UpdatePolicy,
        overlay::{Namespace, Overlays},
        test,
    },
    manifest::Document,
    report::Difference,
};
use podgraft_merge::diagnostic::Diagnostic;
use serde_json::Value;

use super::{
    apply::{NewRevision, apply, withdraw},
    context::Context,
    decide::{Decision, Desired, decide},
    dry_run::DryRunOutcome,
    error::{Error, is_conflict, is_missing},
    fetch,
    observed::Observed,
    revision::{RenderedObjects, RevisionSources},
    start_check::{StartCheck, is_unmade},
    status::{StatusInputs, differences_of, status},
    status_writer,
    watch::ControllerContext,
};
use crate::codes;

/// That the overlays cannot be read.
fn unknown_overlays(words: &str) -> Diagnostic {
    let message = format!(
        "install all CRDs and let the operator read ClusterPodOverlays, PodOverlays and Namespaces, or set \
         clusterOverlays: Off in its configuration to do without the first and the last: {words}"
    );
    Diagnostic::error(codes::UNKNOWN_OVERLAYS, message)
}

/// That a test could not be rendered, by no fault of its author's.
fn render_failed() -> Diagnostic {
    let message = "report this test: podgraft has a fault, and ended in a panic while it rendered the test";
    Diagnostic::error(codes::RENDER_FAILED, message)
        .help("change the test to try again; the operator's log has the words of the panic")
}

/// The public operator's finalizer. podgraft needs none, and removes it from tests that have it.
const FINALIZER: &str = "locust.io/cleanup";
/// How many steps one look takes at most; the next look goes on.
const STEPS: usize = 8;
/// How soon to look again when caches are behind.
const SOON: Duration = Duration::from_millis(300);
/// How soon to look again when something failed, at first.
const FAILED: Duration = Duration::from_secs(1);
/// How soon to look again when something has to go away first, or pods are missing: at first.
const WAITING: Duration = Duration::from_secs(3);
/// The longest time until something is looked at again that nothing else tells.
const LONGEST: Duration = Duration::from_secs(60);

/// What a test renders to now.
struct Rendering {
    rendered: Rendered,
    /// What it was rendered with; nothing where that is not known.
    around: Option<(Arc<Overlays>, Namespace)>,
    objects: Option<RenderedObjects>,
    hash: String,
    policy: UpdatePolicy,
    suspend: bool,
}

impl Rendering {
    /// Renders a test, on a thread of the pool; a panic refuses this test, and no other.
    async fn of(controller: &Arc<ControllerContext>, test: &DynamicObject) -> Self {
        let value = serde_json::to_value(test).unwrap_or_default();
        let namespace = test.namespace().unwrap_or_default();
        let around = controller.ctx.around.of(&namespace);
        let rendering = {
            let controller = Arc::clone(controller);
            move || {
                let started = Instant::now();
                let now = Self::render(&controller, value, around);
                controller.ctx.metrics.rendered(started.elapsed());
                now
            }
        };
        let now = controller.ctx.pool.run(&namespace, rendering).await.unwrap_or_else(|panicked| {
            tracing::error!(test = name_of(test), words = panicked.0, "a panic while the test was rendered");
            let rendered = Rendered { diagnostics: vec![render_failed()], ..Rendered::default() };
            Self {
                rendered,
                around: None,
                objects: None,
                hash: String::new(),
                policy: UpdatePolicy::default(),
                suspend: false,
            }
        });
        controller.ctx.uses.note(test, &now.rendered);
        now
    }

    fn render(
        controller: &ControllerContext,
        value: Value,
        around: Result<(Arc<Overlays>, Namespace), String>,
    ) -> Self {
        let overrides = test::read(&value).ok().map(|(test, _)| test.spec.overrides).unwrap_or_default();
        let policy = overrides.update_policy.unwrap_or_default();
        let suspend = overrides.job.and_then(|job| job.suspend).unwrap_or_default();
        let document = Document::from_value(value);
        let config = &controller.ctx.settings.config;
        let rendered = match &around {
            Ok((overlays, namespace)) => {
                let around = Surroundings { overlays, namespace: Some(namespace) };
                locust::render(&document, &around, config)
            }
            Err(words) => {
                // Without the overlays nobody can say what the test is.
                let mut rendered = locust::render(&document, &Surroundings::empty(), config);
                rendered.diagnostics = vec![unknown_overlays(words)];
                rendered
            }
        };
        let objects = RenderedObjects::of(&rendered).filter(|_| !rendered.is_refused());
        let hash = objects.as_ref().map(RenderedObjects::hash).unwrap_or_default();
        Self { rendered, around: around.ok(), objects, hash, policy, suspend }
    }

    fn hash(&self) -> Option<&str> {
        self.objects.as_ref().map(|_| &*self.hash)
    }

    /// Whether the test is rendered with what there is.
    fn is_current(&self, start: &StartCheck) -> bool {
        let around = self.around.as_ref();
        around.is_some_and(|(overlays, namespace)| start.current.is(overlays, namespace))
    }

    fn desired(&self) -> Desired<'_> {
        Desired { hash: self.hash(), policy: self.policy, suspend: self.suspend }
    }
}

/// Looks at a test, does what there is to do, and reports.
///
/// # Errors
/// [`Error`] when it has to be tried again.
pub(super) async fn reconcile(
    test: Arc<DynamicObject>,
    controller: Arc<ControllerContext>,
) -> Result<Action, Error> {
    // What is not in a cache yet would be taken for missing.
    controller.caches.wait_until_synced().await;
    controller.ctx.around.settled().await;
    controller.ctx.metrics.begun(&test);
    let started = Instant::now();
    // Whatever a stored object brings about, the operator goes on.
    let looked = AssertUnwindSafe(Box::pin(look(&test, &controller))).catch_unwind().await;
    let outcome = looked.unwrap_or_else(|_| Err(Error::Panicked(format!("a look at {}", name_of(&test)))));
    controller.ctx.metrics.reconciled(&outcome, started.elapsed());
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
    let delay = controller.ctx.delay(&key(&test), first, LONGEST);
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

/// What a test's delays are kept by.
fn key(test: &DynamicObject) -> String {
    test.uid().unwrap_or_default()
}

async fn look(test: &DynamicObject, controller: &Arc<ControllerContext>) -> Result<Action, Error> {
    if test.metadata.deletion_timestamp.is_some() {
        controller.ctx.forget(&key(test));
        controller.ctx.uses.note_leaving(test);
        return release(test, controller).await;
    }
    let mut now = Rendering::of(controller, test).await;
    let mut observed = fetch::cached(&controller.caches, test);
    let mut decision = decide(&observed, now.desired());
    let acts = decision.changes_objects() || matches!(decision, Decision::RevisionLost(_));
    if acts && controller.ctx.recent_writes.is_ahead_of(&observed) {
        return Ok(Action::requeue(SOON));
    }
    let (mut verdict, mut failure, mut start) = (None, None, None);
    if decision == Decision::CreateRevision {
        match ask(controller, test).await {
            Ok(answer) => start = Some(answer),
            Err(error) => failure = Some(error),
        }
    }
    // Rendering, and asking before a start, wait for turns of their own, and keep nobody's.
    let Ok(_turn) = controller.ctx.permits.acquire().await else { return Ok(Action::await_change()) };
    if acts && failure.is_none() {
        // The caches may lag behind: what is done is decided on what the API server says itself.
        let live = latest(controller, &observed, start.as_deref()).await?;
        let Some(live) = live.filter(|live| live.test.metadata.deletion_timestamp.is_none()) else {
            return Ok(Action::requeue(SOON));
        };
        observed = live;
        if observed.test.resource_version() != test.resource_version() {
            now = Rendering::of(controller, &observed.test).await;
        }
        match act(controller, &mut observed, &now, start).await {
            Ok(outcome) => (decision, verdict) = outcome,
            // The author is told, too.
            Err(error @ Error::Api { .. }) => failure = Some(error),
            Err(error) => return Err(error),
        }
    }
    let time = Timestamp::now();
    // What only explains is no reason to stop.
    if let Err(error) = controller.ctx.shortages.look(&controller.ctx.client, &mut observed, time).await {
        tracing::warn!(test = name_of(test), %error, "cannot tell why pods are missing");
    }
    let drift = drift(controller, &observed, &now).await.unwrap_or_else(|error| {
        tracing::warn!(test = name_of(test), %error, "cannot tell what differs");
        Vec::new()
    });
    let words = failure.as_ref().map(ToString::to_string);
    let inputs = StatusInputs {
        observed: &observed,
        rendered: &now.rendered,
        hash: now.hash(),
        policy: now.policy,
        decision: &decision,
        verdict: verdict.as_ref(),
        failure: words.as_deref(),
        drift: &drift,
        now: time,
    };
    let status = status(&inputs);
    let rest = controller.ctx.recent_writes.status_rests(&key(test)).filter(|_| !acts);
    if let Some(rest) = rest.filter(|_| concerns_pods_only(observed.status(), &status)) {
        return Ok(Action::requeue(rest));
    }
    status_writer::write(&controller.ctx, &observed, &status).await?;
    if let Some(error) = failure {
        return Err(error);
    }
    Ok(next(controller, &observed, &decision, verdict.as_ref(), time))
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

/// Asks the API server for what matters to a test that is about to start.
async fn ask(controller: &ControllerContext, test: &DynamicObject) -> Result<Arc<StartCheck>, Error> {
    let has_cluster_overlays = controller.ctx.around.has_cluster_overlays();
    controller.ctx.start_checks.ask(&controller.ctx.client, test, has_cluster_overlays).await
}

/// What the API server says of a test. Where nothing of it is known to be there, only the test itself is read: the
/// names of what it needs are met when the API server is asked for them.
async fn latest(
    controller: &ControllerContext,
    cached: &Observed,
    start: Option<&StartCheck>,
) -> Result<Option<Observed>, Error> {
    let Context { client, dry_runner, recent_writes, .. } = &*controller.ctx;
    match start
        .filter(|_| is_unmade(cached) && dry_runner.asks_for_jobs() && !recent_writes.has_met(cached.uid()))
    {
        Some(start) => start.observed(client, &cached.test).await,
        None => fetch::live(client, &cached.test).await,
    }
}

/// Takes one step after another until there is nothing more to do now, and remembers what came of it.
async fn act(
    controller: &ControllerContext,
    observed: &mut Observed,
    now: &Rendering,
    start: Option<Arc<StartCheck>>,
) -> Result<(Decision, Option<DryRunOutcome>), Error> {
    let outcome = steps(controller, observed, now, start).await?;
    controller.ctx.recent_writes.made(observed);
    Ok(outcome)
}

/// What a test needs has a name that is somebody else's, who is not in the caches: it has not started, and may become
/// another until it does.
async fn give_way(controller: &ControllerContext, observed: &mut Observed) -> Error {
    controller.ctx.recent_writes.met(observed.uid());
    if observed.objects().next().is_some() {
        return Error::Stale;
    }
    withdraw(&controller.ctx, observed).await.err().unwrap_or(Error::Stale)
}

async fn steps(
    controller: &ControllerContext,
    observed: &mut Observed,
    now: &Rendering,
    mut start: Option<Arc<StartCheck>>,
) -> Result<(Decision, Option<DryRunOutcome>), Error> {
    let from = RevisionSources::of(&now.rendered);
    let rendering = now.objects.as_ref().map(|objects| NewRevision { objects, hash: &now.hash, from: &from });
    let (mut desired, mut refused, was_unmade) = (now.desired(), None, is_unmade(observed));
    for _ in 0..STEPS {
        let decision = decide(observed, desired);
        if !decision.changes_objects() {
            return Ok((decision, refused));
        }
        if decision == Decision::CreateRevision {
            let start = match start.take() {
                Some(start) => start,
                None => ask(controller, &observed.test).await?,
            };
            if !now.is_current(&start) {
                return Err(Error::Stale);
            }
        }
        let (was_there, made_before) = (observed.clone(), observed.was_made());
        tracing::info!(test = name_of(&observed.test), "{decision}");
        let said = match apply(&controller.ctx, observed, &decision, rendering).await {
            Err(Error::Stale) if was_unmade => return Err(give_way(controller, observed).await),
            said => said?,
        };
        status_writer::done(&controller.ctx, &was_there, observed, &decision, made_before).await;
        if said.is_some() && (decision != Decision::CreateRevision || observed.revision.is_none()) {
            return Ok((decision, said));
        }
        if said.is_some() {
            // What the API server refuses is not wanted; what has started goes on as it is.
            (desired, refused) = (Desired { hash: None, ..desired }, said);
        }
    }
    Ok((decide(observed, desired), refused))
}

/// What differs between what is frozen and what would be rendered now.
async fn drift(
    controller: &ControllerContext,
    observed: &Observed,
    now: &Rendering,
) -> Result<Vec<Difference>, Error> {
    let (Some(revision), Some(objects)) = (&observed.revision, &now.objects) else { return Ok(Vec::new()) };
    // What else has changed waits for the next start, and concerns many tests at once: it is told without a request.
    if revision.hash == now.hash || observed.generation() <= revision.generation {
        return Ok(Vec::new());
    }
    let frozen = match &revision.objects {
        Some(frozen) => frozen.clone(),
        None => fetch::objects(&controller.ctx.client, observed, revision).await?,
    };
    Ok(differences_of(&frozen, objects))
}

/// When to look again.
fn next(
    controller: &ControllerContext,
    observed: &Observed,
    decision: &Decision,
    verdict: Option<&DryRunOutcome>,
    time: Timestamp,
) -> Action {
    let key = key(&observed.test);
    if let Some(DryRunOutcome::Refused { again, .. }) = verdict {
        return Action::requeue(*again);
    }
    let missing = controller.ctx.shortages.until_told(observed, time);
    if let Some(left) = missing.filter(SignedDuration::is_positive) {
        return Action::requeue(left.unsigned_abs());
    }
    if matches!(decision, Decision::Wait(_) | Decision::NameConflict(_) | Decision::RevisionLost(_))
        || missing.is_some()
    {
        return Action::requeue(controller.ctx.delay(&key, WAITING, LONGEST));
    }
    controller.ctx.forget(&key);
    if decision.changes_objects() { Action::requeue(SOON) } else { Action::await_change() }
}

/// Lets a test that is being deleted go. The garbage collector removes what it owns.
async fn release(test: &DynamicObject, controller: &ControllerContext) -> Result<Action, Error> {
    let finalizers = test.finalizers();
    let Some(index) = finalizers.iter().position(|name| name == FINALIZER) else {
        return Ok(Action::await_change());
    };
    let at = format!("/metadata/finalizers/{index}");
    let patch = serde_json::from_value::<json_patch::Patch>(Value::Array(vec![
        serde_json::json!({ "op": "test", "path": at, "value": FINALIZER }),
        serde_json::json!({ "op": "remove", "path": at }),
    ]));
    let Ok(patch) = patch else { return Err(Error::Unreadable { what: "a patch of its own".into() }) };
    let namespace = test.namespace().unwrap_or_default();
    let tests: Api<DynamicObject> =
        Api::namespaced_with(controller.ctx.client.clone(), &namespace, &fetch::resource());
    let note = "the finalizer of the public operator is removed; what the test owns is deleted with it";
    status_writer::event(&controller.ctx, test, EventType::Normal, "Deleting", note).await;
    match tests.patch(&test.name_any(), &PatchParams::default(), &Patch::Json::<()>(patch)).await {
        Ok(_) => Ok(Action::await_change()),
        Err(error) if is_missing(&error) => Ok(Action::await_change()),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(error) => Err(Error::api("remove the finalizer")(error)),
    }
}
