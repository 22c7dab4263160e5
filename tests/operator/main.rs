//! The operator on a real control plane: etcd, kube-apiserver, kube-controller-manager and kubectl of the
//! tested release. Only the kubelet and the scheduler are missing: `podgraft_testkit::pod_life` moves pods.
#![cfg(test)]

mod authorization;
mod chaos;
mod cluster_inputs;
mod command_line;
mod conversion;
mod ends;
mod examples;
mod lifecycle;
mod namespaced;
mod nesting;
mod overlays;
mod ownership;
mod pod_security;
mod pods;
mod privacy;
mod protected;
mod requests;
mod restarts;
mod scale;
mod scenario;
mod services;
#[path = "../support/mod.rs"]
mod support;
mod suspend;
mod takeover;
mod telemetry;
mod updates;
mod webhook;
mod webhook_certificates;
mod webhook_connections;
mod webhook_load;
mod webhook_serving;
mod webhook_verdicts;
mod words;

use std::sync::{Mutex, MutexGuard, PoisonError};

use podgraft_testkit::{cluster::Cluster, operator_process::OperatorProcess};
use scenario::{Scenario, scenario};
use support::PODGRAFT;

/// Everything that one operator on one cluster can show.
const SCENARIOS: &[Scenario] = &[
    scenario!(lifecycle::everything_is_created_and_owned),
    scenario!(lifecycle::environment_and_volumes_arrive),
    scenario!(lifecycle::open_telemetry_replaces_the_exporter),
    scenario!(lifecycle::labels_annotations_and_pull_secrets_arrive),
    scenario!(lifecycle::one_worker_and_five_hundred),
    scenario!(lifecycle::the_schema_refuses_what_it_can),
    scenario!(lifecycle::the_same_name_in_two_namespaces),
    scenario!(lifecycle::created_deleted_and_created_at_once),
    scenario!(lifecycle::deleting_leaves_nothing),
    scenario!(services::both_services_are_made_frozen_and_made_again),
    scenario!(services::a_web_service_comes_and_goes_with_the_spec),
    scenario!(services::a_web_service_that_cannot_be_is_told),
    scenario!(ends::a_test_succeeds),
    scenario!(ends::a_test_fails_with_the_reason),
    scenario!(ends::a_short_ttl_runs_nothing_again),
    scenario!(ends::a_suspended_test_waits),
    scenario!(ends::a_finished_predecessor_says_nothing),
    scenario!(ends::a_stopped_master_has_not_ended),
    scenario!(restarts::a_deleted_job_is_told_every_time),
    scenario!(restarts::a_new_run_is_no_restart),
    scenario!(restarts::another_note_is_another_event),
    scenario!(suspend::a_change_of_suspend_is_applied_once),
    scenario!(suspend::what_a_queue_sets_is_no_difference),
    scenario!(updates::what_is_deleted_is_rebuilt_as_it_was),
    scenario!(updates::a_change_is_ignored_and_shown),
    scenario!(updates::recreate_never_has_two_masters),
    scenario!(updates::a_refused_change_changes_nothing),
    scenario!(updates::what_is_lost_with_its_revision_is_not_run_again),
    scenario!(pods::unschedulable_then_scheduled),
    scenario!(pods::an_image_error_names_the_field_and_recovers),
    scenario!(pods::a_missing_secret_is_told),
    scenario!(pods::quota_and_pod_security_are_told_before_anything_is_created),
    scenario!(pods::a_missing_service_account_is_told_and_awaited),
    scenario!(pods::creation_failures_later_are_told_too),
    scenario!(pods::a_quota_that_is_full_later_is_told_in_time),
    scenario!(ownership::a_foreign_object_is_never_adopted),
    scenario!(ownership::names_that_clash_are_told),
    scenario!(ownership::a_taken_revision_is_gone_round),
    scenario!(ownership::an_orphaned_master_is_never_doubled),
    scenario!(ownership::the_public_finalizer_goes),
    scenario!(ownership::a_test_of_the_public_operator_is_left_alone),
    scenario!(protected::every_door_is_closed),
    scenario!(protected::a_lost_null_is_told),
    scenario!(pod_security::what_the_namespace_would_refuse_is_told_before),
    scenario!(overlays::a_test_starts_with_its_overlays_and_keeps_them),
    scenario!(overlays::what_is_published_just_before_counts),
    scenario!(requests::what_is_published_before_counts_under_load),
    scenario!(overlays::an_opted_in_overlay_is_awaited),
    scenario!(overlays::overlays_that_disagree_are_told),
    scenario!(overlays::an_unreadable_overlay_has_an_event),
    scenario!(overlays::what_an_overlay_aims_at_in_vain_is_told),
    scenario!(overlays::an_overlay_that_cannot_be_read_is_told),
    scenario!(words::what_is_too_large_is_told_before_anything_is_made),
    scenario!(command_line::render_diff_and_validate_read_the_cluster),
    scenario!(cluster_inputs::overlays_and_labels_of_the_cluster_count),
    scenario!(cluster_inputs::files_replace_or_add_to_what_the_cluster_has),
    scenario!(cluster_inputs::a_right_that_lacks_is_named),
    scenario!(webhook::a_wrong_test_is_refused_in_the_words_of_render),
    scenario!(webhook::what_is_stored_may_go_and_change_its_metadata),
    scenario!(webhook::an_overlay_is_judged_and_what_it_breaks_is_named),
    scenario!(webhook::what_was_just_made_is_not_missing),
    scenario!(webhook_serving::a_certificate_in_a_folder_is_read_again),
    scenario!(webhook_certificates::two_replicas_agree_heal_and_rotate_under_load),
    scenario!(privacy::values_of_variables_stay_where_they_are_written),
    scenario!(authorization::rights_decide_by_every_way),
    scenario!(authorization::who_changes_a_test_answers_for_what_is_new),
    scenario!(authorization::an_author_without_rights_gets_nothing),
    scenario!(examples::every_example_is_stored_as_it_is_rendered),
];

/// One cluster at a time: two would only wait for each other.
static TURN: Mutex<()> = Mutex::new(());

/// A cluster, when it is this test's turn.
fn cluster() -> (MutexGuard<'static, ()>, Cluster) {
    (turn(), Cluster::start(PODGRAFT))
}

/// Waits for this test's turn.
fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn scenarios() {
    let (_turn, cluster) = cluster();
    let operator = OperatorProcess::of(&cluster);
    scenario::run(&cluster, SCENARIOS);
    scenario::answers(&operator);
    drop(operator);
}
