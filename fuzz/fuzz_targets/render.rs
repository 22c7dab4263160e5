//! Any bytes as LocustTests: no panic, and the same input gives the same output.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podgraft::{
    locust::{config::Config, render},
    manifest,
};

fuzz_target!(|bytes: &[u8]| {
    let config = Config::default();
    for document in manifest::read("input", bytes).documents {
        let (first, second) = (render(&document, &config), render(&document, &config));
        assert_eq!(first.jobs, second.jobs);
        assert_eq!(first.diagnostics, second.diagnostics);
        for diagnostic in &first.diagnostics {
            assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains('\n'));
        }
    }
});
