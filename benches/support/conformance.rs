//! The parts of `conformance/` that benchmarks compare with.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Builds or finds a part of `conformance/`; the path that its script prints last.
pub(crate) fn build(part: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/build.sh");
    let output = Command::new("bash").arg(script).arg(part).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/build.sh {part} failed");
    String::from_utf8(output.stdout).unwrap().lines().last().unwrap().into()
}
