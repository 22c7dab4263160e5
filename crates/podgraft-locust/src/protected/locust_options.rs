//! Locust's options: made by `conformance/locust/record.py` from the parser itself, never by hand.

use super::options::{LocustOption, Values};

/// The version of Locust whose parser this is.
#[cfg(test)]
pub(super) const LOCUST_VERSION: &str = "2.47.0";

/// Every option of Locust's own parser, in its order.
///
/// # Source
/// Locust 2.47.0, `locust/argument_parser.py`, `get_parser` with `setup_parser_arguments`.
#[rustfmt::skip]
pub(super) static OPTIONS: &[LocustOption] = &[
    LocustOption { strings: &["-h", "--help"], values: Values::None, variable: None },
    LocustOption { strings: &["-f", "--locustfile"], values: Values::One, variable: Some("LOCUST_LOCUSTFILE") },
    LocustOption { strings: &["--config"], values: Values::One, variable: None },
    LocustOption { strings: &["-H", "--host"], values: Values::One, variable: Some("LOCUST_HOST") },
    LocustOption { strings: &["-u", "--users"], values: Values::One, variable: Some("LOCUST_USERS") },
    LocustOption { strings: &["-r", "--spawn-rate"], values: Values::One, variable: Some("LOCUST_SPAWN_RATE") },
    LocustOption { strings: &["-t", "--run-time"], values: Values::One, variable: Some("LOCUST_RUN_TIME") },
    LocustOption { strings: &["-l", "--list"], values: Values::None, variable: None },
    LocustOption { strings: &["--config-users"], values: Values::Many, variable: Some("LOCUST_CONFIG_USERS") },
    LocustOption { strings: &["--web-host"], values: Values::One, variable: Some("LOCUST_WEB_HOST") },
    LocustOption { strings: &["--web-host-display-name"], values: Values::One, variable: Some("LOCUST_WEB_HOST_DISPLAY_NAME") },
    LocustOption { strings: &["--web-port", "-P"], values: Values::One, variable: Some("LOCUST_WEB_PORT") },
    LocustOption { strings: &["--headless"], values: Values::None, variable: Some("LOCUST_HEADLESS") },
    LocustOption { strings: &["--autostart"], values: Values::None, variable: Some("LOCUST_AUTOSTART") },
    LocustOption { strings: &["--autoquit"], values: Values::One, variable: Some("LOCUST_AUTOQUIT") },
    LocustOption { strings: &["--headful"], values: Values::None, variable: Some("LOCUST_HEADFUL") },
    LocustOption { strings: &["--web-auth"], values: Values::One, variable: Some("LOCUST_WEB_AUTH") },
    LocustOption { strings: &["--web-login"], values: Values::None, variable: Some("LOCUST_WEB_LOGIN") },
    LocustOption { strings: &["--tls-cert"], values: Values::One, variable: Some("LOCUST_TLS_CERT") },
    LocustOption { strings: &["--tls-key"], values: Values::One, variable: Some("LOCUST_TLS_KEY") },
    LocustOption { strings: &["--class-picker"], values: Values::None, variable: Some("LOCUST_USERCLASS_PICKER") },
    LocustOption { strings: &["--build-path"], values: Values::One, variable: Some("LOCUST_BUILD_PATH") },
    LocustOption { strings: &["--legacy-ui"], values: Values::None, variable: Some("LOCUST_LEGACY_UI") },
    LocustOption { strings: &["--master"], values: Values::None, variable: Some("LOCUST_MODE_MASTER") },
    LocustOption { strings: &["--master-bind-host"], values: Values::One, variable: Some("LOCUST_MASTER_BIND_HOST") },
    LocustOption { strings: &["--master-bind-port"], values: Values::One, variable: Some("LOCUST_MASTER_BIND_PORT") },
    LocustOption { strings: &["--expect-workers"], values: Values::One, variable: Some("LOCUST_EXPECT_WORKERS") },
    LocustOption { strings: &["--expect-workers-max-wait"], values: Values::One, variable: Some("LOCUST_EXPECT_WORKERS_MAX_WAIT") },
    LocustOption { strings: &["--enable-rebalancing"], values: Values::None, variable: None },
    LocustOption { strings: &["--expect-slaves"], values: Values::None, variable: None },
    LocustOption { strings: &["--worker"], values: Values::None, variable: Some("LOCUST_MODE_WORKER") },
    LocustOption { strings: &["--processes"], values: Values::One, variable: Some("LOCUST_PROCESSES") },
    LocustOption { strings: &["--slave"], values: Values::None, variable: None },
    LocustOption { strings: &["--master-host"], values: Values::One, variable: Some("LOCUST_MASTER_NODE_HOST") },
    LocustOption { strings: &["--master-port"], values: Values::One, variable: Some("LOCUST_MASTER_NODE_PORT") },
    LocustOption { strings: &["--web-base-path"], values: Values::One, variable: Some("LOCUST_WEB_BASE_PATH") },
    LocustOption { strings: &["-T", "--tags"], values: Values::Many, variable: Some("LOCUST_TAGS") },
    LocustOption { strings: &["-E", "--exclude-tags"], values: Values::Many, variable: Some("LOCUST_EXCLUDE_TAGS") },
    LocustOption { strings: &["--csv"], values: Values::One, variable: Some("LOCUST_CSV") },
    LocustOption { strings: &["--csv-full-history"], values: Values::None, variable: Some("LOCUST_CSV_FULL_HISTORY") },
    LocustOption { strings: &["--print-stats"], values: Values::None, variable: Some("LOCUST_PRINT_STATS") },
    LocustOption { strings: &["--only-summary"], values: Values::None, variable: Some("LOCUST_ONLY_SUMMARY") },
    LocustOption { strings: &["--reset-stats"], values: Values::None, variable: Some("LOCUST_RESET_STATS") },
    LocustOption { strings: &["--html"], values: Values::One, variable: Some("LOCUST_HTML") },
    LocustOption { strings: &["--json"], values: Values::None, variable: None },
    LocustOption { strings: &["--json-file"], values: Values::One, variable: None },
    LocustOption { strings: &["--skip-log-setup"], values: Values::None, variable: Some("LOCUST_SKIP_LOG_SETUP") },
    LocustOption { strings: &["--loglevel", "-L"], values: Values::One, variable: Some("LOCUST_LOGLEVEL") },
    LocustOption { strings: &["--logfile"], values: Values::One, variable: Some("LOCUST_LOGFILE") },
    LocustOption { strings: &["--show-task-ratio"], values: Values::None, variable: None },
    LocustOption { strings: &["--show-task-ratio-json"], values: Values::None, variable: None },
    LocustOption { strings: &["--version", "-V"], values: Values::None, variable: None },
    LocustOption { strings: &["--exit-code-on-error"], values: Values::One, variable: Some("LOCUST_EXIT_CODE_ON_ERROR") },
    LocustOption { strings: &["-s", "--stop-timeout"], values: Values::One, variable: Some("LOCUST_STOP_TIMEOUT") },
    LocustOption { strings: &["--equal-weights"], values: Values::None, variable: None },
    LocustOption { strings: &["--profile"], values: Values::One, variable: None },
    LocustOption { strings: &["--otel"], values: Values::None, variable: Some("LOCUST_ENABLE_OPENTELEMETRY") },
];
