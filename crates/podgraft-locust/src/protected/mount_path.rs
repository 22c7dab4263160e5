//! [`MountPath`]: a path in a container, however it is written.

/// The parts of a path in a container, with `.`, `..`, repeated and trailing slashes resolved. A
/// relative path counts from the root, as the kubelet makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MountPath(Vec<String>);

impl MountPath {
    /// Reads a path as it is written.
    pub(super) fn new(written: &str) -> Self {
        let mut parts: Vec<String> = Vec::new();
        for part in written.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part.to_owned()),
            }
        }
        Self(parts)
    }

    /// Whether one of the two paths is the other or lies below it.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}

/// Folders of an image without which no Locust starts, at the least one of the system's and the image's own.
const SYSTEM: [&str; 15] = [
    "/bin",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/proc",
    "/sbin",
    "/sys",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/lib",
];

/// File systems of the kernel: container runtimes mount nothing below them, or cannot.
///
/// # Source
/// runc 1.3, `libcontainer/rootfs_linux.go`, `checkProcMount`; sysfs is mounted read-only.
const KERNEL: [&str; 2] = ["/proc", "/sys"];

/// What a mount at this path would hide, where no Locust could start then.
pub(crate) fn hidden_by_mount(path: &str) -> Option<&'static str> {
    let path = MountPath::new(path);
    if path.0.is_empty() {
        return Some("everything");
    }
    let below = KERNEL.into_iter().find(|folder| path.0.starts_with(&MountPath::new(folder).0));
    below.or_else(|| SYSTEM.into_iter().find(|folder| MountPath::new(folder) == path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_an_image_needs_are_not_hidden() {
        for (path, hidden) in [
            ("/", Some("everything")),
            ("//", Some("everything")),
            ("/.", Some("everything")),
            ("/x/..", Some("everything")),
            ("/usr/", Some("/usr")),
            ("//usr/./local", Some("/usr/local")),
            ("usr/bin", Some("/usr/bin")),
            ("/proc/1", Some("/proc")),
            ("/sys/x", Some("/sys")),
            ("/etc", Some("/etc")),
            ("/etc/locust", None),
            ("/usr/src/app", None),
            ("/dev/shm/tests", None),
            ("/opt", None),
            ("/lotest/src", None),
        ] {
            assert_eq!(hidden_by_mount(path), hidden, "{path}");
        }
    }

    #[test]
    fn paths_meet_at_above_and_below_however_they_are_written() {
        let reserved = MountPath::new("/lotest/src");
        for written in [
            "/lotest/src",
            "/lotest/src/",
            "//lotest/./src",
            "/lotest/src/sub",
            "/lotest",
            "/",
            "",
            "lotest/src",
            "/x/../lotest/src",
        ] {
            assert!(reserved.meets(&MountPath::new(written)), "{written}");
        }
        for written in ["/lotest/srcs", "/lotest/sr", "/lotestsrc", "/src", "/lotest/src/../other"] {
            assert!(!reserved.meets(&MountPath::new(written)), "{written}");
        }
    }
}
