//! [`ConnectionOption`]: the options by which master and workers find each other.

use super::locust_options::OPTIONS;

/// An option that decides whether master and workers find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionOption {
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
    /// `--processes`: how often Locust forks.
    Processes,
    /// `--config`: a file with more options, which nobody sees here.
    Config,
}

impl ConnectionOption {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Master,
        Self::Worker,
        Self::MasterHost,
        Self::MasterPort,
        Self::BindHost,
        Self::BindPort,
        Self::ExpectWorkers,
        Self::Processes,
        Self::Config,
    ];

    /// The option as it is written in full.
    pub(crate) const fn flag(self) -> &'static str {
        match self {
            Self::Master => "--master",
            Self::Worker => "--worker",
            Self::MasterHost => "--master-host",
            Self::MasterPort => "--master-port",
            Self::BindHost => "--master-bind-host",
            Self::BindPort => "--master-bind-port",
            Self::ExpectWorkers => "--expect-workers",
            Self::Processes => "--processes",
            Self::Config => "--config",
        }
    }

    /// Whether the operator writes the option for its pods, so that nobody may remove it.
    pub(crate) const fn is_the_operators(self) -> bool {
        match self {
            Self::Master | Self::Worker | Self::MasterHost | Self::MasterPort | Self::ExpectWorkers => true,
            Self::BindHost | Self::BindPort | Self::Processes | Self::Config => false,
        }
    }

    /// The option with this full spelling.
    pub(crate) fn named(flag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|option| option.flag() == flag)
    }

    /// Whether a value follows the option.
    pub(crate) const fn takes_value(self) -> bool {
        !matches!(self, Self::Master | Self::Worker)
    }

    /// The variable that Locust reads where the line does not have the option.
    pub(crate) fn variable(self) -> Option<&'static str> {
        OPTIONS.iter().find(|option| option.strings.contains(&self.flag()))?.variable
    }
}
