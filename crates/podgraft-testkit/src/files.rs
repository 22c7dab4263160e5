//! Files of the project, as tests name them.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The project's root folder, or the copy of it that `PODGRAFT_ROOT` names.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        env::var_os("PODGRAFT_ROOT").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned(),
            PathBuf::from,
        )
    });
    &ROOT
}

/// The files below a folder whose paths end like this, in order.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_str().unwrap().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A path as a program prints it that runs in the root.
pub fn relative(path: &Path) -> &str {
    path.strip_prefix(root()).unwrap_or(path).to_str().unwrap()
}

/// Text that must be UTF-8.
pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
