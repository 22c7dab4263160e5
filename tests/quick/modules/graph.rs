//! [`Graph`]: which module of a crate uses which.
//!
//! At each level, a module stands for everything beneath it, and the modules beside each other must be layers. That a
//! module and its own sub-modules use each other is a tree's own recursion, and is no circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    slice,
};

use super::{
    imports::{Import, imports},
    source::{Crate, Module, ModulePath},
};

/// Of the modules beneath one: who uses whom, and by which files.
type Uses = BTreeMap<(String, String), BTreeSet<String>>;

/// Which module of a crate uses which.
pub(crate) struct Graph {
    folder: String,
    /// By the module that they are beneath.
    levels: BTreeMap<ModulePath, Uses>,
    children: BTreeMap<ModulePath, BTreeSet<String>>,
}

impl Graph {
    pub(crate) fn of(of: &Crate) -> Self {
        let names = Names::of(of);
        let mut levels: BTreeMap<ModulePath, Uses> = BTreeMap::new();
        let mut children: BTreeMap<ModulePath, BTreeSet<String>> = BTreeMap::new();
        for (user, module) in &of.modules {
            if let Some((name, parent)) = user.split_last() {
                children.entry(parent.to_vec()).or_default().insert(name.clone());
            }
            for import in imports(&module.code) {
                let Some(used) = names.module_of(user, &import.path, DEEPEST) else { continue };
                let shared = user.iter().zip(&used).take_while(|(one, other)| one == other).count();
                // Above or beneath each other.
                let (Some(from), Some(to)) = (user.get(shared), used.get(shared)) else { continue };
                let level = levels.entry(user[..shared].to_vec()).or_default();
                let by = format!("{} uses {}", module.file, used.join("::"));
                level.entry((from.clone(), to.clone())).or_default().insert(by);
            }
        }
        Self { folder: of.folder.clone(), levels, children }
    }

    fn place(&self, parent: &ModulePath) -> String {
        [slice::from_ref(&self.folder), parent.as_slice()].concat().join("::")
    }

    /// Every circle of modules beside each other, with the imports that close it.
    pub(crate) fn circles(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (parent, uses) in &self.levels {
            for circle in circles(uses) {
                let place = self.place(parent);
                let members: Vec<&str> = circle.iter().map(String::as_str).collect();
                let within =
                    uses.iter().filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
                let lines: Vec<String> =
                    within.flat_map(|(_, by)| by.iter().map(|by| format!("      {by}"))).collect();
                found.insert(format!("{place}: {}", members.join(", ")), lines.join("\n"));
            }
        }
        found
    }

    /// The layers at each level: a module uses only what stands above it.
    pub(crate) fn layers(&self) -> String {
        let mut text = String::new();
        for (parent, children) in &self.children {
            if children.len() < 2 {
                continue;
            }
            let place = self.place(parent);
            writeln!(text, "{place}").unwrap();
            let none = Uses::new();
            let uses = self.levels.get(parent).unwrap_or(&none);
            let mut heights: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
            for child in children {
                heights.entry(height(child, uses, &mut Vec::new())).or_default().push(child);
            }
            for (height, modules) in heights {
                writeln!(text, "  {height:2}  {}", modules.join(" ")).unwrap();
            }
        }
        text
    }
}

/// How many layers a module stands on.
fn height(module: &str, uses: &Uses, on_the_way: &mut Vec<String>) -> usize {
    if on_the_way.iter().any(|one| one == module) {
        return 0;
    }
    on_the_way.push(module.to_owned());
    let below = uses.keys().filter(|(from, _)| from == module);
    let height = below.map(|(_, to)| height(to, uses, on_the_way) + 1).max().unwrap_or_default();
    on_the_way.pop();
    height
}

/// The sets of modules of which each uses each other, by however many steps.
fn circles(uses: &Uses) -> BTreeSet<BTreeSet<String>> {
    let modules: BTreeSet<&String> = uses.keys().map(|(from, _)| from).collect();
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        modules.iter().map(|module| (*module, reachable(module, uses))).collect();
    let members = |module: &&String| {
        let all = reached[*module]
            .iter()
            .filter(|other| reached.get(**other).is_some_and(|back| back.contains(*module)));
        all.map(|other| (*other).clone()).collect::<BTreeSet<String>>()
    };
    modules.iter().map(members).filter(|circle| circle.len() > 1).collect()
}

fn reachable<'u>(module: &str, uses: &'u Uses) -> BTreeSet<&'u String> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![module];
    while let Some(module) = waiting.pop() {
        for (_, to) in uses.keys().filter(|(from, _)| from == module) {
            if reached.insert(to) {
                waiting.push(to);
            }
        }
    }
    reached
}

/// How many re-exports are followed: more are a circle.
const DEEPEST: usize = 16;

/// What the names of each module stand for.
struct Names {
    modules: BTreeSet<ModulePath>,
    imports: BTreeMap<ModulePath, BTreeMap<String, Vec<String>>>,
}

impl Names {
    fn of(of: &Crate) -> Self {
        let named = |Import { path, name }: Import| Some((name?, path));
        let imports = of
            .modules
            .iter()
            .map(|(path, module)| {
                (path.clone(), imports(&module.code).into_iter().filter_map(named).collect())
            })
            .collect();
        Self { modules: of.modules.keys().cloned().collect(), imports }
    }

    /// The module in which what a path names is declared, wherever it is re-exported; `None` for another crate's.
    fn module_of(&self, user: &ModulePath, path: &[String], depth: usize) -> Option<ModulePath> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => ModulePath::new(),
            "self" => user.clone(),
            "super" => user.split_last()?.1.to_vec(),
            name => {
                let child = [user.as_slice(), &[name.to_owned()]].concat();
                self.modules.contains(&child).then_some(child)?
            }
        };
        while let Some((name, after)) = rest.split_first() {
            let child = [module.as_slice(), slice::from_ref(name)].concat();
            if name == "super" {
                module.pop();
            } else if self.modules.contains(&child) {
                module = child;
            } else {
                let import = self.imports.get(&module).and_then(|imports| imports.get(name));
                let elsewhere = import.filter(|_| depth > 0).and_then(|import| {
                    let path = [import.as_slice(), after].concat();
                    self.module_of(&module, &path, depth - 1)
                });
                return Some(elsewhere.unwrap_or(module));
            }
            rest = after;
        }
        Some(module)
    }
}

#[test]
fn circles_are_found_and_a_trees_own_recursion_is_none() {
    let module = |(path, code): (&str, &str)| {
        let path = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        (path, Module { file: "x.rs".to_owned(), code: code.to_owned() })
    };
    let modules = [
        ("", "pub use b::deep::Thing; use a::A;"),
        ("a", "use crate::{Error, b::B};"),
        ("b", "use crate::c; use deep::D;"),
        ("b::deep", "use super::B; use serde_json::a;"),
        ("c", "fn f() -> crate::a::A { d() }"),
        ("d", "use super::Thing;"),
    ];
    let made_up = Crate { folder: "src".to_owned(), modules: modules.into_iter().map(module).collect() };
    let graph = Graph::of(&made_up);
    let circles: Vec<String> = graph.circles().into_keys().collect();
    assert_eq!(circles, ["src: a, b, c"]);
    assert!(graph.levels[&ModulePath::new()].contains_key(&("d".to_owned(), "b".to_owned())), "a re-export");
}
