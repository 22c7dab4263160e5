//! Operators that are killed, API servers that go away, leaders that fall.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use podgraft_testkit::{cluster::Cluster, operator_process::OperatorProcess, pod_life::Fate};

use crate::{
    cluster,
    scenario::{Place, count, http, test},
};

/// How often the operator is killed.
const KILLS: usize = 20;
/// How many tests live at once meanwhile.
const LIVES: usize = 3;
/// How long an operator lives at most.
const LONGEST_LIFE_MS: u64 = 1_600;

/// Whenever the operator is killed: every test gets through its life, and never has a second master.
#[test]
fn killed_at_any_point_it_converges() {
    let (_turn, cluster) = cluster();
    let seed = std::env::var("PODGRAFT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let mut random = fastrand::Rng::with_seed(seed);
    let (kills, lives, busy) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(LIVES));
    let (kills, lives, busy, cluster) = (&kills, &lives, &busy, &cluster);
    scope(|scope| {
        for thread in 0..LIVES {
            scope.spawn(move || {
                let _done = Done(busy);
                let namespace = format!("chaos{thread}");
                cluster.plane.kubectl_ok(&["create", "namespace", &namespace], b"");
                let place = Place { cluster, namespace };
                let mut round = 0;
                while kills.load(Ordering::Relaxed) < KILLS {
                    live(&place, &format!("c{thread}x{round}"));
                    round += 1;
                    lives.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(move || {
            let mut operator = OperatorProcess::of(cluster);
            for kill in 1..=KILLS {
                let after = random.u64(50..LONGEST_LIFE_MS);
                sleep(Duration::from_millis(after));
                operator.kill();
                println!("kill {kill}: after {after} ms");
                operator = OperatorProcess::of(cluster);
                kills.fetch_add(1, Ordering::Relaxed);
            }
            // The last one sees everybody through.
            while busy.load(Ordering::Relaxed) > 0 {
                sleep(Duration::from_millis(100));
            }
        });
    });
    println!("seed {seed}: {KILLS} kills, {} lives, never two masters", lives.load(Ordering::Relaxed));
}

/// Says that a thread has ended, however it has.
struct Done<'b>(&'b AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A whole life: created, changed, ended.
fn live(place: &Place<'_>, name: &str) {
    place.apply(&test(name, "  updatePolicy: Recreate\n"));
    place.reason(name, "WorkersConnected", "AllWorkersConnected");
    place.apply(&test(name, "  updatePolicy: Recreate\n").replace("2.43.0", "2.44.0"));
    place.until("locusttest", name, |test| {
        test["status"]["revision"] == format!("{name}-2") && test["status"]["phase"] == "Running"
    });
    place.reason(name, "WorkersConnected", "AllWorkersConnected");
    place.cluster.life.fate(&format!("{name}-"), Fate::Succeed);
    place.phase(name, "Succeeded");
    place.had_masters(name, 2);
}

/// The API server goes away in the middle, and comes back.
#[test]
fn the_api_server_may_restart() {
    let (_turn, mut cluster) = cluster();
    let _operator = OperatorProcess::of(&cluster);
    cluster.apply(&test("before", ""));
    cluster.phase("before", "default", "Running");
    cluster.apply(&test("during", ""));
    cluster.plane.restart_api_server(Duration::from_secs(2));
    let started = Instant::now();
    cluster.phase("during", "default", "Running");
    cluster.apply(&test("after", ""));
    cluster.phase("after", "default", "Running");
    println!("{:.1} s after the API server is back, tests start again", started.elapsed().as_secs_f64());
    cluster.life.fate("before-master", Fate::Succeed);
    cluster.phase("before", "default", "Succeeded");
    for name in ["before", "during", "after"] {
        let masters = cluster.life.masters(&format!("default/{name}-master"));
        assert_eq!((masters.at_once, masters.ever.len()), (1, 1), "{name}: {masters:?}");
    }
}

/// An operator that starts finds everything as it left it: tests and overlays keep their statuses.
#[test]
fn a_restart_writes_nothing() {
    let (_turn, cluster) = cluster();
    let mut operator = OperatorProcess::of(&cluster);
    let names: Vec<String> = (0..10).map(|number| format!("kept{number}")).collect();
    cluster.apply(
        "apiVersion: locust.io/v1alpha1\nkind: ClusterPodOverlay\nmetadata: {name: kept}\nspec:\n  \
         defaults: {podTemplate: {spec: {enableServiceLinks: false, containers: [{name: proxy, tty: true}]}}}\n",
    );
    cluster.apply(&names.iter().map(|name| test(name, "")).collect::<Vec<_>>().join("---\n"));
    for name in &names {
        cluster.phase(name, "default", "Running");
        cluster.reason(name, "default", "WorkersConnected", "AllWorkersConnected");
    }
    cluster.until("clusterpodoverlay", "kept", "default", |kept| kept["status"]["matchedTests"] == 10);
    let versions = || {
        let tests = names.iter().map(|name| cluster.get("locusttest", name, "default"));
        let all = tests.chain([cluster.get("clusterpodoverlay", "kept", "default")]);
        all.map(|one| one["metadata"]["resourceVersion"].clone()).collect::<Vec<_>>()
    };
    let before = versions();
    operator.kill();
    let operator = OperatorProcess::of(&cluster);
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", operator.metrics)).is_err()
        || count(&operator, "podgraft_tests", "phase=\"Running\"") != 10
    {
        assert!(started.elapsed() < Duration::from_secs(60), "not all run");
        sleep(Duration::from_millis(100));
    }
    sleep(Duration::from_secs(6));
    assert_eq!(versions(), before);
    // Nor has it stopped watching.
    cluster.plane.kubectl_ok(&["delete", "locusttest", "kept0"], b"");
    cluster.until("clusterpodoverlay", "kept", "default", |kept| kept["status"]["matchedTests"] == 9);
}

/// A replica of several, with leases of so many seconds.
fn replica(cluster: &Cluster, identity: &str, seconds: u64) -> OperatorProcess {
    let duration = format!("--lease-duration={seconds}");
    let arguments = ["--leader-elect", "--lease-namespace=podgraft", &duration, "--identity", identity];
    OperatorProcess::start(cluster, &cluster.plane.kubeconfig("podgraft"), &arguments)
}

/// Of two replicas one acts; when it falls, the other takes over.
#[test]
fn another_replica_takes_over() {
    let (_turn, cluster) = cluster();
    let mut first = replica(&cluster, "one", 6);
    leads(&first);
    let mut second = replica(&cluster, "two", 6);
    cluster.apply(&test("led", ""));
    cluster.phase("led", "default", "Running");
    assert!(http(second.metrics, "/metrics").contains("podgraft_leader 0"), "it stands by");
    first.kill();
    let fell = Instant::now();
    leads(&second);
    let killed = fell.elapsed().as_secs_f64();
    println!("leader killed: taken over after {killed:.1} s, with leases of 6 s");
    assert!(killed < 6.0 + 2.0 + 1.5, "{killed} s");
    cluster.apply(&test("taken-over", ""));
    cluster.phase("taken-over", "default", "Running");
    // As long as leases are good for by default.
    let third = replica(&cluster, "three", 15);
    sleep(Duration::from_secs(1));
    assert_eq!(second.stop(), Some(0), "a leader that is told to stop ends well");
    let left = Instant::now();
    leads(&third);
    let told = left.elapsed().as_secs_f64();
    println!("leader told to stop: taken over after {told:.1} s, with leases of 15 s");
    assert!(told < 2.0 + 1.5, "{told} s");
    for name in ["led", "taken-over"] {
        let masters = cluster.life.masters(&format!("default/{name}-master"));
        assert_eq!((masters.at_once, masters.ever.len()), (1, 1), "{name}: {masters:?}");
    }
}

/// A leader that has lost its lease leaves, and says whether another has it or nobody could be asked.
#[test]
fn a_leader_says_why_it_leaves() {
    let (_turn, mut cluster) = cluster();
    let log = |cluster: &Cluster| fs::read_to_string(cluster.plane.folder().join("operator.log")).unwrap();
    let mut robbed = replica(&cluster, "robbed", 6);
    leads(&robbed);
    let thief = "{\"spec\":{\"holderIdentity\":\"thief\"}}";
    let patch = ["patch", "lease", "podgraft.locust.io", "-n", "podgraft", "--type=merge", "-p", thief];
    cluster.plane.kubectl_ok(&patch, b"");
    assert_eq!(robbed.ended(Duration::from_secs(20)), Some(2));
    let said = log(&cluster);
    assert!(said.contains("another replica, thief, has taken the lease"), "{said}");
    fs::remove_file(cluster.plane.folder().join("operator.log")).unwrap();
    let mut alone = replica(&cluster, "alone", 6);
    leads(&alone);
    cluster.plane.restart_api_server(Duration::from_secs(9));
    assert_eq!(alone.ended(Duration::from_secs(1)), Some(2), "it left while the API server was away");
    let said = log(&cluster);
    assert!(said.contains("the lease could not be renewed for"), "{said}");
    assert!(said.contains("nothing listens there: connection refused"), "{said}");
    assert!(!said.contains("taken the lease"), "{said}");
}

/// Waits until this replica acts.
fn leads(operator: &OperatorProcess) {
    counts(operator, "podgraft_leader 1");
}

/// Waits until the metrics say so.
fn counts(operator: &OperatorProcess, line: &str) {
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", operator.metrics)).is_err()
        || !http(operator.metrics, "/metrics").contains(line)
    {
        assert!(started.elapsed() < Duration::from_secs(60), "it does not say {line}");
        sleep(Duration::from_millis(100));
    }
}
