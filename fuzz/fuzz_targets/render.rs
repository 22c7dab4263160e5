//! Any bytes as LocustTests: no panic, and the same input gives the same output.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podgraft_locust::{ClusterContext, config::Config, render};
use podgraft_pod::manifest;

fuzz_target!(|bytes: &[u8]| {
    let (cluster, config) = (ClusterContext::empty(), Config::default());
    for document in manifest::read("input", bytes).documents {
        let (first, second) = (render(&document, &cluster, &config), render(&document, &cluster, &config));
        assert!(first.jobs().eq(second.jobs()));
        assert_eq!(first.diagnostics, second.diagnostics);
        for diagnostic in &first.diagnostics {
            assert!(!diagnostic.message.is_empty() && !diagnostic.message.contains('\n'));
        }
    }
});
