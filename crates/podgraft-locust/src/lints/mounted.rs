//! [`Mounted`]: which container mounts a volume, and how.

use std::collections::BTreeMap;

use podgraft_pod::cursor::Cursor;

/// A mount of a volume, and the container that has it.
pub(super) struct Mounted<'a> {
    /// The container, or init container.
    pub(super) container: Cursor<'a>,
    /// The mount.
    pub(super) mount: Cursor<'a>,
}

impl Mounted<'_> {
    /// Whether the container may write to it.
    pub(super) fn is_writable(&self) -> bool {
        !self.mount.is_true("readOnly")
    }
}

/// All containers of a pod, init containers last.
pub(super) fn containers<'a>(spec: &Cursor<'a>) -> Vec<Cursor<'a>> {
    [spec.items("containers"), spec.items("initContainers")].concat()
}

/// The mounts of all containers, by their volumes' names.
pub(super) fn mounts<'a>(spec: &Cursor<'a>) -> BTreeMap<&'a str, Vec<Mounted<'a>>> {
    let mut by_volume: BTreeMap<&str, Vec<Mounted<'a>>> = BTreeMap::new();
    for container in containers(spec) {
        for mount in container.items("volumeMounts") {
            let Some(name) = mount.str("name") else { continue };
            by_volume.entry(name).or_default().push(Mounted { container: container.clone(), mount });
        }
    }
    by_volume
}
