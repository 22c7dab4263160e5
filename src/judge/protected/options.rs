//! The options of Locust's command line: what an abbreviation may mean, and what takes a value.

/// The version of Locust whose parser is listed here; `conformance/locust` records it anew.
#[cfg(test)]
pub(super) const LOCUST_VERSION: &str = "2.47.0";

/// Every option string of Locust's own parser.
///
/// # Source
/// Locust 2.47.0, `locust/argument_parser.py`, `get_parser` (with `setup_parser_arguments`), its
/// `option_strings` in order. Locustfiles and plugins may add more.
pub(super) static OPTIONS: &[&str] = &[
    "-h",
    "--help",
    "-f",
    "--locustfile",
    "--config",
    "-H",
    "--host",
    "-u",
    "--users",
    "-r",
    "--spawn-rate",
    "-t",
    "--run-time",
    "-l",
    "--list",
    "--config-users",
    "--web-host",
    "--web-host-display-name",
    "--web-port",
    "-P",
    "--headless",
    "--autostart",
    "--autoquit",
    "--headful",
    "--web-auth",
    "--web-login",
    "--tls-cert",
    "--tls-key",
    "--class-picker",
    "--build-path",
    "--legacy-ui",
    "--master",
    "--master-bind-host",
    "--master-bind-port",
    "--expect-workers",
    "--expect-workers-max-wait",
    "--enable-rebalancing",
    "--expect-slaves",
    "--worker",
    "--processes",
    "--slave",
    "--master-host",
    "--master-port",
    "--web-base-path",
    "-T",
    "--tags",
    "-E",
    "--exclude-tags",
    "--csv",
    "--csv-full-history",
    "--print-stats",
    "--only-summary",
    "--reset-stats",
    "--html",
    "--json",
    "--json-file",
    "--skip-log-setup",
    "--loglevel",
    "-L",
    "--logfile",
    "--show-task-ratio",
    "--show-task-ratio-json",
    "--version",
    "-V",
    "--exit-code-on-error",
    "-s",
    "--stop-timeout",
    "--equal-weights",
    "--profile",
    "--otel",
];

/// An option that decides whether master and workers find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wiring {
    /// `--master`: be the master.
    Master,
    /// `--worker`: be a worker.
    Worker,
    /// `--master-host`: where a worker looks for its master.
    MasterHost,
    /// `--master-port`: the port at which it does.
    MasterPort,
    /// `--master-bind-host`: the address on which the master listens.
    BindHost,
    /// `--master-bind-port`: the port on which it does.
    BindPort,
    /// `--expect-workers`: how many workers the master waits for.
    ExpectWorkers,
    /// `--config`: a file with more options, which nobody sees here.
    Config,
}

impl Wiring {
    /// All of them.
    pub(super) const ALL: [Self; 8] = [
        Self::Master,
        Self::Worker,
        Self::MasterHost,
        Self::MasterPort,
        Self::BindHost,
        Self::BindPort,
        Self::ExpectWorkers,
        Self::Config,
    ];

    /// The option as it is written in full.
    pub(super) const fn flag(self) -> &'static str {
        match self {
            Self::Master => "--master",
            Self::Worker => "--worker",
            Self::MasterHost => "--master-host",
            Self::MasterPort => "--master-port",
            Self::BindHost => "--master-bind-host",
            Self::BindPort => "--master-bind-port",
            Self::ExpectWorkers => "--expect-workers",
            Self::Config => "--config",
        }
    }

    /// The option with this full spelling.
    pub(super) fn named(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.flag() == flag)
    }

    /// Whether a value follows the option.
    pub(super) const fn takes_value(self) -> bool {
        !matches!(self, Self::Master | Self::Worker)
    }
}
