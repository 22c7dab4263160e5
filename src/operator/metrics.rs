//! [`Metrics`]: what Prometheus scrapes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use kube::{api::DynamicObject, runtime::reflector::Store};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};
use serde_json::Value;

/// The phases that are counted.
const PHASES: [&str; 5] = ["", "Pending", "Running", "Succeeded", "Failed"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Phase {
    phase: &'static str,
}

/// What Prometheus scrapes.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    reconciles: Family<Outcome, Counter>,
    seconds: Histogram,
    tests: Family<Phase, Gauge>,
    leads: Gauge,
    stores: Arc<Mutex<Vec<Store<DynamicObject>>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("podgraft");
        let reconciles = Family::<Outcome, Counter<u64, AtomicU64>>::default();
        let seconds = Histogram::new(exponential_buckets(0.001, 4.0, 8));
        let tests = Family::<Phase, Gauge>::default();
        let leads = Gauge::default();
        registry.register("reconciles", "Looks at a test, by outcome", reconciles.clone());
        registry.register("reconcile_seconds", "How long a look at a test took", seconds.clone());
        registry.register("tests", "LocustTests by phase", tests.clone());
        registry.register("leader", "Whether this replica acts", leads.clone());
        Self { registry: Arc::new(registry), reconciles, seconds, tests, leads, stores: Arc::default() }
    }
}

impl Metrics {
    /// Counts one look at a test.
    pub(super) fn reconciled(&self, outcome: &'static str, took: Duration) {
        self.reconciles.get_or_create(&Outcome { outcome }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// Says whether this replica acts.
    pub(super) fn leads(&self, leads: bool) {
        self.leads.set(leads.into());
    }

    /// Counts the tests of this cache, too.
    pub(super) fn counts(&self, tests: Store<DynamicObject>) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).push(tests);
    }

    /// The UIDs of all tests.
    pub(super) fn uids(&self) -> BTreeSet<String> {
        let stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        stores.iter().flat_map(Store::state).filter_map(|test| test.metadata.uid.clone()).collect()
    }

    /// Everything, in the `OpenMetrics` text format.
    ///
    /// # Errors
    /// When a metric cannot be written, which only memory can cause.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut counts = [0_i64; PHASES.len()];
        for store in self.stores.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for test in store.state() {
                let phase = test.data.pointer("/status/phase").and_then(Value::as_str).unwrap_or_default();
                if let Some(index) = PHASES.iter().position(|known| *known == phase) {
                    counts[index] += 1;
                }
            }
        }
        for (phase, count) in PHASES.into_iter().zip(counts) {
            let phase = if phase.is_empty() { "New" } else { phase };
            self.tests.get_or_create(&Phase { phase }).set(count);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
