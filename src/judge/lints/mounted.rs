//! [`Mounted`]: which container mounts a volume, and how.

use crate::judge::at::At;

/// A mount of a volume, and the container that has it.
pub(super) struct Mounted<'a> {
    /// The container, or init container.
    pub(super) container: At<'a>,
    /// The mount.
    pub(super) mount: At<'a>,
}

impl Mounted<'_> {
    /// Whether the container may write to it.
    pub(super) fn is_writable(&self) -> bool {
        !self.mount.is_true("readOnly")
    }
}

/// All containers of a pod, init containers last.
pub(super) fn containers<'a>(spec: &At<'a>) -> Vec<At<'a>> {
    [spec.items("containers"), spec.items("initContainers")].concat()
}

/// The mounts of the volume with this name.
pub(super) fn mounts<'a>(spec: &At<'a>, volume: &str) -> Vec<Mounted<'a>> {
    let of = |container: At<'a>| {
        let mounts = container.items("volumeMounts").into_iter();
        mounts
            .filter(|mount| mount.str("name") == Some(volume))
            .map(|mount| Mounted { container: container.clone(), mount })
            .collect::<Vec<_>>()
    };
    containers(spec).into_iter().flat_map(of).collect()
}
