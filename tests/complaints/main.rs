//! The complaints of other projects' users, replayed: each folder of `conformance/complaints` is a test of
//! its own. `UPDATE=1 cargo test --test complaints` writes the page about them.
#![cfg(test)]

mod case;
mod expected;
mod page;
mod replay;
mod said;
#[path = "../support/mod.rs"]
mod support;

use std::{collections::BTreeSet, process::ExitCode, sync::Arc};

use case::Case;
use libtest_mimic::{Arguments, Trial};
use podgraft_testkit::{files::root, snapshot::assert_file};

fn main() -> ExitCode {
    let cases = Arc::new(Case::all());
    let mut trials: Vec<Trial> = Vec::new();
    for number in 0..cases.len() {
        let all = Arc::clone(&cases);
        trials.push(test(&cases[number].name, move || replay::replay(&all[number])));
    }
    let all = Arc::clone(&cases);
    trials.push(test("the_page_is_what_is_replayed", move || {
        assert_file(&root().join(case::FOLDER).join("README.md"), &page::page(&all, &case::unanswered()));
    }));
    trials.push(test("there_are_enough_and_each_only_once", move || {
        assert!(cases.len() >= 80, "{} complaints are replayed", cases.len());
        let titles: BTreeSet<&str> = cases.iter().map(|case| &*case.title).collect();
        assert_eq!(titles.len(), cases.len(), "two cases have one title");
    }));
    trials.push(test("messages_are_read_as_they_are_printed", said::reads_messages));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn test(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}
