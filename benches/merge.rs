//! How fast a merge is, in one run beside what people would use instead; as ratios.
//!
//! `cargo bench` prints a table: podgraft from bytes to bytes and from value to value, against the floor
//! (`serde_json` reading both documents and printing the result), apimachinery in Go (both ways), and
//! `k8s_openapi::DeepMerge`; what provenance costs (`cargo bench -- provenance` prints only that); then `podgraft patch` against `kubectl patch --local`, as processes.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a benchmark is no library")]

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use k8s_openapi::{DeepMerge, api::apps::v1::Deployment};
use podgraft_merge::{
    layers::{Layer, Patch, fold, fold_without_provenance},
    patch::{Options, apply, extend},
    schema::Schema,
    work::Work,
};
use serde_json::{Value, json};

struct Case {
    name: String,
    base: String,
    patch: String,
    result: String,
}

fn main() {
    provenance();
    if std::env::args().any(|argument| argument == "provenance") {
        return;
    }
    let mut cases = vec![realistic()];
    for items in [10, 100, 1_000, 4_000, 10_000] {
        cases.push(list(items));
    }
    let go = go(&cases);
    println!("times in microseconds; ratios: how many times longer than podgraft");
    println!(
        "{:<12} {:>9} {:>9} {:>9} {:>9} {:>7} {:>10} {:>10} {:>10}",
        "case", "bytes", "parsed", "extended", "floor", "/floor", "Go bytes", "Go parsed", "DeepMerge"
    );
    for case in &cases {
        let (base, patch): (Value, Value) = (parse(&case.base), parse(&case.patch));
        let schema = Schema::for_kind("apps/v1", "Deployment").unwrap();
        let bytes = median(|| {
            let merged = apply(parse(&case.base), &parse(&case.patch), schema, &mut ()).unwrap();
            black_box(serde_json::to_string(&merged).unwrap());
        });
        let floor = median(|| {
            black_box((parse(&case.base), parse(&case.patch)));
            // The result is read once, outside of the time; printing it is part of the floor.
            black_box(RESULT.with(|result| serde_json::to_string(&*result.borrow_or(&case.result)).unwrap()));
        });
        let parsed =
            prepared(|| base.clone(), |base| drop(black_box(apply(base, &patch, schema, &mut ()).unwrap())));
        let extended = prepared(
            || base.clone(),
            |base| drop(black_box(extend(base, &patch, schema, Options::default(), &mut ()))),
        );
        let typed: (Deployment, Deployment) =
            (serde_json::from_str(&case.base).unwrap(), serde_json::from_str(&case.patch).unwrap());
        let deep = prepared(
            || typed.clone(),
            |(mut base, patch)| {
                base.merge_from(patch);
                black_box(base);
            },
        );
        let (go_bytes, go_parsed) = go.get(&case.name).copied().unwrap_or((f64::NAN, f64::NAN));
        println!(
            "{:<12} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {:>7.2} {:>9.1}x {:>9.1}x {:>9.1}x",
            case.name,
            micros(bytes),
            micros(parsed),
            micros(extended),
            micros(floor),
            micros(bytes) / micros(floor),
            go_bytes / 1_000.0 / micros(bytes),
            go_parsed / 1_000.0 / micros(parsed),
            micros(deep) / micros(parsed),
        );
    }
    processes(&cases[0]);
}

/// A deployment as an operator makes it, and a template as people write it.
fn realistic() -> Case {
    let container = |name: &str| {
        json!({
            "name": name, "image": "registry.example.com/load/locust:2.43.0", "imagePullPolicy": "IfNotPresent",
            "args": ["--locustfile", "/lotest/src/test.py", "--worker", "--master-port=5557", "--master-host=checkout-master"],
            "env": [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}, {"name": "REGION", "value": "eu"}],
            "ports": [{"containerPort": 8080}],
            "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
            "volumeMounts": [{"name": "src", "mountPath": "/lotest/src"}, {"name": "lib", "mountPath": "/opt/locust/lib"}]
        })
    };
    let base = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "checkout-worker", "labels": {"app": "checkout", "managed-by": "operator"}},
        "spec": {"selector": {"matchLabels": {"app": "checkout"}}, "template": {
            "metadata": {"labels": {"app": "checkout"}, "annotations": {"prometheus.io/scrape": "true"}},
            "spec": {
                "containers": [container("locust"), container("proxy")],
                "volumes": [{"name": "src", "configMap": {"name": "test"}}, {"name": "lib", "configMap": {"name": "lib"}}],
                "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}
            }
        }}
    });
    let patch = json!({"spec": {"template": {"metadata": {"labels": {"team": "checkout"}}, "spec": {
        "containers": [{
            "name": "locust", "image": "registry.example.com/load/locust:2.44.0",
            "env": [{"name": "REGION", "value": "us"}, {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "token"}}}],
            "resources": {"limits": {"memory": "2Gi"}},
            "volumeMounts": [{"name": "data", "mountPath": "/data"}]
        }],
        "volumes": [{"name": "data", "emptyDir": {}}],
        "nodeSelector": {"pool": "load"}, "tolerations": [{"key": "load", "operator": "Exists"}]
    }}}});
    case("realistic", &base, &patch)
}

/// What it costs to know who set each field: folds of layers with and without provenance.
fn provenance() {
    let schema = Schema::for_kind("apps/v1", "Deployment").unwrap();
    println!("{:<28} {:>9} {:>9} {:>7}", "fold", "without", "with", "ratio");
    for (case, count) in [(realistic(), 1), (realistic(), 12), (list(100), 1), (list(10_000), 1)] {
        let base: Value = parse(&case.base);
        // Each layer writes something of its own, so that each has something to shadow.
        let patches: Vec<Value> =
            (0..count).map(|n| parse(&case.patch.replace("2.44.0", &format!("2.{n}.0")))).collect();
        let layers: Vec<Layer<'_>> = patches
            .iter()
            .map(|patch| Layer {
                id: "a layer".into(),
                patch: Patch::Template(patch),
                options: Options::default(),
            })
            .collect();
        // In turns, so that whatever else the machine does slows both.
        let (started, mut without, mut with) = (Instant::now(), Vec::new(), Vec::new());
        while with.len() < 5 || started.elapsed() < 2 * BUDGET {
            without.push(once(&base, |base| drop(fold_without_provenance(base, &layers, schema))));
            with.push(once(&base, |base| drop(fold(base, &layers, schema, &Work::unlimited()))));
        }
        let (without, with) = (middle(without), middle(with));
        let name = format!("{}, layers: {count}", case.name);
        let ratio = micros(with) / micros(without);
        println!("{name:<28} {:>9.1} {:>9.1} {ratio:>6.2}x", micros(without), micros(with));
    }
}

/// One container with many variables, all of which change.
fn list(items: usize) -> Case {
    let variables = |value: &str| -> Vec<Value> {
        (0..items)
            .map(|n| json!({"name": format!("VARIABLE_{n}"), "value": format!("{value} {n}")}))
            .collect()
    };
    let deployment = |value: &str| json!({"spec": {"selector": {}, "template": {"spec": {"containers": [{"name": "locust", "env": variables(value)}]}}}});
    let mut base = deployment("before");
    base["apiVersion"] = "apps/v1".into();
    base["kind"] = "Deployment".into();
    case(&format!("list {items}"), &base, &deployment("after"))
}

fn case(name: &str, base: &Value, patch: &Value) -> Case {
    let schema = Schema::for_kind("apps/v1", "Deployment").unwrap();
    let result = apply(base.clone(), patch, schema, &mut ()).unwrap();
    Case { name: name.into(), base: base.to_string(), patch: patch.to_string(), result: result.to_string() }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

thread_local! {
    static RESULT: Parsed = const { Parsed(std::cell::RefCell::new(None)) };
}

/// The last parsed result, so that the floor prints it without reading it.
struct Parsed(std::cell::RefCell<Option<(String, std::rc::Rc<Value>)>>);

impl Parsed {
    fn borrow_or(&self, text: &str) -> std::rc::Rc<Value> {
        let mut last = self.0.borrow_mut();
        match &*last {
            Some((known, value)) if known == text => value.clone(),
            _ => {
                let value = std::rc::Rc::new(parse(text));
                *last = Some((text.to_owned(), value.clone()));
                value
            }
        }
    }
}

/// How long a test of one case may run.
const BUDGET: Duration = Duration::from_millis(700);

/// The median time of many runs.
fn median(mut run: impl FnMut()) -> Duration {
    prepared(|| (), |()| run())
}

/// The median time of many runs, each with an input whose making does not count.
fn prepared<T>(mut prepare: impl FnMut() -> T, mut run: impl FnMut(T)) -> Duration {
    let (started, mut times) = (Instant::now(), Vec::new());
    while times.len() < 5 || started.elapsed() < BUDGET {
        let input = prepare();
        let start = Instant::now();
        run(input);
        times.push(start.elapsed());
    }
    middle(times)
}

/// The time of one run on a copy whose making does not count.
fn once(base: &Value, run: impl FnOnce(Value)) -> Duration {
    let base = black_box(base.clone());
    let start = Instant::now();
    run(base);
    start.elapsed()
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Go's times in nanoseconds, from bytes to bytes and from value to value, by case.
fn go(cases: &[Case]) -> BTreeMap<String, (f64, f64)> {
    let oracle = build("oracle");
    let file = std::env::temp_dir().join(format!("podgraft-bench-{}.json", std::process::id()));
    let inputs: Vec<Value> = cases
        .iter()
        .map(|case| json!({"name": case.name, "base": parse(&case.base), "patch": parse(&case.patch)}))
        .collect();
    fs::write(&file, Value::from(inputs).to_string()).unwrap();
    let output = Command::new(oracle).arg("-bench").arg(&file).stderr(Stdio::inherit()).output().unwrap();
    let _ = fs::remove_file(&file);
    let line = |line: &str| {
        let line = parse(line);
        Some((line["name"].as_str()?.to_owned(), (line["bytes_ns"].as_f64()?, line["parsed_ns"].as_f64()?)))
    };
    String::from_utf8(output.stdout).unwrap().lines().filter_map(line).collect()
}

/// `podgraft patch` against `kubectl patch --local`, as processes.
fn processes(case: &Case) {
    let folder = std::env::temp_dir().join(format!("podgraft-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("base.json");
    fs::write(&file, &case.base).unwrap();
    let file = file.to_str().unwrap();
    let timed = |program: &Path, arguments: &[&str]| {
        median(|| {
            let output = Command::new(program).args(arguments).env("HOME", &folder).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        })
    };
    let kubectl = build("control-plane").join("kubectl");
    let ours = timed(
        Path::new(env!("CARGO_BIN_EXE_podgraft")),
        &["patch", "-f", file, "-p", &case.patch, "-o", "json"],
    );
    let theirs = timed(
        &kubectl,
        &["patch", "--local", "--type=strategic", "-f", file, "-p", &case.patch, "-o", "json"],
    );
    let _ = fs::remove_dir_all(&folder);
    println!(
        "\npodgraft patch {:.1} ms, kubectl patch --local {:.1} ms: {:.0} times longer",
        micros(ours) / 1e3,
        micros(theirs) / 1e3,
        micros(theirs) / micros(ours)
    );
}

/// Builds or finds a part of `conformance/`; the path that its script prints last.
fn build(part: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/build.sh");
    let output = Command::new("bash").arg(script).arg(part).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/build.sh {part} failed");
    String::from_utf8(output.stdout).unwrap().lines().last().unwrap().into()
}
