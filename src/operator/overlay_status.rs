//! Keeps the overlays' own statuses up to date.

use std::{collections::BTreeMap, time::Duration};

use k8s_openapi::{api::core::v1::ObjectReference, jiff::Timestamp};
use kube::runtime::events::EventType;
use serde_json::{Value, json};

use super::{
    api::{
        error::{is_conflict, is_missing},
        error_message::error_message,
        write::write_overlay_status,
    },
    observed::conditions::{Conditions, condition},
    overlay_usage::UsageTotals,
    reconcile::context::Context,
};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::{
    manifest::Document,
    overlay::{OverlayId, Overlays},
    redaction::EnvValues,
};

/// How often the overlays' statuses are brought up to date.
const EVERY: Duration = Duration::from_secs(2);
/// How many messages a condition shows.
const SHOWN: usize = 5;

/// Keeps the statuses of all overlays up to date, once the tests are known.
pub(crate) async fn keep_up_to_date(ctx: &Context) {
    let mut written: BTreeMap<OverlayId, Value> = BTreeMap::new();
    let mut are_known = false;
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(overlays) = ctx.overlay_store.overlays() else { continue };
        // After a start, overlays would seem to have lost their tests.
        are_known |= ctx.overlay_usage.retain(&ctx.metrics.uids());
        if !are_known {
            continue;
        }
        let totals = ctx.overlay_usage.totals();
        for (name, document, diagnostics) in with_diagnostics(&overlays) {
            let usage = totals.get(&name).cloned().unwrap_or_default();
            let status = status(document, &diagnostics, &usage);
            if written.get(&name) == Some(&status) || document.value.get("status") == Some(&status) {
                continue;
            }
            if write(ctx, &name, document, &status).await {
                write_event(ctx, &name, document, &status).await;
                written.insert(name, status);
            }
        }
    }
}

/// Every overlay, with its diagnostics.
fn with_diagnostics(overlays: &Overlays) -> Vec<(OverlayId, &Document, Vec<Diagnostic>)> {
    let readable = overlays.readable().map(|overlay| (overlay.reference(), overlay.document(), Vec::new()));
    let unreadable = overlays
        .unreadable()
        .map(|overlay| (overlay.reference(), overlay.document(), overlay.diagnostics.clone()));
    readable.chain(unreadable).collect()
}

fn status(document: &Document, diagnostics: &[Diagnostic], usage: &UsageTotals) -> Value {
    let nothing = Value::Null;
    let before = document.value.get("status").unwrap_or(&nothing);
    let generation =
        document.value.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or_default();
    let mut conditions = Conditions::new(before, generation, Timestamp::now());
    // More people read a status than an overlay.
    let env_values =
        if diagnostics.is_empty() { EnvValues::default() } else { EnvValues::of([&document.value]) };
    let redacted = |one: &Diagnostic| env_values.redact(&one.message).into_owned();
    let messages: Vec<String> = diagnostics.iter().map(redacted).collect();
    if messages.is_empty() {
        conditions.set("Accepted", true, "Accepted", "nothing is wrong with the overlay");
    } else {
        conditions.set("Accepted", false, "Refused", &first_few(&messages));
    }
    if usage.conflicts.is_empty() {
        conditions.set(
            "Conflicted",
            false,
            "NoConflict",
            "no other overlay of its band and priority disagrees",
        );
    } else {
        conditions.set("Conflicted", true, "OverlaysDisagree", &first_few(&usage.conflicts));
    }
    if usage.missing.is_empty() {
        conditions.set("TargetsFound", true, "TargetsFound", "everything that it changes is there");
    } else {
        conditions.set("TargetsFound", false, "TargetsMissing", &first_few(&usage.missing));
    }
    json!({
        "observedGeneration": generation,
        "matchedTests": usage.tests,
        "conditions": conditions.into_list()
    })
}

/// The first few messages, and how many more there are.
fn first_few(messages: &[String]) -> String {
    let more = messages.len().saturating_sub(SHOWN);
    let shown = messages.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{shown}; and {more} more") } else { shown }
}

/// Writes an event where an overlay has just become one that cannot be read: tests may wait for it to be mended.
async fn write_event(ctx: &Context, overlay: &OverlayId, document: &Document, status: &Value) {
    let refusal = |status: &Value| {
        let accepted = condition(status, "Accepted").filter(|accepted| accepted["status"] == "False");
        accepted.and_then(|accepted| accepted["message"].as_str().map(str::to_owned))
    };
    let before = document.value.get("status").and_then(refusal);
    let Some(message) = refusal(status).filter(|message| before.as_ref() != Some(message)) else { return };
    let field = |pointer: &str| document.value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let object = ObjectReference {
        api_version: field("/apiVersion"),
        kind: Some(overlay.kind.to_string()),
        name: Some(overlay.name.clone()),
        namespace: overlay.namespace.clone(),
        uid: field("/metadata/uid"),
        ..ObjectReference::default()
    };
    let note = format!("tests that it may be for do not start until it is corrected: {message}");
    ctx.events.write(&object, EventType::Warning, "OverlayRefused", &note).await;
}

/// Writes a status; whether it is written.
async fn write(ctx: &Context, overlay: &OverlayId, document: &Document, status: &Value) -> bool {
    let version = document.value.pointer("/metadata/resourceVersion");
    match write_overlay_status(&ctx.client, overlay, version, status).await {
        Ok(()) => true,
        // The cache is behind, or the overlay is gone: the next turn knows.
        Err(error) if is_conflict(&error) || is_missing(&error) => false,
        Err(error) => {
            tracing::warn!(
                overlay = overlay.name,
                error = error_message(&error),
                "cannot write an overlay's status"
            );
            false
        }
    }
}
