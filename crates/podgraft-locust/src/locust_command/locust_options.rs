//! Locust's options: made by `conformance/locust/record.py` from the parser itself, never by hand.

use super::locust_option::{Arity, LocustOption};

/// The version of Locust whose parser this is.
#[cfg(test)]
pub(crate) const LOCUST_VERSION: &str = "2.47.0";

/// Every option of Locust's own parser, in its order.
///
/// # Source
/// Locust 2.47.0, `locust/argument_parser.py`, `get_parser` with `setup_parser_arguments`.
#[rustfmt::skip]
pub(crate) static OPTIONS: &[LocustOption] = &[
    LocustOption { strings: &["-h", "--help"], values: Arity::None, variable: None },
    LocustOption { strings: &["-f", "--locustfile"], values: Arity::One, variable: Some("LOCUST_LOCUSTFILE") },
    LocustOption { strings: &["--config"], values: Arity::One, variable: None },
    LocustOption { strings: &["-H", "--host"], values: Arity::One, variable: Some("LOCUST_HOST") },
    LocustOption { strings: &["-u", "--users"], values: Arity::One, variable: Some("LOCUST_USERS") },
    LocustOption { strings: &["-r", "--spawn-rate"], values: Arity::One, variable: Some("LOCUST_SPAWN_RATE") },
    LocustOption { strings: &["-t", "--run-time"], values: Arity::One, variable: Some("LOCUST_RUN_TIME") },
    LocustOption { strings: &["-l", "--list"], values: Arity::None, variable: None },
    LocustOption { strings: &["--config-users"], values: Arity::Many, variable: Some("LOCUST_CONFIG_USERS") },
    LocustOption { strings: &["--web-host"], values: Arity::One, variable: Some("LOCUST_WEB_HOST") },
    LocustOption { strings: &["--web-host-display-name"], values: Arity::One, variable: Some("LOCUST_WEB_HOST_DISPLAY_NAME") },
    LocustOption { strings: &["--web-port", "-P"], values: Arity::One, variable: Some("LOCUST_WEB_PORT") },
    LocustOption { strings: &["--headless"], values: Arity::None, variable: Some("LOCUST_HEADLESS") },
    LocustOption { strings: &["--autostart"], values: Arity::None, variable: Some("LOCUST_AUTOSTART") },
    LocustOption { strings: &["--autoquit"], values: Arity::One, variable: Some("LOCUST_AUTOQUIT") },
    LocustOption { strings: &["--headful"], values: Arity::None, variable: Some("LOCUST_HEADFUL") },
    LocustOption { strings: &["--web-auth"], values: Arity::One, variable: Some("LOCUST_WEB_AUTH") },
    LocustOption { strings: &["--web-login"], values: Arity::None, variable: Some("LOCUST_WEB_LOGIN") },
    LocustOption { strings: &["--tls-cert"], values: Arity::One, variable: Some("LOCUST_TLS_CERT") },
    LocustOption { strings: &["--tls-key"], values: Arity::One, variable: Some("LOCUST_TLS_KEY") },
    LocustOption { strings: &["--class-picker"], values: Arity::None, variable: Some("LOCUST_USERCLASS_PICKER") },
    LocustOption { strings: &["--build-path"], values: Arity::One, variable: Some("LOCUST_BUILD_PATH") },
    LocustOption { strings: &["--legacy-ui"], values: Arity::None, variable: Some("LOCUST_LEGACY_UI") },
    LocustOption { strings: &["--master"], values: Arity::None, variable: Some("LOCUST_MODE_MASTER") },
    LocustOption { strings: &["--master-bind-host"], values: Arity::One, variable: Some("LOCUST_MASTER_BIND_HOST") },
    LocustOption { strings: &["--master-bind-port"], values: Arity::One, variable: Some("LOCUST_MASTER_BIND_PORT") },
    LocustOption { strings: &["--expect-workers"], values: Arity::One, variable: Some("LOCUST_EXPECT_WORKERS") },
    LocustOption { strings: &["--expect-workers-max-wait"], values: Arity::One, variable: Some("LOCUST_EXPECT_WORKERS_MAX_WAIT") },
    LocustOption { strings: &["--enable-rebalancing"], values: Arity::None, variable: None },
    LocustOption { strings: &["--expect-slaves"], values: Arity::None, variable: None },
    LocustOption { strings: &["--worker"], values: Arity::None, variable: Some("LOCUST_MODE_WORKER") },
    LocustOption { strings: &["--processes"], values: Arity::One, variable: Some("LOCUST_PROCESSES") },
    LocustOption { strings: &["--slave"], values: Arity::None, variable: None },
    LocustOption { strings: &["--master-host"], values: Arity::One, variable: Some("LOCUST_MASTER_NODE_HOST") },
    LocustOption { strings: &["--master-port"], values: Arity::One, variable: Some("LOCUST_MASTER_NODE_PORT") },
    LocustOption { strings: &["--web-base-path"], values: Arity::One, variable: Some("LOCUST_WEB_BASE_PATH") },
    LocustOption { strings: &["-T", "--tags"], values: Arity::Many, variable: Some("LOCUST_TAGS") },
    LocustOption { strings: &["-E", "--exclude-tags"], values: Arity::Many, variable: Some("LOCUST_EXCLUDE_TAGS") },
    LocustOption { strings: &["--csv"], values: Arity::One, variable: Some("LOCUST_CSV") },
    LocustOption { strings: &["--csv-full-history"], values: Arity::None, variable: Some("LOCUST_CSV_FULL_HISTORY") },
    LocustOption { strings: &["--print-stats"], values: Arity::None, variable: Some("LOCUST_PRINT_STATS") },
    LocustOption { strings: &["--only-summary"], values: Arity::None, variable: Some("LOCUST_ONLY_SUMMARY") },
    LocustOption { strings: &["--reset-stats"], values: Arity::None, variable: Some("LOCUST_RESET_STATS") },
    LocustOption { strings: &["--html"], values: Arity::One, variable: Some("LOCUST_HTML") },
    LocustOption { strings: &["--json"], values: Arity::None, variable: None },
    LocustOption { strings: &["--json-file"], values: Arity::One, variable: None },
    LocustOption { strings: &["--skip-log-setup"], values: Arity::None, variable: Some("LOCUST_SKIP_LOG_SETUP") },
    LocustOption { strings: &["--loglevel", "-L"], values: Arity::One, variable: Some("LOCUST_LOGLEVEL") },
    LocustOption { strings: &["--logfile"], values: Arity::One, variable: Some("LOCUST_LOGFILE") },
    LocustOption { strings: &["--show-task-ratio"], values: Arity::None, variable: None },
    LocustOption { strings: &["--show-task-ratio-json"], values: Arity::None, variable: None },
    LocustOption { strings: &["--version", "-V"], values: Arity::None, variable: None },
    LocustOption { strings: &["--exit-code-on-error"], values: Arity::One, variable: Some("LOCUST_EXIT_CODE_ON_ERROR") },
    LocustOption { strings: &["-s", "--stop-timeout"], values: Arity::One, variable: Some("LOCUST_STOP_TIMEOUT") },
    LocustOption { strings: &["--equal-weights"], values: Arity::None, variable: None },
    LocustOption { strings: &["--profile"], values: Arity::One, variable: None },
    LocustOption { strings: &["--otel"], values: Arity::None, variable: Some("LOCUST_ENABLE_OPENTELEMETRY") },
];
