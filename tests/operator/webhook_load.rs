//! How fast the webhook answers, and that nothing that is sent to it disturbs it.
//!
//! `cargo test --test operator webhook_ -- --nocapture` prints the figures.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use fastrand::Rng;
use futures::{StreamExt, stream};
use http::Request;
use http_body_util::BodyExt;
use kube::{Client, Config, client::Body};
use podgraft_testkit::webhook_process::{WebhookProcess, write_certificate};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};

use crate::{cluster, scenario::test};

/// How many reviews are under way at once.
const AT_ONCE: usize = 64;
/// How many reviews are measured.
const REVIEWS: usize = 1_500;
/// How many overlays apply to each test.
const OVERLAYS: usize = 50;
/// How many tests there are in the end.
const TESTS: usize = 1_000;
/// How many wrong bodies are sent.
const WRONG: usize = 10_000;
/// How long the webhook may take for anything: what it promises the API server.
const DEADLINE: Duration = Duration::from_secs(10);

/// How fast reviews are answered, and what wrong ones do.
#[test]
fn webhook_load_and_wrong_bodies() {
    let (_turn, cluster) = cluster();
    let folder = cluster.plane.folder().join("webhook");
    let authority = write_certificate(&folder);
    let mut webhook = WebhookProcess::of_folder(&cluster, &folder, &[]);
    cluster.plane.kubectl_ok(&["create", "namespace", "load"], b"");
    cluster.plane.kubectl_ok(&["apply", "-f", "-"], overlays().as_bytes());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let client = runtime.block_on(async { client(webhook.port, &authority) });
    runtime.block_on(measure(&client, &format!("{OVERLAYS} overlays")));
    let tests: Vec<String> = (0..TESTS).map(|index| test(&format!("t{index}"), "")).collect();
    cluster.plane.kubectl_ok(&["create", "-n", "load", "-f", "-"], tests.join("---\n").as_bytes());
    runtime.block_on(measure(&client, &format!("{OVERLAYS} overlays and {TESTS} tests in the cluster")));
    runtime.block_on(wrong_bodies(&client));
    println!("memory in the end: {} MiB", memory(&webhook));
    assert_eq!(webhook.stop(), Some(0), "it ends in order");
}

/// Overlays each of which sets something of its own.
fn overlays() -> String {
    let overlay = |number: usize| {
        format!(
            "apiVersion: locust.io/v1alpha1\nkind: PodOverlay\nmetadata: {{name: o{number}, namespace: load}}\nspec:\n  priority: {number}\n  \
             defaults:\n    eachContainer: {{env: [{{name: O{number}, value: a}}]}}\n    podTemplate: {{metadata: {{annotations: {{example.com/o{number}: a}}}}}}\n  \
             constraints: [{{path: .spec.hostNetwork, enum: [false], message: 'never'}}]\n"
        )
    };
    (0..OVERLAYS).map(overlay).collect::<Vec<_>>().join("---\n")
}

/// A client that trusts this authority.
fn client(port: u16, authority: &str) -> Client {
    let mut config = Config::new(format!("https://localhost:{port}").parse().unwrap());
    let authority = CertificateDer::from_pem_slice(authority.as_bytes()).unwrap();
    config.root_cert = Some(vec![authority.to_vec()]);
    config.default_retry = false;
    Client::try_from(config).unwrap()
}

/// A review of a new test.
pub(crate) fn review(number: usize) -> Value {
    json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
        "uid": format!("u{number}"), "operation": "CREATE", "namespace": "load",
        "kind": {"group": "locust.io", "version": "v2", "kind": "LocustTest"},
        "resource": {"group": "locust.io", "version": "v2", "resource": "locusttests"},
        "object": {
            "apiVersion": "locust.io/v2", "kind": "LocustTest", "metadata": {"name": format!("r{number}"), "namespace": "load"},
            "spec": {"image": "locustio/locust:2.43.0", "master": {"command": "-f a.py"},
                "worker": {"command": "-f a.py", "replicas": 3},
                "podTemplate": {"spec": {"nodeSelector": {"pool": "load"}, "tolerations": [{"key": "load", "operator": "Exists"}]}}}
        },
        "oldObject": null, "dryRun": false
    }})
}

/// Sends a body; the status and the answer.
async fn send(client: &Client, body: Vec<u8>) -> (u16, Vec<u8>) {
    let request = Request::post("/validate?timeout=10s").header("content-type", "application/json");
    let answer = client.send(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.into_body().collect().await.unwrap().to_bytes().to_vec())
}

/// Whether an answer allows the review with this number.
fn allows(number: usize, (status, answer): &(u16, Vec<u8>)) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let response = &answer["response"];
    *status == 200 && response["uid"] == format!("u{number}") && response["allowed"] == true
}

async fn measure(client: &Client, with: &str) {
    let mut took: Vec<Duration> = stream::iter(0..REVIEWS)
        .map(|number| async move {
            let body = review(number).to_string().into_bytes();
            let started = Instant::now();
            let answer = send(client, body).await;
            assert!(allows(number, &answer), "{}: {}", answer.0, String::from_utf8_lossy(&answer.1));
            started.elapsed()
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100].as_millis();
    println!("{REVIEWS} reviews, {AT_ONCE} at once, {with}: p50 {} ms, p99 {} ms", at(50), at(99));
    assert!(took[took.len() - 1] < DEADLINE, "the slowest took {:?}", took[took.len() - 1]);
}

/// Wrong bodies with good ones between them: each is answered, none late, and the good ones as ever.
async fn wrong_bodies(client: &Client) {
    let (good, late) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counts = (&good, &late);
    stream::iter(0..WRONG + WRONG / 20)
        .map(|number| async move {
            let is_good = number % 21 == 20;
            let body = if is_good { review(number).to_string().into_bytes() } else { wrong(number) };
            let started = Instant::now();
            let answer = send(client, body.clone()).await;
            if is_good {
                assert!(allows(number, &answer), "{answer:?}");
                counts.0.fetch_add(1, Ordering::Relaxed);
            }
            assert!(
                [200, 400, 413].contains(&answer.0),
                "{number}: {} {}",
                answer.0,
                String::from_utf8_lossy(&answer.1)
            );
            counts.1.fetch_add(usize::from(started.elapsed() >= DEADLINE), Ordering::Relaxed);
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;
    let (good, late) = (good.into_inner(), late.into_inner());
    println!("{WRONG} wrong bodies: 0 crashes, {late} late; {good} good ones between them were allowed");
    assert_eq!(late, 0);
}

/// A body with something wrong.
fn wrong(number: usize) -> Vec<u8> {
    let mut rng = Rng::with_seed(number as u64);
    let mut body = review(number).to_string().into_bytes();
    match number % 8 {
        0 => body.truncate(rng.usize(..body.len())),
        1 => {
            for _ in 0..rng.usize(1..20) {
                let at = rng.usize(..body.len());
                body[at] = rng.u8(..);
            }
        }
        2 => return (0..rng.usize(..5_000)).map(|_| rng.u8(..)).collect(),
        3 => {
            let depth = rng.usize(1..50_000);
            return [b"{\"request\":{\"object\":".to_vec(), vec![b'['; depth]].concat();
        }
        _ => {
            let mut review = review(number);
            for _ in 0..rng.usize(1..6) {
                spoil(&mut review["request"]["object"], &mut rng);
            }
            if number.is_multiple_of(801) {
                let long = "x".repeat(rng.usize(..9 * 1_024 * 1_024));
                review["request"]["object"] = json!({"spec": {"image": long}});
            }
            return review.to_string().into_bytes();
        }
    }
    body
}

/// Puts something else in the place of a random part of a value.
fn spoil(value: &mut Value, rng: &mut Rng) {
    let inner: Vec<&mut Value> = match value {
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        _ => Vec::new(),
    };
    let count = inner.len();
    if count > 0 && rng.u8(..4) > 0 {
        let chosen = rng.usize(..count);
        return inner.into_iter().nth(chosen).into_iter().for_each(|inner| spoil(inner, rng));
    }
    *value = match rng.u8(..7) {
        0 => Value::Null,
        1 => json!(rng.i64(..)),
        2 => json!(rng.f64() * 1e300),
        3 => json!({"$patch": "delete", "a": {"$unset": ["b"]}}),
        4 => json!([{"name": "locust", "$patch": "replace"}, null, 1]),
        5 => json!("\u{0}\u{202e}😀".repeat(rng.usize(1..200))),
        _ => json!({}),
    };
}

/// The memory that the webhook has in use, in MiB.
fn memory(webhook: &WebhookProcess) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", webhook.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
}
