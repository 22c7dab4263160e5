//! The observer sees every set, delete and clear, with its path and why.

use podgraft_merge::{
    layers::{Layer, Patch, fold},
    patch::{ChangeCause, LazyLocation, Observer, Options, apply, extend},
    path::FieldPath,
    schema::Schema,
    work::Work,
};
use serde_json::{Value, json};

#[derive(Default)]
struct Seen(Vec<String>);

impl Observer for Seen {
    fn set(&mut self, location: &LazyLocation<'_>, was: Option<Value>, value: &Value, cause: ChangeCause) {
        let was = was.map(|was| format!("{was} -> ")).unwrap_or_default();
        self.0.push(format!("set {} = {was}{value} {cause:?}", location.path()));
    }

    fn delete(&mut self, location: &LazyLocation<'_>, was: Option<Value>, cause: ChangeCause) {
        let was = was.map(|was| format!(" = {was}")).unwrap_or_default();
        self.0.push(format!("delete {}{was} {cause:?}", location.path()));
    }

    fn clear(&mut self, location: &LazyLocation<'_>, was: Option<Value>, cause: ChangeCause) {
        let was = was.map(|was| format!(" = {was}")).unwrap_or_default();
        self.0.push(format!("clear {}{was} {cause:?}", location.path()));
    }

    fn agree(&mut self, location: &LazyLocation<'_>) {
        self.0.push(format!("agree {}", location.path()));
    }

    fn reorder(&mut self, location: &LazyLocation<'_>, order: &[usize]) {
        self.0.push(format!("reorder {} {order:?}", location.path()));
    }
}

fn pod() -> Value {
    json!({"spec": {
        "priority": 1,
        "containers": [
            {"name": "a", "image": "x", "args": ["1"], "env": [{"name": "A", "value": "b"}]},
            {"name": "b", "image": "y"}
        ],
        "volumes": [{"name": "v", "configMap": {"name": "c"}}],
        "securityContext": {"runAsUser": 1, "fsGroup": 2}
    }})
}

fn schema() -> Schema {
    Schema::for_kind("v1", "Pod").unwrap()
}

#[test]
fn the_extended_dialect_is_seen() {
    let patch = json!({"spec": {
        "$unset": ["priority"],
        "$append/tolerations": [{"key": "k"}],
        "containers": [
            {"name": "a", "image": "x", "$prepend/args": ["0"], "$setElementOrder/args": ["1", "0"], "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]},
            {"name": "b", "$patch": "delete"},
            {"name": "c", "image": "z"}
        ],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "securityContext": {"$patch": "replace", "fsGroup": 3}
    }});
    let mut seen = Seen::default();
    let extended = extend(pod(), &patch, schema(), Options::default(), &mut seen);
    assert!(extended.diagnostics.is_empty(), "{:?}", extended.diagnostics);
    assert_eq!(
        seen.0,
        [
            "delete .spec.priority = 1 Unset",
            "delete .spec.containers[name=\"b\"] = {\"image\":\"y\",\"name\":\"b\"} Delete",
            "delete .spec.containers[name=\"a\"].env[name=\"A\"].value = \"b\" Union",
            "set .spec.containers[name=\"a\"].env[name=\"A\"].valueFrom = {\"fieldRef\":{\"fieldPath\":\"x\"}} Stated",
            "set .spec.containers[name=\"a\"].image = \"x\" -> \"x\" Stated",
            "set .spec.containers[name=\"a\"].args[0] = \"0\" Prepend",
            "reorder .spec.containers[name=\"a\"].args [1, 0]",
            "set .spec.containers[name=\"c\"] = {\"image\":\"z\",\"name\":\"c\"} Stated",
            "clear .spec.securityContext = {\"fsGroup\":2,\"runAsUser\":1} Replace",
            "set .spec.securityContext.fsGroup = 3 Stated",
            "delete .spec.volumes[name=\"v\"].configMap = {\"name\":\"c\"} Union",
            "set .spec.volumes[name=\"v\"].emptyDir = {} Stated",
            "set .spec.tolerations[0] = {\"key\":\"k\"} Append",
        ]
    );
}

#[test]
fn the_kubernetes_dialect_is_seen() {
    let patch = json!({"spec": {
        "priority": null,
        "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}],
        "containers": [{"name": "c", "image": "z"}, {"name": "b", "$patch": "delete"}],
        "securityContext": {"$retainKeys": ["fsGroup"], "fsGroup": 3},
        "volumes": [{"$patch": "replace"}]
    }});
    let mut seen = Seen::default();
    apply(pod(), &patch, schema(), &mut seen).unwrap();
    assert_eq!(
        seen.0,
        [
            "delete .spec.containers[name=\"b\"] Delete",
            "set .spec.containers[name=\"c\"] = {\"image\":\"z\",\"name\":\"c\"} Stated",
            "clear .spec.containers Order",
            "delete .spec.priority Null",
            "delete .spec.securityContext.runAsUser RetainKeys",
            "set .spec.securityContext.fsGroup = 3 Stated",
            "clear .spec.volumes Replace",
        ]
    );
}

#[test]
fn a_fold_knows_who_changed_a_place_last() {
    let image = |image: &str| json!({"spec": {"containers": [{"name": "a", "image": image}]}});
    let (first, second) = (image("first"), image("second"));
    let unset = json!({"spec": {"$unset": ["volumes"]}});
    let layer = |name: &'static str, patch| Layer {
        id: name.into(),
        patch: Patch::Template(patch),
        options: Options::default(),
    };
    let layers = [layer("one", &first), layer("two", &second), layer("three", &unset)];
    let folded = fold(pod(), &layers, schema(), &Work::unlimited());
    let blame = |path: &FieldPath| folded.provenance.last_change(path);
    let container = FieldPath::fields(["spec", "containers"]).item("name", "a");
    assert_eq!(blame(&container.field("image")), Some(1));
    assert_eq!(blame(&container.field("args")), None);
    assert_eq!(blame(&FieldPath::fields(["spec", "volumes"]).item("name", "v")), Some(2));
    assert_eq!(folded.value["spec"]["containers"][0]["image"], "second");
}
