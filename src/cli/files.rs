//! Files, folders and standard input, in the order in which they are named.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use super::{Failure, output};

/// One text to read, and what to call it in messages.
#[derive(Debug)]
pub(super) struct InputText {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// What a folder's files must be called to be read.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Whether standard input has been read, whichever argument named it.
static STDIN_IS_READ: AtomicBool = AtomicBool::new(false);

/// No file is read further than this: more is no manifest.
const MAX_BYTES: u64 = 64 << 20;

/// Reads every named file; folders in the order of their entries' names, recursively; `-` is standard
/// input.
pub(super) fn read_all(names: &[PathBuf]) -> Result<Vec<InputText>, Failure> {
    let mut texts = Vec::new();
    for name in names {
        if is_stdin(name) || !name.is_dir() {
            texts.push(read(name)?);
        } else {
            for file in files_of(name)? {
                texts.push(read(&file)?);
            }
        }
    }
    Ok(texts)
}

/// Reads one file, or standard input for `-`.
pub(super) fn read(name: &Path) -> Result<InputText, Failure> {
    let mut bytes = Vec::new();
    if is_stdin(name) && STDIN_IS_READ.swap(true, Ordering::Relaxed) {
        return Err(Failure("name standard input (-) only once: it can be read only once".into()));
    }
    let outcome = if is_stdin(name) {
        io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(name).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
    };
    let shown = name.display();
    outcome.map_err(|error| Failure(format!("cannot read {shown}: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Failure(format!("cannot read {shown}: it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    Ok(InputText { name: shown.to_string(), bytes })
}

fn is_stdin(name: &Path) -> bool {
    name.as_os_str() == "-"
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let fail = |error: io::Error| Failure(format!("cannot read the folder {}: {error}", folder.display()));
    let mut entries = fs::read_dir(folder)
        .map_err(fail)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<PathBuf>, io::Error>>()
        .map_err(fail)?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        // A link to a folder is not followed: links can form rings.
        let is_link = entry.symlink_metadata().map_err(fail)?.is_symlink();
        if entry.is_dir() {
            if !is_link {
                files.extend(files_of(&entry)?);
            }
        } else if entry
            .extension()
            .is_some_and(|end| EXTENSIONS.iter().any(|known| end.eq_ignore_ascii_case(known)))
        {
            // A pipe or device would be waited for without end. One that cannot be looked at fails when it is read.
            if fs::metadata(&entry).is_ok_and(|found| !found.is_file()) {
                output::print_note(&format!("note: left out {}: it is no file", entry.display()));
            } else {
                files.push(entry);
            }
        }
    }
    Ok(files)
}
