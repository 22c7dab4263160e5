//! Every example in `docs/dialects.md` is true, in both dialects.

use podgraft_merge::{
    diagnostic::Diagnostic,
    patch::{self, Options, extend},
    schema::Schema,
};
use podgraft_pod::manifest;
use podgraft_testkit::files::root;
use serde_json::{Value, json};

#[test]
fn the_page_on_dialects_is_true() {
    let page = std::fs::read_to_string(root().join("docs/dialects.md")).unwrap();
    let mut examples = 0;
    for section in page.split("\n## ").skip(1) {
        let title = section.lines().next().unwrap();
        let block = |info: &str| {
            let (_, rest) = section.split_once(&format!("```{info}\n"))?;
            Some(rest.split_once("```").unwrap().0.to_owned())
        };
        let (Some(base), Some(patch)) = (block("yaml base"), block("yaml patch")) else { continue };
        examples += 1;
        let (base, patch) = (pod(&base), json!({ "spec": spec(&patch) }));
        let schema = Schema::for_kind("v1", "Pod").unwrap();

        let extended = extend(base.clone(), &patch, schema, Options::default(), &mut ());
        let error = extended.diagnostics.iter().find(|said| said.is_error()).map(|said| said.code.as_str());
        match (block("yaml extended"), block("text extended")) {
            (Some(wanted), None) => assert_eq!((error, &extended.value), (None, &pod(&wanted)), "{title}"),
            (None, Some(wanted)) => assert_eq!(error, Some(wanted.trim()), "{title}"),
            _ => panic!("{title} needs one result"),
        }
        let kubernetes = patch::apply(base, &patch, schema, &mut ());
        match (block("yaml kubernetes"), block("text kubernetes")) {
            (Some(wanted), None) => assert_eq!(kubernetes.unwrap(), pod(&wanted), "{title}"),
            (None, Some(wanted)) => assert_eq!(
                kubernetes.map_err(|error: Box<Diagnostic>| error.code.as_str()),
                Err(wanted.trim()),
                "{title}"
            ),
            (None, None) => {}
            _ => panic!("{title} needs at most one result"),
        }
    }
    assert!(examples >= 18, "only {examples} examples were found");
}

fn spec(yaml: &str) -> Value {
    let read = manifest::read("docs/dialects.md", yaml.as_bytes());
    assert!(read.diagnostics.is_empty(), "{:?} in\n{yaml}", read.diagnostics);
    read.documents[0].value.clone()
}

fn pod(yaml: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "spec": spec(yaml) })
}
