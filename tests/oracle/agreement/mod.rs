//! Where none of the documented differences is triggered, the `extended` dialect equals `kubernetes` up to
//! list order. Each difference is a predicate over base and patch, and is counted.
//!
//! `PODGRAFT_PAIRS` sets how many pairs (20,000), `PODGRAFT_SEED` which ones.

mod triggers;

use std::{collections::BTreeMap, env, time::Instant};

use podgraft_merge::{
    diagnostic::Diagnostic,
    patch::{self, Options, extend},
    schema::Schema,
};
use serde_json::Value;
use triggers::triggered;

use crate::generate::Generator;

#[test]
fn the_dialects_agree_where_no_difference_is_triggered() {
    let number = |name: &str, default: u64| env::var(name).ok().map_or(default, |text| text.parse().unwrap());
    let (pairs, seed) = (number("PODGRAFT_PAIRS", 20_000), number("PODGRAFT_SEED", 7));
    let started = Instant::now();
    let mut generator = Generator::new(seed);
    let (mut compared, mut errors, mut counts) = (0, 0, BTreeMap::<&str, u64>::new());
    for _ in 0..pairs {
        let mut pair = generator.pair();
        if generator.rng.bool() {
            pair["patch"] = plain(&pair["patch"]);
        }
        let (base, patch) = (&pair["base"], &pair["patch"]);
        let kind = |field: &str| base[field].as_str().unwrap_or_default();
        let Some(schema) = Schema::for_kind(kind("apiVersion"), kind("kind")) else { continue };
        let differences = triggered(base, patch, schema);
        for difference in &differences {
            *counts.entry(difference).or_default() += 1;
        }
        let extended = extend(base.clone(), patch, schema, Options::default(), &mut ());
        let refused = extended.diagnostics.iter().find(|said| said.is_error());
        if refused.is_none() && !has_directive(base) {
            assert!(!has_directive(&extended.value), "a directive leaked\n{pair}\n{}", extended.value);
        }
        if !differences.is_empty() {
            continue;
        }
        compared += 1;
        match (patch::apply(base.clone(), patch, schema, &mut ()), refused) {
            (Ok(kubernetes), None) => {
                assert_eq!(unordered(&kubernetes), unordered(&extended.value), "seed {seed}\n{pair}");
            }
            (Err(_), Some(_)) => errors += 1,
            (Ok(kubernetes), Some(error)) => panic!("seed {seed}\n{pair}\n{kubernetes}\n{}", said(error)),
            (Err(error), None) => panic!("seed {seed}\n{pair}\n{}\n{}", said(&error), extended.value),
        }
    }
    println!(
        "seed {seed}, {pairs} pairs in {:?}: {compared} compared, {errors} refused by both",
        started.elapsed()
    );
    for (difference, count) in &counts {
        println!("{count:>8} {difference}");
    }
    assert!(compared * 20 > pairs, "only {compared} of {pairs} pairs trigger no difference");
}

fn said(diagnostic: &Diagnostic) -> String {
    format!("{} {} {}", diagnostic.code, diagnostic.path.clone().unwrap_or_default(), diagnostic.message)
}

/// The patch without directives and nulls, so that many pairs trigger nothing.
fn plain(patch: &Value) -> Value {
    match patch {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, value)| !key.starts_with('$') && !value.is_null());
            Value::Object(kept.map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().filter(|item| !item.is_null()).map(plain).collect()),
        scalar => scalar.clone(),
    }
}

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(list) => list.iter().any(has_directive),
        _ => false,
    }
}

/// The value with every list sorted.
fn unordered(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), unordered(value))).collect())
        }
        Value::Array(list) => {
            let mut items: Vec<Value> = list.iter().map(unordered).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        scalar => scalar.clone(),
    }
}
