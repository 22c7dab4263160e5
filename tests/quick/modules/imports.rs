//! [`imports`]: which paths of its own crate a module names.

/// A path, and the name that it has in the module, where it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    pub(crate) name: Option<String>,
}

/// Every import of a module, and every path in its code that starts with `crate`, `self` or `super`.
pub(crate) fn imports(code: &str) -> Vec<Import> {
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(start) = rest.find(|letter: char| letter.is_alphabetic() || letter == '_') {
        rest = &rest[start..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word == "use" && after.starts_with(' ') {
            let end = after.find(';').unwrap_or(after.len());
            tree(&after[..end], &[], &mut found);
            rest = &after[end..];
        } else if ["crate", "self", "super"].contains(&word) && after.starts_with("::") {
            let length = path_length(rest);
            let path = rest[..length].split("::").map(str::to_owned).collect();
            found.push(Import { path, name: None });
            rest = &rest[length..];
        } else {
            rest = after;
        }
    }
    found
}

fn path_length(text: &str) -> usize {
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let length = text.find(|letter: char| !is_path(letter)).unwrap_or(text.len());
    text[..length].trim_end_matches(':').len()
}

/// The paths of `a::{b, c::{self, d as e}}`.
fn tree(text: &str, parents: &[String], found: &mut Vec<Import>) {
    let text = text.trim();
    if let Some((head, branches)) = text.split_once('{') {
        let mut path = parents.to_vec();
        path.extend(head.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
        let inner = branches.rsplit_once('}').map_or(branches, |two| two.0);
        for branch in branches_of(inner) {
            tree(branch, &path, found);
        }
        return;
    }
    let (path, name) = text.split_once(" as ").map_or((text, None), |(path, name)| (path, Some(name.trim())));
    let mut path: Vec<String> =
        parents.iter().cloned().chain(path.split("::").map(|part| part.trim().to_owned())).collect();
    if path.len() > 1 && path.last().is_some_and(|last| last == "self" || last == "*") {
        path.pop();
    }
    if path.iter().any(|part| !part.is_empty()) {
        let name = name.map(str::to_owned).or_else(|| path.last().cloned());
        found.push(Import { path, name });
    }
}

/// The parts between commas that are in no inner braces.
fn branches_of(text: &str) -> Vec<&str> {
    let (mut branches, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    branches.push(&text[start..]);
    branches.into_iter().filter(|branch| !branch.trim().is_empty()).collect()
}

#[test]
fn imports_are_read_as_rust_reads_them() {
    let code = "use super::{Error, view::{self, View as V}};\npub(crate) use inner::Thing;\n\
                fn f() -> crate::a::B { self::c::d(); user::e() }";
    let found: Vec<String> = imports(code)
        .into_iter()
        .map(|import| format!("{} {}", import.path.join("::"), import.name.unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            "super::Error Error",
            "super::view view",
            "super::view::View V",
            "inner::Thing Thing",
            "crate::a::B ",
            "self::c::d "
        ]
    );
}
