//! The steps of `CONTRIBUTING.md`, done in a copy of the repository: the test that a step names fails before it, and
//! passes after it. The tests are built from the code that is there, so steps that change code are left out.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use podgraft_testkit::files::{root, text};

/// What is not copied: what is built, and the history.
const LEFT_OUT: [&str; 2] = ["target", ".git"];

/// A copy of the repository, and a section of its page whose steps are done in it.
struct Copy {
    folder: PathBuf,
    section: String,
}

impl Copy {
    fn new(title: &str) -> Self {
        let page = fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
        let (_, rest) = page.split_once(&format!("\n## {title}\n")).unwrap();
        let section = rest.split("\n## ").next().unwrap().to_owned();
        let name = format!("podgraft-contributing-{}-{}", std::process::id(), title.replace(' ', "-"));
        let folder = env::temp_dir().join(name);
        copy(root(), &folder);
        Self { folder, section }
    }

    /// Runs a command of the section on the copy: says whether it succeeded, and what it printed.
    fn run(&self, command: &str) -> (bool, String) {
        assert!(self.section.contains(&format!("`{command}`")), "no step says {command}");
        let words = command.strip_prefix("UPDATE=1 ").unwrap_or(command);
        let arguments: Vec<&str> = words.split(' ').skip(1).collect();
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo says to this test would make it build crates anew that look at it.
        for (name, _) in env::vars_os() {
            let name = name.into_string().unwrap();
            if name.starts_with("CARGO_") && name != "CARGO_HOME" {
                cargo.env_remove(name);
            }
        }
        let target = Path::new(env!("CARGO_BIN_EXE_podgraft")).ancestors().nth(2).unwrap();
        cargo
            .args(arguments)
            .current_dir(root())
            .env("CARGO_TARGET_DIR", target)
            .env("PODGRAFT_ROOT", &self.folder);
        if words != command {
            cargo.env("UPDATE", "1");
        }
        let output = cargo.output().unwrap();
        (output.status.success(), format!("{}{}", text(&output.stderr), text(&output.stdout)))
    }

    fn passes(&self, command: &str) {
        let (passes, printed) = self.run(command);
        assert!(passes, "{command}\n{printed}");
    }

    /// The command fails and names what is missing.
    fn fails(&self, command: &str, missing: &str) {
        let (passes, printed) = self.run(command);
        assert!(!passes && printed.contains(missing), "{command} does not name {missing}\n{printed}");
    }

    /// A file of the section's steps, which must name the folder that it is in.
    fn path(&self, file: &str) -> PathBuf {
        let folder = file.rsplit_once('/').unwrap().0;
        assert!(self.section.contains(folder) || folder.starts_with("overlays/"), "no step says {folder}");
        self.folder.join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn remove(&self, file: &str) -> String {
        let content = self.read(file);
        fs::remove_file(self.path(file)).unwrap();
        content
    }

    /// A file with one more line behind a line of it.
    fn add_behind(&self, file: &str, line: &str, more: &str) {
        let content = self.read(file);
        assert_eq!(content.matches(&format!("{line}\n")).count(), 1, "{line} in {file}");
        self.write(file, &content.replace(&format!("{line}\n"), &format!("{line}\n{more}\n")));
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if entry.file_type().unwrap().is_dir() {
            if !LEFT_OUT.iter().any(|left_out| name == *left_out) {
                copy(&entry.path(), &to.join(name));
            }
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_diagnostic() {
    let copy = Copy::new("A diagnostic");
    let (check, record) =
        ("cargo test --test quick diagnostics::", "UPDATE=1 cargo test --test quick diagnostics::");
    // A code without an example.
    let example = copy.remove("docs/diagnostics/wrong-kind.yaml");
    copy.fails(check, "wrong-kind");
    copy.write("docs/diagnostics/wrong-kind.yaml", &example);
    // An example that is not on the page.
    let page = copy.remove("docs/diagnostics.md");
    copy.fails(check, "docs/diagnostics.md is stale");
    copy.passes(record);
    copy.passes(check);
    assert_eq!(copy.read("docs/diagnostics.md"), page);
    let mistake = copy.read("tests/refused/mistakes/03-wrong-container-name.yaml").replace("locst", "lcust");
    copy.write("tests/refused/mistakes/99-another-name.yaml", &mistake);
    copy.passes("UPDATE=1 cargo test --test quick refused::");
    assert!(copy.read("tests/refused/mistakes/99-another-name.stderr").contains("lcust"));
}

#[test]
fn a_protected_field() {
    let copy = Copy::new("A protected field");
    let attempt = copy.read("tests/refused/protected/18-other-master-host-by-prefix.yaml");
    // Harmless, so it is not refused.
    let harmless = attempt.replace("--master-hos, elsewhere", "--tags, quick");
    copy.write("tests/refused/protected/99-another-attempt.yaml", &harmless);
    copy.fails("cargo test --test quick refused::", "99-another-attempt.yaml is not refused");
    copy.write("tests/refused/protected/99-another-attempt.yaml", &attempt.replace("elsewhere", "another"));
    copy.fails("cargo test --test quick refused::", "99-another-attempt.stderr is stale");
    copy.passes("UPDATE=1 cargo test --test quick refused::");
    copy.passes("cargo test --test quick refused::");
    assert!(copy.read("tests/refused/protected/99-another-attempt.stderr").contains("\"another\""));
    let page = copy.remove("docs/protected-fields.md");
    copy.passes("UPDATE=1 cargo test --test quick docs::");
    assert_eq!(copy.read("docs/protected-fields.md"), page);
}

#[test]
fn an_overlay() {
    let copy = Copy::new("An overlay");
    let mut blocks = copy.section.split("```yaml\n").skip(1).map(|block| block.split("```").next().unwrap());
    copy.write("overlays/quiet-nodes/overlay.yaml", &unindented(blocks.next().unwrap()));
    copy.write("overlays/quiet-nodes/test.yaml", &unindented(blocks.next().unwrap()));
    copy.write(
        "overlays/quiet-nodes/README.md",
        "# Quiet nodes\n\nAn opt-in overlay, for tests that measure small times.\n",
    );
    copy.add_behind(
        "overlays/kustomization.yaml",
        "  - mesh-opt-out/overlay.yaml",
        "  - quiet-nodes/overlay.yaml",
    );
    copy.fails("cargo test --test quick shipped::", "quiet-nodes");
    let index = copy.read("overlays/README.md");
    let row = index.lines().find(|line| line.starts_with("| [`mesh-opt-out`]")).unwrap();
    copy.add_behind("overlays/README.md", row, &row.replace("mesh-opt-out", "quiet-nodes"));
    copy.add_behind("overlays/all-together/test.yaml", "    - name: mesh-opt-out", "    - name: quiet-nodes");
    // Whether each folder is whole is looked at beside writing what is missing in it.
    let _ = copy.run("UPDATE=1 cargo test --test quick shipped::");
    copy.passes("UPDATE=1 cargo test --test quick docs::");
    copy.passes("cargo test --test quick shipped::");
    assert!(copy.read("overlays/quiet-nodes/rendered").contains("example.com/pool: quiet"));
    assert!(!copy.read("overlays/mesh-opt-out/rendered").contains("example.com/pool: quiet"));
}

/// The lines of a block within a numbered step.
fn unindented(block: &str) -> String {
    block.lines().map(|line| line.strip_prefix("   ").unwrap_or(line).to_owned() + "\n").collect()
}
