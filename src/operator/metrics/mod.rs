//! [`Metrics`]: what Prometheus scrapes.

mod queue;
pub(crate) mod webhook;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use kube::{
    api::DynamicObject,
    runtime::reflector::{ObjectRef, Store},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};
use serde_json::Value;

use super::api::{client::ApiRequests, error::Error};
use queue::Queue;
use webhook::{ReviewOutcome, WebhookMetrics};

/// The phases that are counted.
const PHASES: [&str; 4] = ["Pending", "Running", "Succeeded", "Failed"];
/// The phase of a test that has no status yet.
const NEW: &str = "New";
/// What more reasons than [`REASONS`] are counted as.
const OTHER: &str = "Other";
/// How many different reasons are told apart: others than the operator could write a status.
const REASONS: usize = 40;
/// How long a reason may be.
const LONGEST_REASON: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ErrorLabel {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct StateLabels {
    phase: &'static str,
    reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabel {
    version: &'static str,
}

/// What Prometheus scrapes.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    requests: ApiRequests,
    reconciles: Family<OutcomeLabel, Counter>,
    errors: Family<ErrorLabel, Counter>,
    work: Histogram,
    renders: Histogram,
    waits: Histogram,
    depth: Gauge,
    tests: Family<StateLabels, Gauge>,
    leads: Gauge,
    queue: Queue,
    webhook: WebhookMetrics,
    stores: Arc<Mutex<Vec<Store<DynamicObject>>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Self {
            registry: Arc::default(),
            requests: ApiRequests::default(),
            reconciles: Family::<OutcomeLabel, Counter<u64, AtomicU64>>::default(),
            errors: Family::<ErrorLabel, Counter<u64, AtomicU64>>::default(),
            work: seconds(),
            renders: seconds(),
            waits: seconds(),
            depth: Gauge::default(),
            tests: Family::default(),
            leads: Gauge::default(),
            queue: Queue::default(),
            webhook: WebhookMetrics::default(),
            stores: Arc::default(),
        };
        // An alert needs a zero to rise from.
        for outcome in Error::LABELS.into_iter().chain(["ok"]) {
            drop(metrics.reconciles.get_or_create(&OutcomeLabel { outcome }));
        }
        for reason in Error::LABELS.into_iter().filter(|label| *label != Error::Stale.label()) {
            drop(metrics.errors.get_or_create(&ErrorLabel { reason }));
        }
        let registry = Arc::new(metrics.registry());
        Self { registry, ..metrics }
    }
}

/// Seconds, from a millisecond to sixteen seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 8))
}

impl Metrics {
    /// Where everything is registered. docs/operator.md has the same list.
    fn registry(&self) -> Registry {
        let mut all = Registry::with_prefix("podgraft");
        let build = Info::new(BuildLabel { version: env!("CARGO_PKG_VERSION") });
        all.register("build", "Which podgraft this is", build);
        all.register("leader", "Whether this replica acts", self.leads.clone());
        all.register("tests", "LocustTests by phase and reason", self.tests.clone());
        all.register("reconciles", "Looks at a test, by outcome", self.reconciles.clone());
        all.register(
            "reconcile_errors",
            "Looks at a test that failed and are tried again, by reason",
            self.errors.clone(),
        );
        all.register("reconcile_seconds", "How long a look at a test took", self.work.clone());
        all.register("render_seconds", "How long a test's rendering took", self.renders.clone());
        all.register("queue_depth", "Tests that wait for a look", self.depth.clone());
        all.register("queue_seconds", "How long a test waited for a look", self.waits.clone());
        all.register(
            "api_requests",
            "Requests to the API server, by verb and code; \"none\" where no answer came",
            self.requests.0.clone(),
        );
        self.webhook.register(&mut all);
        all
    }

    /// The requests to the API server, to be counted by its client.
    pub(crate) fn requests(&self) -> &ApiRequests {
        &self.requests
    }

    /// Counts one look at a test.
    pub(crate) fn reconciled<T>(&self, outcome: &Result<T, Error>, took: Duration) {
        let label = outcome.as_ref().map_or_else(Error::label, |_| "ok");
        self.reconciles.get_or_create(&OutcomeLabel { outcome: label }).inc();
        if let Err(error) = outcome
            && !matches!(error, Error::Stale)
        {
            self.errors.get_or_create(&ErrorLabel { reason: label }).inc();
        }
        self.work.observe(took.as_secs_f64());
    }

    /// Counts one rendering of a test.
    pub(crate) fn rendered(&self, took: Duration) {
        self.renders.observe(took.as_secs_f64());
    }

    /// Counts one admission review.
    pub(crate) fn reviewed(&self, outcome: ReviewOutcome, took: Duration) {
        self.webhook.reviewed(outcome, took);
    }

    /// The webhook shows a certificate that ends at this time, in seconds since 1970.
    pub(crate) fn certificate_ends(&self, at: i64) {
        self.webhook.certificate_ends(at);
    }

    /// Queues a test to which something has happened, unless it is in no cache.
    pub(crate) fn triggered(&self, test: &ObjectRef<DynamicObject>) {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = stores.iter().any(|store| store.get(test).is_some());
        drop(stores);
        let name = (test.namespace.clone().unwrap_or_default(), test.name.clone());
        if is_there {
            self.queue.add(name);
        } else {
            // It is gone, and nobody looks at it any more.
            self.queue.take(&name);
        }
    }

    /// Queues all tests.
    pub(crate) fn all_triggered(&self) {
        for store in self.stores.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for test in store.state() {
                let or_empty = |part: &Option<String>| part.clone().unwrap_or_default();
                self.queue.add((or_empty(&test.metadata.namespace), or_empty(&test.metadata.name)));
            }
        }
    }

    /// Takes a test from the queue: its look begins.
    pub(crate) fn begun(&self, test: &DynamicObject) {
        let or_empty = |part: &Option<String>| part.clone().unwrap_or_default();
        let name = (or_empty(&test.metadata.namespace), or_empty(&test.metadata.name));
        // A look that nothing asked for but the time has not waited.
        self.waits.observe(self.queue.take(&name).unwrap_or_default().as_secs_f64());
    }

    /// Sets whether this replica acts.
    pub(crate) fn leads(&self, leads: bool) {
        self.leads.set(leads.into());
    }

    /// Counts the tests of this cache, too.
    pub(crate) fn counts(&self, tests: Store<DynamicObject>) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).push(tests);
    }

    /// Counts nothing that was counted before: the caches are made anew.
    pub(crate) fn counts_afresh(&self) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The UIDs of all tests.
    pub(crate) fn uids(&self) -> BTreeSet<String> {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.iter().flat_map(Store::state).filter_map(|test| test.metadata.uid.clone()).collect()
    }

    /// How many tests are in each state; a phase without tests counts none.
    fn states(&self) -> BTreeMap<StateLabels, i64> {
        let mut reasons: BTreeSet<String> = BTreeSet::new();
        let none = |phase| (StateLabels { phase, reason: String::new() }, 0);
        let mut states: BTreeMap<StateLabels, i64> = PHASES.into_iter().chain([NEW]).map(none).collect();
        for test in self.stores.lock().unwrap_or_else(PoisonError::into_inner).iter().flat_map(Store::state) {
            let field = |name: &str| test.data.pointer(name).and_then(Value::as_str).unwrap_or_default();
            let phase = PHASES.into_iter().find(|known| *known == field("/status/phase")).unwrap_or(NEW);
            let reason = field("/status/reason");
            let is_word =
                reason.len() <= LONGEST_REASON && reason.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let is_known = reasons.contains(reason) || is_word && reasons.len() < REASONS;
            let reason = if is_known { reason } else { OTHER }.to_owned();
            reasons.insert(reason.clone());
            *states.entry(StateLabels { phase, reason }).or_default() += 1;
        }
        states
    }

    /// Everything, in the `OpenMetrics` text format.
    ///
    /// # Errors
    /// When a metric cannot be written, which only memory can cause.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        self.tests.clear();
        for (state, count) in self.states() {
            self.tests.get_or_create(&state).set(count);
        }
        self.depth.set(i64::try_from(self.queue.depth()).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use kube::runtime::{reflector::store::Writer, watcher::Event};
    use serde_json::json;

    use super::*;
    use crate::operator::api::resource::locust_test_resource;

    fn test(name: &str, status: &Value) -> DynamicObject {
        let object = json!({
            "apiVersion": "locust.io/v2", "kind": "LocustTest",
            "metadata": { "name": name, "namespace": "team-a" }, "status": status
        });
        serde_json::from_value(object).unwrap()
    }

    fn metrics(tests: Vec<DynamicObject>) -> Metrics {
        let mut writer = Writer::new(locust_test_resource());
        for test in tests {
            writer.apply_watcher_event(&Event::Apply(test));
        }
        let metrics = Metrics::default();
        metrics.counts(writer.as_reader());
        metrics
    }

    #[test]
    fn tests_are_counted_by_phase_and_reason() {
        let metrics = metrics(vec![
            test("a", &json!({ "phase": "Running", "reason": "WorkersMissing" })),
            test("b", &json!({ "phase": "Running", "reason": "WorkersMissing" })),
            test("c", &json!({ "phase": "Running" })),
            test("d", &Value::Null),
            test("e", &json!({ "phase": "Pending", "reason": "two words\n" })),
        ]);
        let text = metrics.text().unwrap();
        for line in [
            "podgraft_tests{phase=\"Running\",reason=\"WorkersMissing\"} 2\n",
            "podgraft_tests{phase=\"Running\",reason=\"\"} 1\n",
            "podgraft_tests{phase=\"New\",reason=\"\"} 1\n",
            "podgraft_tests{phase=\"Pending\",reason=\"Other\"} 1\n",
            "podgraft_tests{phase=\"Failed\",reason=\"\"} 0\n",
            "podgraft_reconcile_errors_total{reason=\"api\"} 0\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(
            text.contains(&format!("podgraft_build_info{{version=\"{}\"}} 1\n", env!("CARGO_PKG_VERSION")))
        );
    }

    #[test]
    fn made_up_reasons_are_bounded() {
        let made_up = |number: usize| json!({ "phase": "Failed", "reason": format!("R{number}") });
        let metrics = metrics((0..500).map(|number| test(&format!("t{number}"), &made_up(number))).collect());
        let text = metrics.text().unwrap();
        assert!(text.matches("podgraft_tests{").count() <= REASONS + PHASES.len() + 2, "{text}");
        assert!(text.contains("reason=\"Other\"} 4"), "the rest is counted together\n{text}");
    }

    #[test]
    fn what_waits_is_counted_while_it_is_there() {
        let (there, gone) = (test("a", &Value::Null), test("gone", &Value::Null));
        let metrics = metrics(vec![there.clone()]);
        let reference = |test: &DynamicObject| ObjectRef::from_obj_with(test, locust_test_resource());
        metrics.triggered(&reference(&there));
        metrics.triggered(&reference(&gone));
        assert!(metrics.text().unwrap().contains("podgraft_queue_depth 1\n"));
        metrics.begun(&there);
        let text = metrics.text().unwrap();
        assert!(
            text.contains("podgraft_queue_depth 0\n") && text.contains("podgraft_queue_seconds_count 1\n")
        );
    }
}
