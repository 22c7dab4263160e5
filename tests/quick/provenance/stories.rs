//! Stories, in a table: what people would ask of a field.

use std::fmt::Write;

use podgraft_merge::{
    layers::{Folded, Layer, Leaf, Patch, fold},
    patch::{ChangeCause, Options},
    path::FieldPath,
    schema::Schema,
};
use serde_json::{Value, json};

fn folded(base: &Value, patches: &[Value]) -> Folded {
    let layer = |patch| Layer { id: "".into(), patch: Patch::Template(patch), options: Options::default() };
    let layers: Vec<Layer<'_>> = patches.iter().map(layer).collect();
    let folded = fold(
        base.clone(),
        &layers,
        Schema::pod_template().unwrap(),
        &podgraft_merge::work::Work::unlimited(),
    );
    assert!(folded.diagnostics.iter().all(|(_, said)| !said.is_error()), "{:?}", folded.diagnostics);
    folded
}

fn pod() -> Value {
    json!({"metadata": {"labels": {"team": "shop"}, "finalizers": ["x/y"]}, "spec": {
        "containers": [{"name": "a", "image": "x", "args": ["1", "2"]}],
        "volumes": [{"name": "v", "configMap": {"name": "c"}}]
    }})
}

/// The history of a leaf in one line: winner, cause, who agrees, and what it shadows.
fn line(leaf: &Leaf) -> String {
    let history = &leaf.history;
    let by = |layer: Option<usize>| layer.map_or("base".to_owned(), |layer| layer.to_string());
    let mut line = format!("{} = {} by {} {:?}", leaf.path, leaf.value, by(history.layer), history.cause);
    for layer in &history.agreed {
        write!(line, ", {layer} agrees").unwrap();
    }
    for was in &history.previous {
        let place = if was.path == leaf.path { String::new() } else { format!("{} ", was.path) };
        let (from, why) = (by(was.layer), was.removal_cause);
        write!(line, "; {place}{} of {from} {:?} until {} {why:?}", was.value, was.cause, was.removed_by)
            .unwrap();
    }
    line
}

fn lines(folded: &Folded, below: &FieldPath) -> Vec<String> {
    let now = folded.provenance.leaves(&folded.value).into_iter().map(|leaf| (leaf, ""));
    let gone = folded.provenance.removed(&folded.value).into_iter().map(|leaf| (leaf, "gone: "));
    now.chain(gone)
        .filter(|(leaf, _)| below.contains(&leaf.path))
        .map(|(leaf, gone)| format!("{gone}{}", line(&leaf)).replace(&format!("{below}"), ""))
        .collect()
}

fn container(fields: &Value) -> Value {
    let mut item = json!({"name": "a"});
    item.as_object_mut().unwrap().append(&mut fields.as_object().unwrap().clone());
    json!({"spec": {"containers": [item]}})
}

#[test]
fn items_of_an_atomic_list_keep_their_layers() {
    let patches = [
        container(&json!({"$append/args": ["3"]})),
        container(&json!({"$prepend/args": ["0", "half"]})),
        container(&json!({"$deleteFromPrimitiveList/args": ["1"]})),
        container(&json!({"$setElementOrder/args": ["3", "2", "half", "0"]})),
    ];
    let args = FieldPath::fields(["spec", "containers"]).item("name", "a").field("args");
    assert_eq!(
        lines(&folded(&pod(), &patches), &args),
        [
            "[0] = \"3\" by 0 Append",
            "[1] = \"2\" by base Base",
            "[2] = \"half\" by 1 Prepend",
            "[3] = \"0\" by 1 Prepend",
            "gone: [2] = \"1\" by 2 DeleteFromPrimitiveList; \"1\" of base Base until 2 DeleteFromPrimitiveList",
        ]
    );
    let provenance = folded(&pod(), &patches).provenance;
    assert_eq!(provenance.last_change(&args), Some(3), "the list as a whole was ordered last");
    assert_eq!(provenance.last_change(&args.index(1)), None);
}

#[test]
fn a_list_that_is_replaced_is_shadowed_as_a_whole() {
    let patches = [
        container(&json!({"args": ["1", "2"]})),
        container(&json!({"args": ["new"]})),
        container(&json!({"args": ["new"]})),
    ];
    let args = FieldPath::fields(["spec", "containers"]).item("name", "a").field("args");
    assert_eq!(
        lines(&folded(&pod(), &patches), &args),
        [
            "[0] = \"new\" by 1 Replace, 2 agrees;  [\"1\",\"2\"] of base Base until 1 Replace",
            "gone: [1] = \"2\" by 1 Replace; \"2\" of base Base until 1 Replace",
        ]
    );
}

#[test]
fn fields_shadow_agree_and_go() {
    let labels = |labels: Value| json!({"metadata": {"labels": labels}});
    let patches = [
        labels(json!({"team": "one", "stage": "test"})),
        labels(json!({"team": "one"})),
        labels(json!({"$unset": ["team", "stage"]})),
    ];
    let place = FieldPath::fields(["metadata", "labels"]);
    assert_eq!(
        lines(&folded(&pod(), &patches[..2]), &place),
        [
            ".stage = \"test\" by 0 Stated",
            ".team = \"one\" by 0 Stated, 1 agrees; \"shop\" of base Base until 0 Stated",
        ]
    );
    assert_eq!(
        lines(&folded(&pod(), &patches), &place),
        [
            " = {} by 2 Unset",
            "gone: .stage = \"test\" by 2 Unset; \"test\" of 0 Stated until 2 Unset",
            "gone: .team = \"one\" by 2 Unset; \"shop\" of base Base until 0 Stated; \"one\" of 0 Stated until 2 Unset",
        ]
    );
}

#[test]
fn a_sibling_of_a_union_is_cleared() {
    let volume = |volume: Value| json!({"spec": {"volumes": [volume]}});
    let patches = [
        volume(json!({"name": "v", "emptyDir": {}})),
        volume(json!({"name": "v", "configMap": {"name": "again"}})),
        volume(json!({"name": "v", "$patch": "delete"})),
        volume(json!({"name": "v", "emptyDir": {}})),
    ];
    let place = FieldPath::fields(["spec", "volumes"]).item("name", "v");
    assert_eq!(
        lines(&folded(&pod(), &patches[..2]), &place),
        [
            ".configMap.name = \"again\" by 1 Stated; \"c\" of base Base until 0 Union",
            ".name = \"v\" by base Base",
            "gone: .emptyDir = {} by 1 Union; {} of 0 Stated until 1 Union",
        ]
    );
    assert_eq!(
        lines(&folded(&pod(), &patches), &place),
        [
            ".emptyDir = {} by 3 Stated; {} of 0 Stated until 1 Union",
            ".name = \"v\" by 3 Stated; \"v\" of base Base until 2 Delete",
            "gone: .configMap.name = \"again\" by 2 Delete; \"c\" of base Base until 0 Union; \"again\" of 1 Stated until 2 Delete",
        ]
    );
}

#[test]
fn a_set_knows_its_items() {
    let finalizers = |patch: Value| json!({"metadata": patch});
    let patches = [
        finalizers(json!({"$prepend/finalizers": ["a/b", "x/y"]})),
        finalizers(json!({"finalizers": ["a/b", "c/d"]})),
        finalizers(json!({"$deleteFromPrimitiveList/finalizers": ["x/y"]})),
    ];
    let place = FieldPath::fields(["metadata", "finalizers"]);
    assert_eq!(
        lines(&folded(&pod(), &patches), &place),
        [
            "[=\"a/b\"] = \"a/b\" by 0 Prepend, 1 agrees",
            "[=\"c/d\"] = \"c/d\" by 1 Stated",
            "gone: [=\"x/y\"] = \"x/y\" by 2 DeleteFromPrimitiveList; \"x/y\" of base Base until 2 DeleteFromPrimitiveList",
        ]
    );
}

#[test]
fn what_is_replaced_is_made_anew() {
    let patches = [
        json!({"spec": {"containers": [{"name": "a", "image": "x"}, {"$patch": "replace"}]}}),
        container(&json!({"image": "y"})),
    ];
    let place = FieldPath::fields(["spec", "containers"]).item("name", "a");
    let folded = folded(&pod(), &patches);
    assert_eq!(
        lines(&folded, &place)[..2],
        [
            ".image = \"y\" by 1 Stated; \"x\" of base Base until 0 Replace; \"x\" of 0 Replace until 1 Stated",
            ".name = \"a\" by 0 Replace; \"a\" of base Base until 0 Replace",
        ]
    );
    let whole = folded.provenance.history(&place);
    assert_eq!((whole.layer, whole.cause), (Some(1), ChangeCause::Stated));
    assert_eq!(whole.previous[0].value, pod()["spec"]["containers"][0]);
}
