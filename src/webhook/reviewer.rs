//! [`Reviewer`]: judges what is to be stored, with the overlays of the cluster.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use kube::{Client, ResourceExt};
use podgraft_locust::config::Config;
use podgraft_merge::diagnostic::{Code, Diagnostic, LayerId};
use podgraft_pod::overlay::{Namespace, OverlayKind, Overlays};

use serde_json::Value;

use super::{
    authorization,
    messages::{self, verdict},
    overlay_review,
    review::{AdmissionRequest, ReviewedKind, UnreadableReview, Verdict},
    test_review,
};
use crate::{
    codes,
    operator::cache::{
        overlay_store::{OverlayStore, freshness::LiveOverlays},
        test_store::TestStore,
    },
    render_pool::RenderPool,
};

/// How long a cache that is behind is waited for.
const CATCHING_UP: Duration = Duration::from_secs(2);
/// For how long it is looked for tests that a change of an overlay breaks.
const LOOKING: Duration = Duration::from_secs(3);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// Judges what is to be stored.
pub(crate) struct Reviewer {
    client: Client,
    config: Arc<Config>,
    /// The namespaces that the operator looks after; all where none is named.
    namespaces: Vec<String>,
    overlay_store: Arc<OverlayStore>,
    /// The tests that a change of an overlay may break.
    tests: TestStore,
    pool: RenderPool,
    /// Whether whoever writes a test needs rights for what of its pods reaches beyond them.
    authorizes_authors: bool,
}

/// Why something is not judged. What the API server makes of it is for the `failurePolicy` to say.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReviewFailure {
    /// Nobody knows what it is.
    #[error("{0}")]
    Unreadable(#[from] UnreadableReview),
    /// Nobody knows which overlays there are.
    #[error("the overlays of the cluster are not known: {0}")]
    UnknownOverlays(String),
    /// A fault of podgraft's own.
    #[error("podgraft has a fault: {0}; please report it with the object")]
    Panicked(String),
}

impl Reviewer {
    /// Judges tests by this configuration and these overlays, those of these namespaces only where some are named.
    pub(crate) fn new(
        client: Client,
        config: Config,
        namespaces: Vec<String>,
        overlay_store: Arc<OverlayStore>,
        tests: TestStore,
        authorizes_authors: bool,
    ) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // A namespace full of tests that take long has half of the threads.
        let pool = RenderPool::new(processors * 2, processors);
        let config = Arc::new(config);
        Self { client, config, namespaces, overlay_store, tests, pool, authorizes_authors }
    }

    /// Waits until everything has been read that objects are judged by. The tests are not: they can be read only once
    /// this process converts them, where some are stored as v1, and it is reached only where it is ready.
    pub(crate) async fn wait_until_ready(&self) {
        loop {
            self.overlay_store.wait_until_settled().await;
            match self.overlay_store.inputs_of("") {
                Ok(_) => return,
                Err(error) => tracing::warn!(error, "the webhook waits for the overlays"),
            }
            tokio::time::sleep(CATCHING_UP).await;
        }
    }

    /// Judges what is to be stored.
    ///
    /// # Errors
    /// Why it is not judged.
    pub(crate) async fn review(&self, request: AdmissionRequest) -> Result<Verdict, ReviewFailure> {
        let kind = request.kind()?;
        if !self.looks_after(&request.namespace) {
            return Ok(Verdict::default());
        }
        match kind {
            ReviewedKind::LocustTest if request.is_exempt() => Ok(Verdict::default()),
            ReviewedKind::LocustTest => self.review_test(request).await,
            ReviewedKind::Overlay(_) if request.is_exempt() && !request.deletes() => Ok(Verdict::default()),
            ReviewedKind::Overlay(kind) => self.review_overlay(kind, request).await,
        }
    }

    fn looks_after(&self, namespace: &str) -> bool {
        self.namespaces.is_empty()
            || namespace.is_empty()
            || self.namespaces.iter().any(|one| one == namespace)
    }

    async fn review_test(&self, request: AdmissionRequest) -> Result<Verdict, ReviewFailure> {
        let request = Arc::new(request);
        let inputs = self.inputs_of(&request.namespace)?;
        let mut diagnostics = self.judge(&request, inputs.clone()).await;
        if diagnostics.iter().any(may_be_outdated)
            && let Some(inputs) = self.newer_inputs(&request.namespace, inputs).await
        {
            diagnostics = self.judge(&request, inputs).await;
        }
        if self.authorizes_authors && !diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.extend(self.authorize(&request).await?);
        }
        Ok(verdict(&diagnostics, test_review::ELSEWHERE))
    }

    /// What whoever writes a test adds to its pods without the right to.
    async fn authorize(&self, request: &Arc<AdmissionRequest>) -> Result<Vec<Diagnostic>, ReviewFailure> {
        let AdmissionRequest { object, old_object, namespace, .. } = &**request;
        if test_review::has_same_spec(old_object, object) {
            return Ok(Vec::new());
        }
        let (overlays, judged_in) = self.inputs_of(namespace)?;
        let (config, reviewed) = (Arc::clone(&self.config), Arc::clone(request));
        let work = move || {
            let AdmissionRequest { object, old_object, .. } = &*reviewed;
            test_review::added_privileges(old_object, object.clone(), &overlays, &judged_in, &config)
        };
        let added = self.pool.run(namespace, work).await;
        let added = added.map_err(|panicked| ReviewFailure::Panicked(panicked.0))?;
        let refused = authorization::refused(&self.client, &request.user_info, namespace, added).await;
        let name = podgraft_locust::name_of(object).unwrap_or_default();
        Ok(refused.into_iter().map(|one| one.of(format!("LocustTest {namespace}/{name}"))).collect())
    }

    /// What there is to say of a test; a panic refuses this one, and no other.
    async fn judge(
        &self,
        request: &Arc<AdmissionRequest>,
        (overlays, namespace): (Arc<Overlays>, Namespace),
    ) -> Vec<Diagnostic> {
        let name = namespace.name.clone();
        let (request, config) = (Arc::clone(request), Arc::clone(&self.config));
        let work = move || {
            let AdmissionRequest { object, old_object, .. } = &*request;
            test_review::judge(old_object, object.clone(), &overlays, &namespace, &config)
        };
        self.pool.run(&name, work).await.unwrap_or_else(|panicked| {
            tracing::error!(namespace = name, words = panicked.0, "a panic while a test was judged");
            vec![panicked.diagnostic()]
        })
    }

    /// Judges an overlay, and what its change does to the tests that there are. Its metadata may change at any time.
    async fn review_overlay(
        &self,
        kind: OverlayKind,
        request: AdmissionRequest,
    ) -> Result<Verdict, ReviewFailure> {
        let AdmissionRequest { object: new, old_object: old, namespace, .. } = request;
        if !old.is_null() && old.get("spec") == new.get("spec") {
            return Ok(Verdict::default());
        }
        // Any will do for what is in none.
        let judged_in = if namespace.is_empty() { "default" } else { &namespace };
        let (overlays, judged_in) = self.inputs_of(judged_in)?;
        // Just started, or nothing converts them: then the change is judged by itself.
        let _ = tokio::time::timeout(CATCHING_UP, self.tests.wait_until_synced()).await;
        let tests = self.tests_in(&namespace);
        let config = Arc::clone(&self.config);
        let work = move || {
            let mut verdict = Verdict::default();
            if !new.is_null() {
                let said = overlay_review::judge(&new, &overlays, &judged_in, &config);
                verdict = messages::verdict(&said, overlay_review::ELSEWHERE);
            }
            if verdict.refusal.is_none() {
                let started = Instant::now();
                let is_late = || started.elapsed() > LOOKING;
                let broken =
                    overlay_review::broken_tests((&old, &new), kind, &overlays, tests, &config, is_late);
                let all = broken.into_iter().chain(verdict.warnings);
                verdict.warnings = messages::fitting(all.map(messages::one_line), overlay_review::ELSEWHERE);
            }
            verdict
        };
        let verdict = self.pool.run(&namespace, work).await;
        verdict.map_err(|panicked| ReviewFailure::Panicked(panicked.0))
    }

    /// The tests of a namespace, of all where none is named, each with what is known of its namespace.
    fn tests_in(&self, namespace: &str) -> impl Iterator<Item = (Value, Namespace)> + use<> {
        let mut tests = self.tests.tests();
        tests.retain(|test| namespace.is_empty() || test.namespace().as_deref() == Some(namespace));
        let store = Arc::clone(&self.overlay_store);
        tests.into_iter().filter_map(move |test| {
            let (_, namespace) = store.inputs_of(&test.namespace().unwrap_or_default()).ok()?;
            Some((serde_json::to_value(&*test).ok()?, namespace))
        })
    }

    fn inputs_of(&self, namespace: &str) -> Result<(Arc<Overlays>, Namespace), ReviewFailure> {
        self.overlay_store.inputs_of(namespace).map_err(ReviewFailure::UnknownOverlays)
    }

    /// The overlays and the namespace as the API server has them, if it has others: whoever has just made an overlay or
    /// a namespace is not told that it is missing. `None` where nothing is newer, or the cache does not catch up.
    async fn newer_inputs(
        &self,
        namespace: &str,
        (overlays, known): (Arc<Overlays>, Namespace),
    ) -> Option<(Arc<Overlays>, Namespace)> {
        let has_cluster_overlays = self.overlay_store.has_cluster_overlays();
        let live = LiveOverlays::read(&self.client, namespace, has_cluster_overlays).await.ok()?;
        if live.equals(&overlays, &known) {
            return None;
        }
        let started = Instant::now();
        while started.elapsed() < CATCHING_UP {
            let inputs = self.overlay_store.inputs_of(namespace).ok()?;
            if live.equals(&inputs.0, &inputs.1) {
                return Some(inputs);
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }
}

/// Whether an error may be one of overlays or labels that have changed just now.
fn may_be_outdated(diagnostic: &Diagnostic) -> bool {
    const OF_OVERLAYS: [Code; 5] = [
        codes::MISSING_OVERLAY,
        codes::OVERLAY_NOT_FOR_TEST,
        codes::INVALID_OVERLAY,
        codes::CONSTRAINT,
        codes::POD_SECURITY,
    ];
    let is_of_overlay = diagnostic.layer.as_ref().is_some_and(LayerId::is_other_object);
    diagnostic.is_error() && (is_of_overlay || OF_OVERLAYS.contains(&diagnostic.code))
}
