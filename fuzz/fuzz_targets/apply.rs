//! Any JSON as base and patch, in both dialects: no panic, no directive in an extended result, and the same of compiled patches.
#![no_main]

use libfuzzer_sys::fuzz_target;
use podgraft_pod::manifest::json_value;
use podgraft_merge::{
    layers::{Layer, Patch, fold_without_provenance},
    patch::{CompiledPatch, CompiledTemplate, Options, apply, extend, json_patch, merge_patch},
    schema::{Schema, kinds},
};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let Some((base, patch)) = std::str::from_utf8(rest).ok().and_then(|text| text.split_once('\n')) else { return };
    let (Ok(base), Ok(patch)) = (json_value(base), json_value(patch)) else { return };
    // Kinds with pods come first in the alphabet of the bytes that a fuzzer likes.
    let kind = match kind {
        b'0'..=b'9' => kinds().iter().find(|kind| kind.kind == "Pod"),
        other => kinds().get(usize::from(other)),
    };
    let Some(kind) = kind else { return };
    let version = if kind.group.is_empty() { kind.version.to_owned() } else { format!("{}/{}", kind.group, kind.version) };
    let schema = Schema::for_kind(&version, kind.kind).unwrap();
    let applied = apply(base.clone(), &patch, schema, &mut ());
    assert_eq!(CompiledPatch::new(patch.clone(), schema).apply(base.clone()), applied);
    let _ = json_patch(base.clone(), &patch);
    let _ = merge_patch(base.clone(), &patch);
    let extended = extend(base.clone(), &patch, schema, Options::default(), &mut ());
    let refused = extended.diagnostics.iter().any(|said| said.is_error());
    if !refused && !has_directive(&base) {
        assert!(!has_directive(&extended.value));
    }
    if let Some(template) = CompiledTemplate::new(&patch, schema) {
        let layer = Layer { id: "template".into(), patch: Patch::Compiled(&template), options: Options::default() };
        let (value, diagnostics) = fold_without_provenance(base, &[layer], schema);
        assert_eq!((value, diagnostics.len()), (extended.value, extended.diagnostics.len()));
    }
});

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(list) => list.iter().any(has_directive),
        _ => false,
    }
}
