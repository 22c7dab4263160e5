//! The page of explain, beside the rendering that it explains.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

mod support;

use std::fmt::Write as _;

use podgraft_locust::{ClusterContext, NOUN, config::Config, explain, read_overlays, render};
use podgraft_pod::{
    explain::{Filter, Filtered, to_html, to_json, to_yaml},
    manifest,
};
use support::{
    table::Table,
    timing::{in_turns, once, ratio},
};

fn main() {
    println!(
        "## Explain\n\n`cargo bench --bench explain`. Milliseconds for a test whose pods have many variables: lines are those \
         of the YAML of its Jobs; and how many times as long as rendering it.\n"
    );
    let mut table =
        Table::new(["lines", "render", "explain, page", "to render", "explain, YAML", "explain, JSON"]);
    for variables in [300, 1_200] {
        let test = a_test(variables);
        let documents = manifest::read("test", test.as_bytes()).documents;
        let (document, config, overlays) = (&documents[0], Config::default(), read_overlays([]));
        let around = ClusterContext { overlays: &overlays, namespace: None, pod_security: None };
        let rendered = render(document, &around, &config);
        assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
        let lines: usize = rendered.jobs().map(|(_, job)| manifest::to_yaml(job).lines().count()).sum();
        let filter = Filter::default();
        let [render, page, yaml, json] = in_turns([
            Box::new(|| once((), |()| render(document, &around, &config))),
            Box::new(|| {
                once((), |()| {
                    let explanation = explain(document, &around, &config);
                    let chosen: Vec<Filtered<'_>> = vec![filter.of(&explanation)];
                    to_html(NOUN, "podgraft explain", &chosen)
                })
            }),
            Box::new(|| {
                once((), |()| {
                    let explanation = explain(document, &around, &config);
                    to_yaml(&[filter.of(&explanation)], false)
                })
            }),
            Box::new(|| {
                once((), |()| {
                    let explanation = explain(document, &around, &config);
                    manifest::to_json(&to_json(NOUN, &[filter.of(&explanation)]))
                })
            }),
        ]);
        let millis = |time: std::time::Duration| format!("{:.1}", time.as_secs_f64() * 1e3);
        table.row([
            lines.to_string(),
            millis(render),
            millis(page),
            format!("{:.1}", ratio(page, render)),
            millis(yaml),
            millis(json),
        ]);
    }
    table.print();
}

fn a_test(variables: usize) -> String {
    let mut text = String::from(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata: {name: test, namespace: load}\nspec:\n  image: locustio/locust:2.43.0\n  \
         master: {command: --locustfile /lotest/src/test.py}\n  worker: {command: --locustfile /lotest/src/test.py, replicas: 3}\n  \
         podTemplate:\n    spec:\n      containers:\n      - name: locust\n        env:\n",
    );
    for number in 0..variables {
        let _ = writeln!(text, "        - {{name: VARIABLE_{number}, value: \"{number}\"}}");
    }
    text
}
