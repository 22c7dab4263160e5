//! Runs scenarios beside each other, each in a namespace of its own.

use std::{
    io::{Read, Write},
    net::TcpStream,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use podgraft_testkit::{cluster::Cluster, operator_process::OperatorProcess};
use serde_json::Value;

/// How many run at once: they wait most of the time.
const AT_ONCE: usize = 5;

/// A named scenario.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Place<'_>),
}

macro_rules! scenario {
    ($path:path) => {
        $crate::scenario::Scenario { name: stringify!($path), run: $path }
    };
}
pub(crate) use scenario;

/// Where a scenario plays.
pub(crate) struct Place<'c> {
    pub(crate) cluster: &'c Cluster,
    pub(crate) namespace: String,
}

impl Place<'_> {
    /// Applies this text in the namespace.
    pub(crate) fn apply(&self, text: &str) {
        self.cluster.plane.kubectl_ok(&["apply", "-n", &self.namespace, "-f", "-"], text.as_bytes());
    }

    /// Runs kubectl in the namespace, which must succeed.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        let arguments = [arguments, &["-n", &self.namespace]].concat();
        self.cluster.plane.kubectl_ok(&arguments, b"")
    }

    pub(crate) fn get(&self, kind: &str, name: &str) -> Value {
        self.cluster.get(kind, name, &self.namespace)
    }

    pub(crate) fn until(&self, kind: &str, name: &str, is: impl Fn(&Value) -> bool) -> Value {
        self.cluster.until(kind, name, &self.namespace, is)
    }

    pub(crate) fn gone(&self, kind: &str, name: &str) {
        self.cluster.gone(kind, name, &self.namespace);
    }

    pub(crate) fn phase(&self, name: &str, phase: &str) -> Value {
        self.cluster.phase(name, &self.namespace, phase)
    }

    pub(crate) fn reason(&self, name: &str, kind: &str, reason: &str) -> String {
        self.cluster.reason(name, &self.namespace, kind, reason)
    }

    /// A name that no other scenario uses: fates are decided by the pods' names.
    pub(crate) fn name(&self, short: &str) -> String {
        format!("{short}-{}", self.namespace)
    }

    /// The pods of a role, as the API server has them.
    pub(crate) fn pods(&self, role: &str) -> Vec<Value> {
        let label = format!("performance-test-pod-name={role}");
        let text = self.kubectl(&["get", "pods", "-l", &label, "-o", "json"]);
        serde_json::from_str::<Value>(&text).unwrap()["items"].as_array().unwrap().clone()
    }

    /// Checks that a test never had two masters at once, and had so many in all.
    pub(crate) fn had_masters(&self, name: &str, ever: usize) {
        let of = format!("{}/{name}-master", self.namespace);
        let started = Instant::now();
        // A pod is counted a moment after the Job controller made it.
        while self.cluster.life.masters(&of).ever.len() < ever && started.elapsed().as_secs() < 10 {
            thread::sleep(std::time::Duration::from_millis(100));
        }
        let masters = self.cluster.life.masters(&of);
        assert_eq!((masters.at_once, masters.ever.len()), (1, ever), "{name}: {masters:?}");
    }

    /// What `kubectl describe` says of a test.
    pub(crate) fn describe(&self, name: &str) -> String {
        self.kubectl(&["describe", "locusttest", name])
    }
}

/// A small LocustTest, with more of its spec.
pub(crate) fn test(name: &str, more: &str) -> String {
    format!(
        "apiVersion: locust.io/v2\nkind: LocustTest\nmetadata:\n  name: {name}\nspec:\n  image: locustio/locust:2.43.0\n  \
         master: {{command: --locustfile /lotest/src/test.py}}\n  \
         worker: {{command: --locustfile /lotest/src/test.py, replicas: 2}}\n{more}"
    )
}

/// Runs all scenarios, then fails if one failed. `PODGRAFT_SCENARIO` chooses by a part of the name.
pub(crate) fn run(cluster: &Cluster, scenarios: &[Scenario]) {
    let chosen = std::env::var("PODGRAFT_SCENARIO").unwrap_or_default();
    let scenarios: Vec<&Scenario> =
        scenarios.iter().filter(|scenario| scenario.name.contains(&chosen)).collect();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(name) = play(cluster, scenario, &scenarios) {
                        failed.lock().unwrap().push(name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    println!("{} scenarios, {} failed", scenarios.len(), failed.len());
    assert!(failed.is_empty(), "failed: {failed:?}");
}

fn play(cluster: &Cluster, scenario: &Scenario, all: &[&Scenario]) -> Result<(), &'static str> {
    let started = Instant::now();
    let index = all.iter().position(|other| other.name == scenario.name).unwrap();
    let place = Place { cluster, namespace: format!("s{index}") };
    cluster.plane.kubectl_ok(&["create", "namespace", &place.namespace], b"");
    let outcome = catch_unwind(AssertUnwindSafe(|| (scenario.run)(&place)));
    let word = if outcome.is_ok() { "ok" } else { "FAILED" };
    println!("scenario {} ... {word} ({:.1} s)", scenario.name, started.elapsed().as_secs_f64());
    outcome.map_err(|_| scenario.name)
}

/// The operator answers probes, and counts.
pub(crate) fn answers(operator: &OperatorProcess) {
    for (port, path, part) in [
        (operator.health, "/healthz", "ok"),
        (operator.health, "/readyz", "ok"),
        (operator.metrics, "/metrics", "podgraft_tests{phase=\"Running\","),
    ] {
        let answer = http(port, path);
        assert!(answer.contains("200 OK") && answer.contains(part), "{path}: {answer}");
    }
}

/// The sum of a metric's samples that have these labels.
pub(crate) fn count(operator: &OperatorProcess, name: &str, labels: &str) -> usize {
    let text = http(operator.metrics, "/metrics");
    let samples = text.lines().filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
    let samples =
        samples.filter(|(found, _)| (found.is_empty() || found.starts_with('{')) && found.contains(labels));
    samples.map(|(_, value)| value.parse::<usize>().unwrap()).sum()
}

/// What an HTTP server on loopback answers to a GET.
pub(crate) fn http(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
