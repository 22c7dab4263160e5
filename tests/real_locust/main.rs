//! What `render` makes of a LocustTest, run by the real Locust: one master and two workers on loopback, with
//! exactly the rendered arguments and environment. Only the name of the master's Service is made to mean
//! 127.0.0.1 (see `pod::Names` for how).
#![cfg(test)]

mod launching;
mod pod;
mod reading;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod wait_for_master;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use pod::{Names, Node, Pod};
use podgraft_locust::{self, config::Config, role::Role};
use podgraft_pod::manifest;
use podgraft_testkit::files::{root, text};
use serde_json::Value;
use server::Requests;

/// The test: a short one, with a template for each role.
const TEST: &str = include_str!("test.yaml");
const LOCUSTFILE: &str = include_str!("locustfile.py");

/// Held by the test that runs a master.
static TURN: Mutex<()> = Mutex::new(());

/// Where the master listens for workers, and for the exporter and browsers.
const PORTS: [u16; 2] = [5557, 8089];
/// How long the ports may be busy, for one with another run of this test.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the load test may take; some ten seconds are usual.
const LIMIT: Duration = Duration::from_secs(45);

/// A folder that is gone when this is dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_real_locust_runs_what_is_rendered() {
    run(TEST, 2);
}

/// The master waits for as many workers as connect, and not one of each pod.
#[test]
fn a_real_master_waits_for_all_processes_of_its_workers() {
    let processes = "            - name: LOCUST_PROCESSES\n              value: \"2\"\n";
    run(&format!("{}\n{processes}", TEST.trim_end()), 4);
}

/// Runs a test's pods, whose workers are so many in the end.
fn run(test: &str, workers: usize) {
    // The ports are the same for all: one test at a time.
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let locust = install();
    let folder = format!("podgraft-locust-{}-{workers}", std::process::id());
    let folder = Folder(std::env::temp_dir().join(folder));
    fs::create_dir_all(&folder.0).unwrap();
    let requests = Requests::default();
    let address = requests.serve();
    fs::write(folder.0.join("locustfile.py"), LOCUSTFILE).unwrap();
    let (master, jobs) = rendered(test, &folder.0, &address.to_string());

    let hosts = folder.0.join("hosts");
    let others = fs::read_to_string("/etc/hosts").unwrap_or_default();
    fs::write(&hosts, format!("{others}\n127.0.0.1 {master}\n")).unwrap();
    let names = Names::choose(&hosts);
    println!("{master} means 127.0.0.1 by {names:?}");
    wait_for_ports_of(&jobs);
    let node = Node { locust: &locust, folder: &folder.0, names, hosts: &hosts, master: &master };
    let started = Instant::now();
    let mut pods = start(&node, &jobs);
    let statuses: Vec<_> = pods.iter_mut().map(|pod| pod.wait(started + LIMIT)).collect();
    println!("ran for {:.1} s", started.elapsed().as_secs_f32());
    let logs: Vec<String> = pods.iter().map(|pod| format!("--- {}\n{}", pod.name, pod.log())).collect();
    let logs = logs.join("\n");
    for (pod, status) in pods.iter().zip(statuses) {
        let status = status.unwrap_or_else(|| panic!("{} did not end in time\n{logs}", pod.name));
        assert!(status.success(), "{} ended with {status}\n{logs}", pod.name);
    }
    judge(&pods, workers, &requests, &logs);
}

/// The real Locust, installed or found; its virtual environment.
fn install() -> PathBuf {
    let script = root().join("conformance/locust/install.sh");
    let output = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "conformance/locust/install.sh failed");
    Path::new(text(&output.stdout).lines().last().unwrap()).to_owned()
}

/// The Service's name and the Jobs of the test, with its files in this folder and its target at this address.
fn rendered(test: &str, folder: &Path, address: &str) -> (String, Vec<(Role, Value)>) {
    let test = test.replace("FOLDER", folder.to_str().unwrap()).replace("ADDRESS", address);
    let document = manifest::read("test.yaml", test.as_bytes()).documents.remove(0);
    let rendered =
        podgraft_locust::render(&document, &podgraft_locust::ClusterContext::empty(), &Config::default());
    assert!(!rendered.is_refused(), "{:?}", rendered.diagnostics);
    let name = rendered.service.as_ref().unwrap()["metadata"]["name"].as_str().unwrap().to_owned();
    let jobs = rendered.by_role.unwrap().into_iter().map(|(role, rendered)| (role, rendered.job));
    (name, jobs.collect())
}

fn wait_for_ports_of(jobs: &[(Role, Value)]) {
    let (_, master) = jobs.iter().find(|(role, _)| *role == Role::Master).unwrap();
    let declared = master["spec"]["template"]["spec"]["containers"][0]["ports"].to_string();
    for port in PORTS {
        assert!(declared.contains(&port.to_string()), "the master declares {declared}");
    }
    pod::wait_for_ports(&PORTS, PATIENCE);
}

/// Starts every pod of the Jobs, as many as each wants at once.
fn start(node: &Node<'_>, jobs: &[(Role, Value)]) -> Vec<Pod> {
    let mut pods = Vec::new();
    for (_, job) in jobs {
        for index in 0..job["spec"]["parallelism"].as_u64().unwrap() {
            let name = format!("{}-{index}", job["metadata"]["name"].as_str().unwrap());
            pods.push(node.start(job, &name));
        }
    }
    assert_eq!(pods.len(), 3, "a master and two workers");
    pods
}

/// The workers found the master, load was made where the templates say, and all agree on how much.
fn judge(pods: &[Pod], workers: usize, requests: &Requests, logs: &str) {
    let master = pods[0].log();
    for said in [
        &*format!("reported as ready. {workers} workers connected."),
        // None has begun before all were there.
        &format!("to {workers} ready workers"),
        // From the master's template.
        "Run time limit set to 5 seconds",
        "--run-time limit reached",
        "--autoquit time reached",
        "Shutting down (exit code 0)",
    ] {
        assert!(master.contains(said), "the master did not say {said:?}\n{logs}");
    }
    for worker in &pods[1..] {
        assert!(worker.log().contains("Got quit message from master"), "{}\n{logs}", worker.name);
    }
    let by_path = requests.by_path();
    // From the workers' template.
    assert_eq!(by_path.keys().collect::<Vec<_>>(), ["/from-the-template"], "{logs}");
    let served = by_path["/from-the-template"];
    let (summed, failed) = summary(&master).unwrap_or_else(|| panic!("no summary\n{logs}"));
    println!("{served} requests served, {summed} in Locust's summary, {failed} failed");
    // What is under way when the time is up is served and not summed.
    assert!(summed > 0 && summed <= served, "{summed} of {served}\n{logs}");
    assert_eq!(failed, 0, "{logs}");
}

/// The numbers of requests and failures in the last line of Locust's first table.
fn summary(log: &str) -> Option<(u64, u64)> {
    let line = log.lines().find(|line| line.trim_start().starts_with("Aggregated"))?;
    let mut words = line.split_whitespace().skip(1);
    let requests = words.next()?.parse().ok()?;
    let failures = words.next()?.split('(').next()?.parse().ok()?;
    Some((requests, failures))
}
