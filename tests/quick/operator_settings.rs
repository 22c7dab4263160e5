//! The operator's settings from environment variables, by the rule and by the public operator's names.

use std::process::{Command, Output};

use podgraft_testkit::files::text;

use crate::support::PODGRAFT;

/// Runs the operator without a cluster, so that it ends when it has read its settings.
fn operator(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PODGRAFT);
    command.env_clear().env("KUBECONFIG", "/nonexistent/kubeconfig");
    command.envs(variables.iter().copied()).arg("operator").args(arguments).output().unwrap()
}

#[test]
fn every_flag_is_a_variable_too() {
    let help = operator(&["--help"], &[]);
    let help = text(&help.stdout);
    let options = help.split("\nOptions:\n").nth(1).unwrap();
    let mut seen = 0;
    // A flag is indented less than what is said of it.
    let options = options.replace("\n  -h, --", "\n      --").replace("  -n, --", "\n      --");
    for option in options.split("\n      --").skip(1) {
        let flag = option.split([' ', '.', '\n']).next().unwrap();
        if flag == "help" || flag == "version" {
            continue;
        }
        let variable = format!("[env: PODGRAFT_{}=", flag.replace('-', "_").to_uppercase());
        assert!(option.contains(&variable), "{option}");
        seen += 1;
    }
    assert!(seen >= 12, "{help}");
}

#[test]
fn a_variable_is_read_as_its_flag_and_loses_to_it() {
    let wrong = operator(&[], &[("PODGRAFT_CONCURRENCY", "many")]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("'many' for '--concurrency <NUMBER>'"), "{}", text(&wrong.stderr));
    let settings = [
        ("PODGRAFT_CONCURRENCY", "many"),
        ("PODGRAFT_DRY_RUN", ""),
        ("PODGRAFT_LEADER_ELECT", "true"),
        ("PODGRAFT_NAMESPACE", "team-a,team-b"),
        ("PODGRAFT_HEALTH_PROBE_BIND_ADDRESS", "0"),
    ];
    let fine = operator(&["--concurrency", "4"], &settings);
    // It gets as far as to its kubeconfig.
    assert!(text(&fine.stderr).contains("kubeconfig"), "{}", text(&fine.stderr));
    let config = operator(&[], &[("PODGRAFT_CONFIG", "/nonexistent/config.yaml")]);
    assert!(text(&config.stderr).contains("/nonexistent/config.yaml"), "{}", text(&config.stderr));
}

#[test]
fn variables_of_the_public_operator_count_or_are_refused_with_what_to_do() {
    let refused = |variable: (&str, &str), words: &str| {
        let output = operator(&[], &[variable]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    };
    refused(("POD_CPU_LIMIT", "much"), ".locustPods.resources.limits.cpu");
    refused(("JOB_TTL_SECONDS_AFTER_FINISHED", "soon"), "JOB_TTL_SECONDS_AFTER_FINISHED as a whole number");
    refused(("KAFKA_PASSWORD", "secret"), "name a Secret in kafka.credentials");
    let fine =
        operator(&[], &[("POD_CPU_LIMIT", "2"), ("METRICS_EXPORTER_PORT", ""), ("ENABLE_WEBHOOKS", "false")]);
    assert!(text(&fine.stderr).contains("kubeconfig"), "{}", text(&fine.stderr));
}
