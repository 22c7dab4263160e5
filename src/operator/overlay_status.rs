//! What tests make of overlays, and the overlays' own status.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use k8s_openapi::{api::core::v1::ObjectReference, jiff::Timestamp};
use kube::{
    Api, ResourceExt,
    api::{DynamicObject, Patch, PatchParams},
    runtime::events::EventType,
};
use serde_json::{Value, json};

use super::{
    MANAGER,
    conditions::{Conditions, condition},
    context::Context,
    error::{is_conflict, is_missing},
    error_message::words,
    overlay_store::overlay_resource,
};
use podgraft_locust::{
    locust::{
        Rendered,
        overlay::{Kind, Overlays, Reference},
    },
    manifest::Document,
};
use podgraft_merge::diagnostic::Diagnostic;

/// How often the overlays' statuses are brought up to date.
const EVERY: Duration = Duration::from_secs(2);
/// How many messages a condition shows.
const SHOWN: usize = 5;

/// What one test makes of overlays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TestUsage {
    applied: BTreeSet<Reference>,
    conflicts: BTreeSet<(Reference, String)>,
    missing: BTreeSet<(Reference, String)>,
}

/// What tests make of overlays, by the tests' UIDs.
#[derive(Debug, Default)]
pub(super) struct OverlayUsage(Mutex<HashMap<String, TestUsage>>);

impl OverlayUsage {
    /// Notes what a render made of overlays.
    pub(super) fn note(&self, test: &DynamicObject, rendered: &Rendered) {
        let namespace = test.namespace();
        let place = |kind| if kind == Kind::Cluster { None } else { namespace.clone() };
        let who = format!("LocustTest {}/{}", namespace.clone().unwrap_or_default(), test.name_any());
        let mut found = TestUsage::default();
        for overlay in &rendered.overlays {
            let (kind, name) = (overlay.kind, overlay.name.clone());
            found.applied.insert(Reference { kind, namespace: place(kind), name });
        }
        for conflict in &rendered.conflicts {
            let words = format!("{who}: {}", conflict.diagnostic.message);
            for overlay in [&conflict.winner, &conflict.loser] {
                found.conflicts.insert((overlay.clone(), words.clone()));
            }
        }
        for (overlay, missing) in &rendered.missing_targets {
            found.missing.insert((overlay.clone(), format!("{who}: {}", missing.message)));
        }
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert(test.uid().unwrap_or_default(), found);
    }

    /// Forgets the tests that are not among these. Gives whether all of these have been looked at.
    fn keep_only(&self, tests: &BTreeSet<String>) -> bool {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.retain(|uid, _| tests.contains(uid));
        uses.len() == tests.len()
    }

    /// Notes that a test that goes away makes nothing of overlays.
    pub(super) fn note_leaving(&self, test: &DynamicObject) {
        let uid = test.uid().unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(uid, TestUsage::default());
    }
}

/// What all tests together make of one overlay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct UsageTotals {
    tests: usize,
    conflicts: Vec<String>,
    missing: Vec<String>,
}

fn totals(uses: &OverlayUsage) -> BTreeMap<Reference, UsageTotals> {
    let uses = uses.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut totals: BTreeMap<Reference, UsageTotals> = BTreeMap::new();
    let mut by_words: Vec<&TestUsage> = uses.values().collect();
    // The same words each time, whatever the order of the map.
    by_words.sort_by(|one, other| one.conflicts.cmp(&other.conflicts).then(one.missing.cmp(&other.missing)));
    for used in by_words {
        for overlay in &used.applied {
            totals.entry(overlay.clone()).or_default().tests += 1;
        }
        for (overlay, words) in &used.conflicts {
            totals.entry(overlay.clone()).or_default().conflicts.push(words.clone());
        }
        for (overlay, words) in &used.missing {
            totals.entry(overlay.clone()).or_default().missing.push(words.clone());
        }
    }
    totals
}

/// Keeps the statuses of all overlays up to date, once the tests are known.
pub(super) async fn keep(ctx: &Context) {
    let mut written: BTreeMap<Reference, Value> = BTreeMap::new();
    let mut are_known = false;
    let mut turn = tokio::time::interval(EVERY);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        let Some(overlays) = ctx.around.all() else { continue };
        // After a start, overlays would seem to have lost their tests.
        are_known |= ctx.uses.keep_only(&ctx.metrics.uids());
        if !are_known {
            continue;
        }
        let totals = totals(&ctx.uses);
        for (name, document, diagnostics) in everyone(&overlays) {
            let totals = totals.get(&name).cloned().unwrap_or_default();
            let status = status(document, &diagnostics, &totals);
            if written.get(&name) == Some(&status) || document.value.get("status") == Some(&status) {
                continue;
            }
            if write(ctx, &name, document, &status).await {
                tell(ctx, &name, document, &status).await;
                written.insert(name, status);
            }
        }
    }
}

/// Every overlay, with what is wrong with it.
fn everyone(overlays: &Overlays) -> Vec<(Reference, &Document, Vec<Diagnostic>)> {
    let readable =
        overlays.readable().iter().map(|overlay| (overlay.reference(), overlay.document(), Vec::new()));
    let unreadable = overlays
        .unreadable()
        .iter()
        .map(|overlay| (overlay.reference(), overlay.document(), overlay.diagnostics.clone()));
    readable.chain(unreadable).collect()
}

fn status(document: &Document, wrong: &[Diagnostic], totals: &UsageTotals) -> Value {
    let nothing = Value::Null;
    let before = document.value.get("status").unwrap_or(&nothing);
    let generation =
        document.value.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
    let mut conditions = Conditions::new(before, generation, Timestamp::now());
    let said: Vec<String> = wrong.iter().map(|one| one.message.clone()).collect();
    if said.is_empty() {
        conditions.set("Accepted", true, "Accepted", "nothing is wrong with the overlay");
    } else {
        conditions.set("Accepted", false, "Refused", &some(&said));
    }
    if totals.conflicts.is_empty() {
        conditions.set(
            "Conflicted",
            false,
            "NoConflict",
            "no other overlay of its band and priority disagrees",
        );
    } else {
        conditions.set("Conflicted", true, "OverlaysDisagree", &some(&totals.conflicts));
    }
    if totals.missing.is_empty() {
        conditions.set("TargetsFound", true, "TargetsFound", "everything that it changes is there");
    } else {
        conditions.set("TargetsFound", false, "TargetsMissing", &some(&totals.missing));
    }
    json!({
        "observedGeneration": generation,
        "matchedTests": totals.tests,
        "conditions": conditions.into_list()
    })
}

/// The first few messages, and how many more there are.
fn some(messages: &[String]) -> String {
    let more = messages.len().saturating_sub(SHOWN);
    let shown = messages.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{shown}; and {more} more") } else { shown }
}

/// Writes an event where an overlay has just become one that cannot be read: tests may wait for it to be mended.
async fn tell(ctx: &Context, overlay: &Reference, document: &Document, status: &Value) {
    let refusal = |status: &Value| {
        let accepted = condition(status, "Accepted").filter(|accepted| accepted["status"] == "False");
        accepted.and_then(|accepted| accepted["message"].as_str().map(str::to_owned))
    };
    let before = document.value.get("status").and_then(refusal);
    let Some(words) = refusal(status).filter(|words| before.as_ref() != Some(words)) else { return };
    let field = |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let object = ObjectReference {
        api_version: field("/apiVersion"),
        kind: Some(overlay.kind.to_string()),
        name: Some(overlay.name.clone()),
        namespace: overlay.namespace.clone(),
        uid: field("/metadata/uid"),
        ..ObjectReference::default()
    };
    let note = format!("tests that it may be for do not start until it is corrected: {words}");
    ctx.events.write(&object, EventType::Warning, "OverlayRefused", &note).await;
}

/// Writes a status; whether it is written.
async fn write(ctx: &Context, overlay: &Reference, document: &Document, status: &Value) -> bool {
    let Reference { kind, namespace, name } = overlay;
    let resource = overlay_resource(*kind);
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(ctx.client.clone(), namespace, &resource),
        None => Api::all_with(ctx.client.clone(), &resource),
    };
    let patch = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "name": name,
            "resourceVersion": document.value.pointer("/metadata/resourceVersion")
        },
        "status": status
    });
    match api.patch_status(name, &PatchParams::apply(MANAGER).force(), &Patch::Apply(patch)).await {
        Ok(_) => true,
        // The cache is behind, or the overlay is gone: the next turn knows.
        Err(error) if is_conflict(&error) || is_missing(&error) => false,
        Err(error) => {
            tracing::warn!(overlay = name, error = words(&error), "cannot write an overlay's status");
            false
        }
    }
}
