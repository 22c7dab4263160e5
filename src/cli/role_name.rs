//! [`RoleName`]: `--role`.

use clap::ValueEnum;
use podgraft_locust::role::Role;

/// A role, as it is named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleName {
    Master,
    Worker,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Master => Self::Master,
            RoleName::Worker => Self::Worker,
        }
    }
}
