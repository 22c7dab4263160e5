//! Certificates that the webhook makes itself: two replicas of it, a Secret that breaks, and one that ends soon.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use podgraft_testkit::{
    files::{root, text},
    webhook_process::{WebhookProcess, ask_all, base64},
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::{Value, json};

use crate::scenario::{Place, test};

/// The Secret and the configuration, as docs/operator/webhook-rights.yaml has their names.
const NAME: &str = "podgraft-webhook";
/// How long anything may take: both authorities are trusted for 20 seconds before the next certificate is shown.
const PATIENCE: Duration = Duration::from_secs(90);

fn start(place: &Place<'_>) -> WebhookProcess {
    let arguments = [
        "--webhook-secret",
        NAME,
        "--webhook-namespace",
        "podgraft",
        "--webhook-service",
        "localhost",
        "--webhook-configuration",
        NAME,
    ];
    WebhookProcess::begin(place.cluster, &arguments)
}

/// The documented rights, but for the one to ask for rights: another scenario at the same time takes it from the
/// webhook of its namespace, and sees what happens without it. (Nothing is created under a name that a rule lists.)
fn rights() -> String {
    let rights = fs::read_to_string(root().join("docs/operator/webhook-rights.yaml")).unwrap();
    let asks = "    resources: [localsubjectaccessreviews]\n";
    assert!(rights.contains(asks), "{rights}");
    rights.replace(asks, &format!("{asks}    resourceNames: [none]\n"))
}

fn secret(place: &Place<'_>) -> Value {
    place.cluster.get("secret", NAME, "podgraft")
}

/// The bundles of all webhooks of the configuration.
fn bundles(place: &Place<'_>) -> Vec<Value> {
    let configuration = place.cluster.get("validatingwebhookconfiguration", NAME, "default");
    let webhooks = configuration["webhooks"].as_array().unwrap();
    webhooks.iter().map(|webhook| webhook["clientConfig"]["caBundle"].clone()).collect()
}

fn until(place: &Place<'_>, what: &str, is: impl Fn() -> bool) {
    let started = Instant::now();
    while !is() {
        assert!(started.elapsed() < PATIENCE, "{what}: {:#}\n{:#?}", secret(place), bundles(place));
        sleep(Duration::from_millis(100));
    }
}

/// Whether both replicas answer; what kubectl says otherwise.
fn review(place: &Place<'_>) -> Result<(), String> {
    let arguments = ["create", "--dry-run=server", "-n", &place.namespace, "-f", "-"];
    let output = place.cluster.plane.kubectl(&arguments, test("reviewed", "").as_bytes());
    if output.status.success() { Ok(()) } else { Err(text(&output.stderr).to_owned()) }
}

pub(crate) fn two_replicas_agree_heal_and_rotate_under_load(place: &Place<'_>) {
    let plane = &place.cluster.plane;
    plane.kubectl_ok(&["apply", "-f", "-"], rights().as_bytes());
    let replicas = [start(place), start(place)];
    ask_all(plane, NAME, &replicas.each_ref().map(|one| one.port), None, &place.namespace);
    replicas.iter().for_each(WebhookProcess::until_ready);
    until(place, "both answer", || review(place).is_ok());
    let made = secret(place);
    let (stop, reviews) = (AtomicBool::new(false), AtomicUsize::new(0));
    scope(|scope| {
        let load = || {
            while !stop.load(Ordering::Relaxed) {
                if let Err(said) = review(place) {
                    stop.store(true, Ordering::Relaxed);
                    panic!("a review failed: {said}");
                }
                reviews.fetch_add(1, Ordering::Relaxed);
            }
        };
        let workers = [scope.spawn(load), scope.spawn(load), scope.spawn(load)];
        // Whatever fails, the load ends.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            heals(place, &made);
            rotates(place);
        }));
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.join().unwrap();
        }
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
    println!("{} reviews while certificates changed, 0 failed", reviews.load(Ordering::Relaxed));
    // Somebody overwrites what the API server trusts.
    let nonsense = json!([{"op": "replace", "path": "/webhooks/1/clientConfig/caBundle", "value": secret(place)["data"]["tls.crt"]}]);
    plane.kubectl_ok(
        &["patch", "validatingwebhookconfiguration", NAME, "--type=json", "-p", &nonsense.to_string()],
        b"",
    );
    until(place, "the bundle is mended", || {
        bundles(place).iter().all(|one| *one == secret(place)["data"]["ca.crt"])
    });
    plane.kubectl_ok(&["delete", "validatingwebhookconfiguration", NAME], b"");
}

/// Deleted or broken, it comes back as it was: the replicas remember it.
fn heals(place: &Place<'_>, made: &Value) {
    let plane = &place.cluster.plane;
    plane.kubectl_ok(&["delete", "secret", NAME, "-n", "podgraft"], b"");
    until(place, "the Secret is made again", || secret(place)["data"] == made["data"]);
    for broken in
        [json!({"tls.key": base64(b"nonsense")}), json!({"ca.crt": null}), json!({"tls.crt": base64(b"")})]
    {
        let patch = json!({ "data": broken }).to_string();
        plane.kubectl_ok(&["patch", "secret", NAME, "-n", "podgraft", "--type=merge", "-p", &patch], b"");
        until(place, "the Secret is mended", || secret(place)["data"] == made["data"]);
    }
}

/// A certificate that ends within three weeks is replaced, first beside the old one, then in its place.
fn rotates(place: &Place<'_>) {
    let (authority, certificate, key) = ending_soon();
    // The API server trusts both before the replicas show this one.
    let old = secret(place)["data"]["ca.crt"].clone();
    let both = authority.clone() + &decode(&old);
    for index in 0..2 {
        let patch = json!([{"op": "replace", "path": format!("/webhooks/{index}/clientConfig/caBundle"), "value": base64(both.as_bytes())}]);
        let arguments =
            ["patch", "validatingwebhookconfiguration", NAME, "--type=json", "-p", &patch.to_string()];
        place.cluster.plane.kubectl_ok(&arguments, b"");
    }
    let data = json!({"data": {"ca.crt": base64(both.as_bytes()), "tls.crt": base64(certificate.as_bytes()), "tls.key": base64(key.as_bytes())}});
    let arguments = ["patch", "secret", NAME, "-n", "podgraft", "--type=merge", "-p", &data.to_string()];
    place.cluster.plane.kubectl_ok(&arguments, b"");
    until(place, "the next certificate is made", || secret(place)["data"]["next.crt"].is_string());
    assert_eq!(
        secret(place)["data"]["tls.crt"],
        base64(certificate.as_bytes()),
        "the old one is still shown"
    );
    let next = secret(place)["data"]["next.crt"].clone();
    until(place, "the API server trusts both", || {
        bundles(place).iter().all(|one| *one == secret(place)["data"]["ca.crt"])
    });
    until(place, "the next certificate is shown", || secret(place)["data"]["tls.crt"] == next);
    assert!(secret(place)["data"]["next.crt"].is_null());
    sleep(Duration::from_secs(3));
}

fn decode(text: &Value) -> String {
    let bytes: k8s_openapi::ByteString = serde_json::from_value(text.clone()).unwrap();
    String::from_utf8(bytes.0).unwrap()
}

/// An authority and a certificate that end in three weeks, in PEM.
fn ending_soon() -> (String, String, String) {
    let ends = rcgen::date_time_ymd(1970, 1, 1)
        + std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap()
        + Duration::from_secs(21 * 24 * 3_600);
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.not_after = ends;
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = ["localhost.podgraft.svc", "localhost"].map(str::to_owned);
    let mut certificate = CertificateParams::new(names).unwrap();
    certificate.not_after = ends;
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    (authority.pem(), certificate.pem(), key.serialize_pem())
}
