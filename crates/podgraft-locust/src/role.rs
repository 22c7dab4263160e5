//! [`Role`]: the two kinds of pod that a load test has.

use std::fmt;

use podgraft_pod::pod_role::PodRole;

/// Which of the two pods of a load test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The one pod that hands out work and collects the results.
    Master,
    /// The pods that make the load.
    Worker,
}

impl Role {
    /// Both roles, in the order in which their Jobs are printed and created.
    pub const ALL: [Self; 2] = [Self::Master, Self::Worker];

    /// `master` or `worker`, as in names, labels and flags.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Worker => "worker",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Role> for PodRole {
    fn from(role: Role) -> Self {
        Self::named(role.as_str())
    }
}
