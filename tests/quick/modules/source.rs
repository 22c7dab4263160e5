//! [`Crate`]: the code of a crate, module by module, without comments, literals and tests.

use std::{collections::BTreeMap, fs, path::Path};

use podgraft_testkit::files::{files, relative, root};

/// A module's place in its crate: `["operator", "lease"]`; empty for the root.
pub(crate) type ModulePath = Vec<String>;

/// The modules of a crate.
pub(crate) struct Crate {
    /// The folder of its sources, from the root of the project.
    pub(crate) folder: String,
    pub(crate) modules: BTreeMap<ModulePath, Module>,
}

/// A module that has a file of its own.
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) code: String,
}

/// Every crate whose sources are the project's own.
pub(crate) fn crates() -> Vec<Crate> {
    let mut folders = vec![root().join("src")];
    if let Ok(entries) = fs::read_dir(root().join("crates")) {
        folders.extend(entries.map(|entry| entry.unwrap().path().join("src")));
    }
    folders.sort();
    folders.iter().filter(|folder| folder.is_dir()).map(|folder| Crate::read(folder)).collect()
}

impl Crate {
    fn read(folder: &Path) -> Self {
        let mut modules = BTreeMap::new();
        for file in files(folder, ".rs") {
            let path = module_path(file.strip_prefix(folder).unwrap());
            let code = without_literals(&fs::read_to_string(&file).unwrap());
            let module = Module { file: relative(&file).to_owned(), code };
            // A crate with a library and a program has two roots.
            modules.entry(path).and_modify(|root: &mut Module| root.code += &module.code).or_insert(module);
        }
        let tests: Vec<ModulePath> =
            modules.iter().flat_map(|(path, module)| test_modules(path, &module.code)).collect();
        modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        for module in modules.values_mut() {
            module.code = without_tests(&module.code);
        }
        Self { folder: relative(folder).to_owned(), modules }
    }
}

impl Module {
    /// The names of the types that it declares.
    pub(crate) fn types(&self) -> Vec<String> {
        let name = |line: &str| {
            let rest = line.strip_prefix("pub").map_or(line, |rest| {
                let rest =
                    rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(rest, |two| two.1);
                rest.trim_start()
            });
            let (keyword, rest) = rest.split_once(' ')?;
            let is_type = ["struct", "enum", "union", "trait", "type"].contains(&keyword);
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            is_type.then(|| rest[..end].to_owned())
        };
        self.code.lines().filter_map(name).collect()
    }
}

/// `a/b.rs` and `a/b/mod.rs` are both `a::b`.
fn module_path(file: &Path) -> ModulePath {
    let file = file.with_extension("");
    let mut path: ModulePath = file.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if path.last().is_some_and(|last| last == "mod") || path == ["lib"] || path == ["main"] {
        path.pop();
    }
    path
}

/// What a module declares for tests only.
fn test_modules(path: &ModulePath, code: &str) -> Vec<ModulePath> {
    let declarations = code.split("#[cfg(test)]").skip(1);
    let names = declarations.filter_map(|rest| {
        let rest = rest.trim_start();
        let name = rest.strip_prefix("mod ").or_else(|| rest.split_once(") mod ").map(|two| two.1))?;
        let end = name.find([';', ' ', '{'])?;
        name[end..].starts_with(';').then(|| &name[..end])
    });
    names.map(|name| [path.as_slice(), &[name.to_owned()]].concat()).collect()
}

/// Code without the items that are for tests only.
fn without_tests(code: &str) -> String {
    let mut parts = code.split("#[cfg(test)]");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([';', '{']).unwrap_or(part.len());
        let rest = if part[end..].starts_with('{') { after_block(&part[end..]) } else { &part[end..] };
        kept.push_str(rest);
    }
    kept
}

/// What follows a block in braces.
fn after_block(code: &str) -> &str {
    let mut depth = 0;
    for (index, letter) in code.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return &code[index + 1..],
            '}' => depth -= 1,
            _ => {}
        }
    }
    ""
}

/// Code without its comments, and with empty strings and characters.
fn without_literals(text: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(letter) = rest.chars().next() {
        let skipped = match letter {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => string_length(rest),
            'r' if !ends_in_word(&kept) => raw_string_length(rest),
            '\'' => character_length(rest),
            _ => 0,
        };
        if skipped == 0 {
            kept.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            rest = &rest[skipped..];
        }
    }
    kept
}

fn ends_in_word(code: &str) -> bool {
    code.chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

fn string_length(text: &str) -> usize {
    let mut escaped = true;
    for (index, letter) in text.char_indices() {
        match letter {
            '"' if !escaped => return index + 1,
            // The first quote is the beginning.
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    text.len()
}

/// The length of `r#"..."#`; 0 where there is none.
fn raw_string_length(text: &str) -> usize {
    let hashes = text[1..].chars().take_while(|letter| *letter == '#').count();
    if !text[1 + hashes..].starts_with('"') {
        return 0;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 2;
    text[start..].find(&end).map_or(text.len(), |found| start + found + end.len())
}

/// The length of `'x'`; 0 for a lifetime.
fn character_length(text: &str) -> usize {
    let mut letters = text.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => text[3..].find('\'').map_or(0, |end| end + 4),
        Some(_) => letters.next().filter(|(_, letter)| *letter == '\'').map_or(0, |(index, _)| index + 1),
        None => 0,
    }
}
