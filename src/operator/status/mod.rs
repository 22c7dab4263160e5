//! [`status`]: the status of a test, from everything that is known of it. Pure.

mod failure_field;
mod input_changes;
pub(crate) mod inputs;
pub(crate) mod pod_health;
mod run_conditions;
mod state;
mod template_conditions;
#[cfg(test)]
mod tests;
mod worker_counts;

use inputs::StatusInputs;
use serde_json::{Map, Value, json};
use state::TestState;
use worker_counts::WorkerCounts;

use super::{
    observed::conditions::{Conditions, timestamp},
    restarts::restarts,
};

/// The status of a test.
pub(crate) fn status(inputs: &StatusInputs<'_>) -> Value {
    let observed = inputs.observed;
    let before = observed.status();
    let found = state::assess(inputs);
    let workers = WorkerCounts::from_observed(observed);
    let mut fields = Map::new();
    fields.insert("phase".into(), found.state.phase().into());
    let missing = workers.connected < workers.expected;
    fields.insert("reason".into(), state::reason(&found, inputs, missing).into());
    fields.insert("observedGeneration".into(), observed.generation().into());
    fields.insert("expectedWorkers".into(), workers.expected.into());
    fields.insert("connectedWorkers".into(), workers.connected.into());
    times(inputs, found.state, &mut fields);
    let restarts = restarts(observed);
    if restarts.count > 0 {
        fields.insert("restarts".into(), json!(restarts));
    }
    if let Some(revision) = &observed.revision {
        fields.insert("revision".into(), revision.name.clone().into());
        fields.insert("templateHash".into(), revision.hash.clone().into());
        fields.insert("layers".into(), json!(revision.layers));
        if !revision.overlays.is_empty() {
            fields.insert("overlays".into(), json!(revision.overlays));
        }
    } else {
        for name in ["revision", "templateHash", "layers", "overlays"] {
            if let Some(value) = before.get(name) {
                fields.insert(name.into(), value.clone());
            }
        }
    }
    let mut conditions = Conditions::new(before, observed.generation(), inputs.now);
    if observed.has_ended() {
        for kind in ["Ready", "WorkersConnected", "TestCompleted", "PodsHealthy", "TemplatesApplied"] {
            conditions.keep(kind);
        }
    } else {
        run_conditions::ready(&found, &mut conditions);
        run_conditions::workers_connected(observed, &found, workers, &mut conditions);
        run_conditions::test_completed(observed, found.state, &mut conditions);
        run_conditions::pods_healthy(observed, &found, &mut conditions);
        template_conditions::applied(inputs, &found, &mut conditions);
    }
    run_conditions::restarted(observed, &restarts, &mut conditions);
    template_conditions::accepted(inputs, &mut conditions);
    template_conditions::pod_security(inputs, &mut conditions);
    template_conditions::up_to_date(inputs, &mut conditions);
    fields.insert("conditions".into(), conditions.into_list().into());
    Value::Object(fields)
}

fn times(inputs: &StatusInputs<'_>, state: TestState, fields: &mut Map<String, Value>) {
    let recorded = |name: &str| inputs.observed.status().get(name).cloned();
    // A test that is started anew has a new start.
    let start = recorded("startTime").filter(|_| inputs.observed.is_of_recorded_revision());
    if let Some(start) = start.or_else(|| (state.phase() != "Pending").then(|| timestamp(inputs.now).into()))
    {
        fields.insert("startTime".into(), start);
    }
    if state.is_end() {
        let ended = inputs.observed.ended_master().and_then(|master| master.ended).unwrap_or(inputs.now);
        fields.insert(
            "completionTime".into(),
            recorded("completionTime").unwrap_or_else(|| timestamp(ended).into()),
        );
    }
}
