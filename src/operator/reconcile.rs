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
use serde_json::Value;

use super::{
    apply::{Rendering, apply, withdraw},
    check::Verdict,
    context::Context,
    decide::{Step, Wanted, decide},
    error::{Error, is_conflict, is_missing},
    fetch, report,
    revision::{Objects, Sources},
    start::{Start, is_unmade},
    status::{Facts, differences_of, status},
    view::View,
    watch::Scope,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    locust::{
        self, Rendered, Surroundings,
        api::shared::UpdatePolicy,
        overlay::{Namespace, Overlays},
        test,
    },
    manifest::Document,
    report::Difference,
};

/// That the overlays cannot be read.
fn unknown_overlays(words: &str) -> Diagnostic {
    let message = format!(
        "install all CRDs and let the operator read ClusterPodOverlays, PodOverlays and Namespaces, or set \
         clusterOverlays: Off in its configuration to do without the first and the last: {words}"
    );
    Diagnostic::error(Code::UnknownOverlays, message)
}

/// That a test could not be rendered, by no fault of its author's.
fn render_failed() -> Diagnostic {
    let message = "report this test: podgraft has a fault, and ended in a panic while it rendered the test";
    Diagnostic::error(Code::RenderFailed, message)
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
struct Now {
    rendered: Rendered,
    /// What it was rendered with; nothing where that is not known.
    around: Option<(Arc<Overlays>, Namespace)>,
    objects: Option<Objects>,
    hash: String,
    policy: UpdatePolicy,
    suspend: bool,
}

impl Now {
    /// Renders a test, on a thread of the pool; a panic refuses this test, and no other.
    async fn of(scope: &Arc<Scope>, test: &DynamicObject) -> Self {
        let value = serde_json::to_value(test).unwrap_or_default();
        let namespace = test.namespace().unwrap_or_default();
        let around = scope.ctx.around.of(&namespace);
        let rendering = {
            let scope = Arc::clone(scope);
            move || {
                let started = Instant::now();
                let now = Self::render(&scope, value, around);
                scope.ctx.metrics.rendered(started.elapsed());
                now
            }
        };
        let now = scope.ctx.pool.run(&namespace, rendering).await.unwrap_or_else(|panicked| {
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
        scope.ctx.uses.note(test, &now.rendered);
        now
    }

    fn render(scope: &Scope, value: Value, around: Result<(Arc<Overlays>, Namespace), String>) -> Self {
        let overrides = test::read(&value).ok().map(|(test, _)| test.spec.overrides).unwrap_or_default();
        let policy = overrides.update_policy.unwrap_or_default();
        let suspend = overrides.job.and_then(|job| job.suspend).unwrap_or_default();
        let document = Document::from_value(value);
        let config = &scope.ctx.settings.config;
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
        let objects = Objects::of(&rendered).filter(|_| !rendered.is_refused());
        let hash = objects.as_ref().map(Objects::hash).unwrap_or_default();
        Self { rendered, around: around.ok(), objects, hash, policy, suspend }
    }

    fn hash(&self) -> Option<&str> {
        self.objects.as_ref().map(|_| &*self.hash)
    }

    /// Whether the test is rendered with what there is.
    fn is_current(&self, start: &Start) -> bool {
        let around = self.around.as_ref();
        around.is_some_and(|(overlays, namespace)| start.current.is(overlays, namespace))
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted { hash: self.hash(), policy: self.policy, suspend: self.suspend }
    }
}

/// Looks at a test, does what there is to do, and reports.
///
/// # Errors
/// [`Error`] when it has to be tried again.
pub(super) async fn reconcile(test: Arc<DynamicObject>, scope: Arc<Scope>) -> Result<Action, Error> {
    // What is not in a cache yet would be taken for missing.
    scope.caches.ready().await;
    scope.ctx.around.settled().await;
    scope.ctx.metrics.begun(&test);
    let started = Instant::now();
    // Whatever a stored object brings about, the operator goes on.
    let looked = AssertUnwindSafe(Box::pin(look(&test, &scope))).catch_unwind().await;
    let outcome = looked.unwrap_or_else(|_| Err(Error::Panicked(format!("a look at {}", name_of(&test)))));
    scope.ctx.metrics.reconciled(&outcome, started.elapsed());
    outcome
}

/// Says when to try again.
#[expect(clippy::needless_pass_by_value, reason = "kube calls it so")]
pub(super) fn on_error(test: Arc<DynamicObject>, error: &Error, scope: Arc<Scope>) -> Action {
    let name = name_of(&test);
    let first = if matches!(error, Error::Stale) { SOON } else { FAILED };
    let delay = scope.ctx.delay(&key(&test), first, LONGEST);
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

async fn look(test: &DynamicObject, scope: &Arc<Scope>) -> Result<Action, Error> {
    if test.metadata.deletion_timestamp.is_some() {
        scope.ctx.forget(&key(test));
        scope.ctx.uses.note_leaving(test);
        return release(test, scope).await;
    }
    let mut now = Now::of(scope, test).await;
    let mut view = fetch::cached(&scope.caches, test);
    let mut step = decide(&view, now.wanted());
    let acts = step.acts() || matches!(step, Step::Strand(_));
    if acts && scope.ctx.memory.is_ahead_of(&view) {
        return Ok(Action::requeue(SOON));
    }
    let (mut verdict, mut failure, mut start) = (None, None, None);
    if step == Step::Freeze {
        match ask(scope, test).await {
            Ok(answer) => start = Some(answer),
            Err(error) => failure = Some(error),
        }
    }
    // Rendering, and asking before a start, wait for turns of their own, and keep nobody's.
    let Ok(_turn) = scope.ctx.turns.acquire().await else { return Ok(Action::await_change()) };
    if acts && failure.is_none() {
        // The caches may lag behind: what is done is decided on what the API server says itself.
        let live = latest(scope, &view, start.as_deref()).await?;
        let Some(live) = live.filter(|live| live.test.metadata.deletion_timestamp.is_none()) else {
            return Ok(Action::requeue(SOON));
        };
        view = live;
        if view.test.resource_version() != test.resource_version() {
            now = Now::of(scope, &view.test).await;
        }
        match act(scope, &mut view, &now, start).await {
            Ok(outcome) => (step, verdict) = outcome,
            // The author is told, too.
            Err(error @ Error::Api { .. }) => failure = Some(error),
            Err(error) => return Err(error),
        }
    }
    let time = Timestamp::now();
    // What only explains is no reason to stop.
    if let Err(error) = scope.ctx.missing_pods.look(&scope.ctx.client, &mut view, time).await {
        tracing::warn!(test = name_of(test), %error, "cannot tell why pods are missing");
    }
    let drift = drift(scope, &view, &now).await.unwrap_or_else(|error| {
        tracing::warn!(test = name_of(test), %error, "cannot tell what differs");
        Vec::new()
    });
    let words = failure.as_ref().map(ToString::to_string);
    let facts = Facts {
        view: &view,
        rendered: &now.rendered,
        hash: now.hash(),
        policy: now.policy,
        step: &step,
        verdict: verdict.as_ref(),
        failure: words.as_deref(),
        drift: &drift,
        now: time,
    };
    let status = status(&facts);
    let rest = scope.ctx.memory.status_rests(&key(test)).filter(|_| !acts);
    if let Some(rest) = rest.filter(|_| concerns_pods_only(view.status(), &status)) {
        return Ok(Action::requeue(rest));
    }
    report::write(&scope.ctx, &view, &status).await?;
    if let Some(error) = failure {
        return Err(error);
    }
    Ok(next(scope, &view, &step, verdict.as_ref(), time))
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
async fn ask(scope: &Scope, test: &DynamicObject) -> Result<Arc<Start>, Error> {
    let has_cluster_overlays = scope.ctx.around.has_cluster_overlays();
    scope.ctx.starts.ask(&scope.ctx.client, test, has_cluster_overlays).await
}

/// What the API server says of a test. Where nothing of it is known to be there, only the test itself is read: the
/// names of what it needs are met when the API server is asked for them.
async fn latest(scope: &Scope, cached: &View, start: Option<&Start>) -> Result<Option<View>, Error> {
    let Context { client, checker, memory, .. } = &*scope.ctx;
    match start.filter(|_| is_unmade(cached) && checker.asks_for_jobs() && !memory.has_met(cached.uid())) {
        Some(start) => start.view(client, &cached.test).await,
        None => fetch::live(client, &cached.test).await,
    }
}

/// Does one step after another until there is nothing more to do now, and remembers what came of it.
async fn act(
    scope: &Scope,
    view: &mut View,
    now: &Now,
    start: Option<Arc<Start>>,
) -> Result<(Step, Option<Verdict>), Error> {
    let outcome = steps(scope, view, now, start).await?;
    scope.ctx.memory.made(view);
    Ok(outcome)
}

/// What a test needs has a name that is somebody else's, who is not in the caches: it has not started, and may become
/// another until it does.
async fn give_way(scope: &Scope, view: &mut View) -> Error {
    scope.ctx.memory.met(view.uid());
    if view.children().next().is_some() {
        return Error::Stale;
    }
    withdraw(&scope.ctx, view).await.err().unwrap_or(Error::Stale)
}

async fn steps(
    scope: &Scope,
    view: &mut View,
    now: &Now,
    mut start: Option<Arc<Start>>,
) -> Result<(Step, Option<Verdict>), Error> {
    let from = Sources::of(&now.rendered);
    let rendering = now.objects.as_ref().map(|objects| Rendering { objects, hash: &now.hash, from: &from });
    let (mut wanted, mut refused, was_unmade) = (now.wanted(), None, is_unmade(view));
    for _ in 0..STEPS {
        let step = decide(view, wanted);
        if !step.acts() {
            return Ok((step, refused));
        }
        if step == Step::Freeze {
            let start = match start.take() {
                Some(start) => start,
                None => ask(scope, &view.test).await?,
            };
            if !now.is_current(&start) {
                return Err(Error::Stale);
            }
        }
        let (was_there, made_before) = (view.clone(), view.was_made());
        tracing::info!(test = name_of(&view.test), "{step}");
        let said = match apply(&scope.ctx, view, &step, rendering).await {
            Err(Error::Stale) if was_unmade => return Err(give_way(scope, view).await),
            said => said?,
        };
        report::done(&scope.ctx, &was_there, view, &step, made_before).await;
        if said.is_some() && (step != Step::Freeze || view.revision.is_none()) {
            return Ok((step, said));
        }
        if said.is_some() {
            // What the API server refuses is not wanted; what has started goes on as it is.
            (wanted, refused) = (Wanted { hash: None, ..wanted }, said);
        }
    }
    Ok((decide(view, wanted), refused))
}

/// What differs between what is frozen and what would be rendered now.
async fn drift(scope: &Scope, view: &View, now: &Now) -> Result<Vec<Difference>, Error> {
    let (Some(revision), Some(objects)) = (&view.revision, &now.objects) else { return Ok(Vec::new()) };
    // What else has changed waits for the next start, and concerns many tests at once: it is told without a request.
    if revision.hash == now.hash || view.generation() <= revision.generation {
        return Ok(Vec::new());
    }
    let frozen = match &revision.objects {
        Some(frozen) => frozen.clone(),
        None => fetch::objects(&scope.ctx.client, view, revision).await?,
    };
    Ok(differences_of(&frozen, objects))
}

/// When to look again.
fn next(scope: &Scope, view: &View, step: &Step, verdict: Option<&Verdict>, time: Timestamp) -> Action {
    let key = key(&view.test);
    if let Some(Verdict::Refused { again, .. }) = verdict {
        return Action::requeue(*again);
    }
    let missing = scope.ctx.missing_pods.until_told(view, time);
    if let Some(left) = missing.filter(SignedDuration::is_positive) {
        return Action::requeue(left.unsigned_abs());
    }
    if matches!(step, Step::Wait(_) | Step::Block(_) | Step::Strand(_)) || missing.is_some() {
        return Action::requeue(scope.ctx.delay(&key, WAITING, LONGEST));
    }
    scope.ctx.forget(&key);
    if step.acts() { Action::requeue(SOON) } else { Action::await_change() }
}

/// Lets a test that is being deleted go. The garbage collector removes what it owns.
async fn release(test: &DynamicObject, scope: &Scope) -> Result<Action, Error> {
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
        Api::namespaced_with(scope.ctx.client.clone(), &namespace, &fetch::resource());
    let note = "the finalizer of the public operator is removed; what the test owns is deleted with it";
    report::event(&scope.ctx, test, EventType::Normal, "Deleting", note).await;
    match tests.patch(&test.name_any(), &PatchParams::default(), &Patch::Json::<()>(patch)).await {
        Ok(_) => Ok(Action::await_change()),
        Err(error) if is_missing(&error) => Ok(Action::await_change()),
        Err(error) if is_conflict(&error) => Err(Error::Stale),
        Err(error) => Err(Error::api("remove the finalizer")(error)),
    }
}
