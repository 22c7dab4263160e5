//! [`LocustSettings`]: what the Locust of a container reads from its command, arguments and environment.

use serde_json::Value;

use super::{
    connection_option::ConnectionOption, environment::flag_value, expansion::Expanded,
    invocation::Invocation, python_int,
};
use crate::ports::MASTER_PORT;
use podgraft_pod::cursor::Cursor;

/// What Locust would read. `None` is what cannot be known from the container: it comes from somewhere else, or
/// Locust refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocustSettings {
    /// `--master`.
    pub master: Option<bool>,
    /// `--worker`.
    pub worker: Option<bool>,
    /// `--master-host`.
    pub master_host: Option<String>,
    /// `--master-port`.
    pub master_port: Option<i64>,
    /// `--master-bind-host`.
    pub master_bind_host: Option<String>,
    /// `--master-bind-port`.
    pub master_bind_port: Option<i64>,
    /// `--expect-workers`.
    pub expect_workers: Option<i64>,
    /// `--processes`; 0, which says nothing, where it is not given.
    pub processes: Option<i64>,
}

/// Reads a container as the kubelet, the kernel and Locust do: references to variables, the words of the command,
/// and options in full, abbreviated, or by variables.
///
/// `None` for a container that Linux could not start, or a line on which an option of these is ambiguous or lacks
/// its value.
///
/// # Source
/// Locust 2.47.0, `locust/argument_parser.py`, with `ConfigArgParse` 1.9.0 and Python 3.11's `argparse`.
#[must_use]
pub fn locust_settings(container: &Value) -> Option<LocustSettings> {
    let invocation = Invocation::read(&Cursor::root(container))?;
    invocation.line.troubles.is_empty().then(|| invocation.settings())
}

impl Invocation {
    fn settings(&self) -> LocustSettings {
        LocustSettings {
            master: self.flag(ConnectionOption::Master),
            worker: self.flag(ConnectionOption::Worker),
            master_host: self.text(ConnectionOption::MasterHost, "127.0.0.1"),
            master_port: self.number(ConnectionOption::MasterPort, MASTER_PORT.into()),
            master_bind_host: self.text(ConnectionOption::BindHost, "*"),
            master_bind_port: self.number(ConnectionOption::BindPort, MASTER_PORT.into()),
            expect_workers: self.number(ConnectionOption::ExpectWorkers, 1),
            processes: self.number(ConnectionOption::Processes, 0),
        }
    }

    /// Whether a flag is given. What its variable says counts where the line is silent.
    fn flag(&self, option: ConnectionOption) -> Option<bool> {
        if self.line.last(option).is_some() {
            return Some(true);
        }
        match option.variable().and_then(|variable| self.environment.get(variable)) {
            Some((value, _)) => value.known().and_then(flag_value),
            None => Some(false),
        }
    }

    fn text(&self, option: ConnectionOption, default: &str) -> Option<String> {
        match self.line.last(option) {
            Some(given) => given.value.as_ref().and_then(Expanded::known).map(str::to_owned),
            None => Some(default.to_owned()),
        }
    }

    /// The number that an option has.
    pub(crate) fn number(&self, option: ConnectionOption, default: i64) -> Option<i64> {
        match self.line.last(option) {
            Some(given) => given.value.as_ref().and_then(Expanded::known).and_then(python_int),
            None => Some(default),
        }
    }
}
