//! How a container starts Locust: its command, arguments and environment, read as the kubelet, the kernel, the shell and
//! Locust read them.

pub(crate) mod command_line;
pub(crate) mod connection_option;
pub(crate) mod environment;
pub(crate) mod exec_limits;
pub(crate) mod expansion;
pub(crate) mod invocation;
pub(crate) mod launch;
mod locust_option;
pub(crate) mod locust_options;
mod program;
mod python_int;
mod script;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use command_line::locust_option;
pub(crate) use connection_option::ConnectionOption;
pub(crate) use expansion::{Part, Parts};
pub(crate) use locust_option::{Arity, LocustOption};
pub(crate) use python_int::python_int;
pub use settings::{LocustSettings, locust_settings};
