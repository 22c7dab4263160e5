//! [`PodPrivilege`]: what of a pod reaches beyond the pod, so that a cluster may leave it to some of its users.
//!
//! An operator makes pods with its own rights, whoever wrote the object that they come from. So the author is asked for
//! what he added of these ([`authored_privileges`]), as the API server would ask for a verb on a resource.

mod authored;
mod find;

use podgraft_merge::path::FieldPath;

pub use authored::{AuthoredPrivilege, authored_privileges};
pub use find::privileges;

/// The API group of the resource that stands for privileges.
pub const PRIVILEGE_GROUP: &str = "locust.io";
/// The resource that stands for privileges. Nothing is stored as one: RBAC alone knows it.
pub const PRIVILEGE_RESOURCE: &str = "podprivileges";

/// Something by which a pod reaches beyond itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PodPrivilege {
    /// `hostNetwork`, `hostPID`, `hostIPC`.
    HostNamespaces,
    /// Volumes of the node: `hostPath`.
    HostPaths,
    /// `privileged` containers, and those of Windows that are processes of the host.
    Privileged,
    /// `capabilities.add`.
    Capabilities,
    /// Another service account than `default`.
    ServiceAccounts,
    /// `nodeName`, which passes the scheduler by.
    NodeNames,
    /// Tolerations of the taints of control planes, and of every taint.
    ControlPlanes,
    /// `priorityClassName`.
    PriorityClasses,
}

impl PodPrivilege {
    /// All, as they are documented.
    pub const ALL: [Self; 8] = [
        Self::HostNamespaces,
        Self::HostPaths,
        Self::Privileged,
        Self::Capabilities,
        Self::ServiceAccounts,
        Self::NodeNames,
        Self::ControlPlanes,
        Self::PriorityClasses,
    ];

    /// The verb on [`PRIVILEGE_RESOURCE`] that allows it.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::HostNamespaces => "use-host-namespaces",
            Self::HostPaths => "use-host-paths",
            Self::Privileged => "use-privileged",
            Self::Capabilities => "add-capabilities",
            Self::ServiceAccounts => "use-service-accounts",
            Self::NodeNames => "use-node-names",
            Self::ControlPlanes => "tolerate-control-planes",
            Self::PriorityClasses => "use-priority-classes",
        }
    }
}

/// One place of a pod that has a privilege.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivilegeUse {
    /// Which one.
    pub privilege: PodPrivilege,
    /// Which of several RBAC can allow apart, by `resourceNames`: the field of a namespace, a path of the node, a
    /// capability, an account, a node, a class. Empty where there is only one.
    pub name: String,
    /// The field that has it.
    pub path: FieldPath,
}
