//! [`PerRole`]: one thing for each role of a load test.

use crate::role::Role;

/// One thing for the master and one for the workers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerRole<T> {
    /// The master's.
    pub master: T,
    /// The workers'.
    pub worker: T,
}

impl<T> PerRole<T> {
    /// That of a role.
    pub const fn get(&self, role: Role) -> &T {
        match role {
            Role::Master => &self.master,
            Role::Worker => &self.worker,
        }
    }

    /// Both with their roles, the master's first.
    pub fn iter(&self) -> std::array::IntoIter<(Role, &T), 2> {
        [(Role::Master, &self.master), (Role::Worker, &self.worker)].into_iter()
    }

    /// What a function makes of each, the master's first.
    pub fn map<U>(self, mut function: impl FnMut(Role, T) -> U) -> PerRole<U> {
        PerRole { master: function(Role::Master, self.master), worker: function(Role::Worker, self.worker) }
    }
}

impl<T> IntoIterator for PerRole<T> {
    type Item = (Role, T);
    type IntoIter = std::array::IntoIter<(Role, T), 2>;

    fn into_iter(self) -> Self::IntoIter {
        [(Role::Master, self.master), (Role::Worker, self.worker)].into_iter()
    }
}

impl<'a, T> IntoIterator for &'a PerRole<T> {
    type Item = (Role, &'a T);
    type IntoIter = std::array::IntoIter<(Role, &'a T), 2>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
