//! Any bytes as a file: no panic, and what is read is written so that it reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podgraft_pod::manifest;
use podgraft_merge::path::FieldPath;

fuzz_target!(|bytes: &[u8]| {
    let read = manifest::read("input", bytes);
    assert!(read.documents.is_empty() || read.diagnostics.is_empty());
    for document in &read.documents {
        let written = manifest::to_yaml(&document.value);
        let again = manifest::read("written", written.as_bytes());
        assert!(again.diagnostics.is_empty(), "{:?}\n{written}", again.diagnostics);
        let empty = document.value.as_object().is_some_and(serde_json::Map::is_empty);
        if !empty {
            assert_eq!(manifest::to_json(&again.documents[0].value), manifest::to_json(&document.value), "{written}");
        }
        let position = document.position(&FieldPath::root()).unwrap();
        assert!(position.line >= 1 && position.column >= 1);
    }
});
