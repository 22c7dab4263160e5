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

#[cfg(test)]
mod tests {
    use super::*;

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
