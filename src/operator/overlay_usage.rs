//! [`OverlayUsage`]: how tests use overlays.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use kube::{ResourceExt, api::DynamicObject};

use podgraft_locust::Rendered;
use podgraft_pod::overlay::{OverlayId, OverlayKind};

/// How one test uses overlays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TestUsage {
    applied: BTreeSet<OverlayId>,
    conflicts: BTreeSet<(OverlayId, String)>,
    missing: BTreeSet<(OverlayId, String)>,
}

/// How tests use overlays, by the tests' UIDs.
#[derive(Debug, Default)]
pub(crate) struct OverlayUsage(Mutex<HashMap<String, TestUsage>>);

impl OverlayUsage {
    /// Records how a rendered test uses overlays.
    pub(crate) fn record(&self, test: &DynamicObject, rendered: &Rendered) {
        let namespace = test.namespace();
        let place = |kind| if kind == OverlayKind::Cluster { None } else { namespace.clone() };
        let who = format!("LocustTest {}/{}", namespace.clone().unwrap_or_default(), test.name_any());
        let mut found = TestUsage::default();
        for overlay in &rendered.overlays {
            let (kind, name) = (overlay.kind, overlay.name.clone());
            found.applied.insert(OverlayId { kind, namespace: place(kind), name });
        }
        for conflict in &rendered.conflicts {
            let message = format!("{who}: {}", conflict.diagnostic.message);
            for overlay in [&conflict.winner, &conflict.loser] {
                found.conflicts.insert((overlay.clone(), message.clone()));
            }
        }
        for (overlay, missing) in &rendered.missing_targets {
            found.missing.insert((overlay.clone(), format!("{who}: {}", missing.message)));
        }
        let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        usage.insert(test.uid().unwrap_or_default(), found);
    }

    /// Forgets the tests that are not among these; whether all of these have been recorded.
    pub(crate) fn retain(&self, tests: &BTreeSet<String>) -> bool {
        let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        usage.retain(|uid, _| tests.contains(uid));
        usage.len() == tests.len()
    }

    /// Records that a test that is being deleted uses no overlays.
    pub(crate) fn record_deletion(&self, test: &DynamicObject) {
        let uid = test.uid().unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(uid, TestUsage::default());
    }

    /// How all tests together use each overlay.
    pub(crate) fn totals(&self) -> BTreeMap<OverlayId, UsageTotals> {
        let usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut totals: BTreeMap<OverlayId, UsageTotals> = BTreeMap::new();
        let mut by_message: Vec<&TestUsage> = usage.values().collect();
        // The same messages each time, whatever the order of the map.
        by_message
            .sort_by(|one, other| one.conflicts.cmp(&other.conflicts).then(one.missing.cmp(&other.missing)));
        for used in by_message {
            for overlay in &used.applied {
                totals.entry(overlay.clone()).or_default().tests += 1;
            }
            for (overlay, message) in &used.conflicts {
                totals.entry(overlay.clone()).or_default().conflicts.push(message.clone());
            }
            for (overlay, message) in &used.missing {
                totals.entry(overlay.clone()).or_default().missing.push(message.clone());
            }
        }
        totals
    }
}

/// How all tests together use one overlay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct UsageTotals {
    /// How many tests it applies to.
    pub(super) tests: usize,
    /// With which overlays it disagrees, and where.
    pub(super) conflicts: Vec<String>,
    /// Which of its targets are missing.
    pub(super) missing: Vec<String>,
}
