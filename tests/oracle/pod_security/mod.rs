//! Pod Security as `k8s.io/pod-security-admission` judges it: the verdict, and which checks a pod violates.
//!
//! `PODGRAFT_PODS` sets how many random pods (10,000) beside those that no API server can read, `PODGRAFT_SEED` which ones.

mod mends;
mod program;
mod random_pod;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
    str::FromStr,
};

use fastrand::Rng;
use podgraft_merge::work::Work;
use podgraft_pod::pod_security::{
    PodSecurityLevel, PodSecurityStandard, PolicyVersion, check_ids, violations,
};
use podgraft_pod::validity::undecodable;
use podgraft_testkit::control_plane::build;
use serde_json::{Value, json};

use crate::process::Process;

/// Versions beyond the newest are judged as the newest.
const MINORS: u64 = 40;

/// A pod to judge by a standard.
struct Question {
    pod: Value,
    standard: PodSecurityStandard,
}

impl Question {
    fn line(&self) -> String {
        let PodSecurityStandard { level, version } = self.standard;
        json!({"level": level.as_str(), "version": version.to_string(), "pod": self.pod}).to_string()
    }

    fn checks(&self) -> BTreeSet<String> {
        let found = violations(&self.pod, self.standard, &Work::unlimited());
        found.iter().map(|one| one.check.to_owned()).collect()
    }
}

/// What was compared.
#[derive(Default)]
struct Tally {
    /// How many pods the library decodes and judges.
    judged: usize,
    /// How many it does not decode.
    undecoded: usize,
    /// How many it allows.
    allowed: usize,
    /// How many violate a check.
    by_check: BTreeMap<String, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn compare(&mut self, oracle: &mut Process, questions: &[Question]) {
        let lines: Vec<String> = questions.iter().map(Question::line).collect();
        for (question, answer) in questions.iter().zip(oracle.ask(&lines)) {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            let broken = undecodable(&question.pod);
            if let Some(error) = answer.get("error") {
                assert!(error.as_str().unwrap().starts_with("pod: "), "{error}: {}", question.line());
                assert_ne!(broken, [], "{error}: {}", question.line());
                self.undecoded += 1;
                continue;
            }
            assert_eq!(broken, [], "the library decodes {}", question.line());
            let texts = answer["checks"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
            let wanted: BTreeSet<String> = texts.collect();
            let ours = question.checks();
            self.judged += 1;
            self.allowed += usize::from(wanted.is_empty());
            assert_eq!(answer["allowed"], wanted.is_empty(), "the oracle contradicts itself");
            if ours != wanted {
                self.differences.push(format!("{}\nlibrary  {wanted:?}\npodgraft {ours:?}", question.line()));
            }
            for check in wanted {
                *self.by_check.entry(check).or_default() += 1;
            }
        }
    }

    /// Prints what was compared, and fails for what differs.
    fn end(self, what: &str) {
        println!(
            "{what}: {} judged alike, {} of them allowed; {} are no pods",
            self.judged, self.allowed, self.undecoded
        );
        println!("violations: {:?}", self.by_check);
        let (count, first) = (self.differences.len(), self.differences.iter().take(5));
        assert_eq!(count, 0, "{}", first.cloned().collect::<Vec<_>>().join("\n\n"));
        let missed: Vec<&str> = check_ids().filter(|id| !self.by_check.contains_key(*id)).collect();
        assert_eq!(missed, Vec::<&str>::new(), "nothing violates these checks");
    }
}

fn standards() -> impl Iterator<Item = PodSecurityStandard> {
    let versions = || (0..MINORS).map(PolicyVersion::Minor).chain([PolicyVersion::Latest]);
    PodSecurityLevel::ALL
        .into_iter()
        .flat_map(move |level| versions().map(move |version| PodSecurityStandard { level, version }))
}

/// A pod of the library's own tests.
struct Fixture {
    file: String,
    standard: PodSecurityStandard,
    allowed: bool,
    pod: Value,
}

/// Fills what the API server fills in before it judges: a volume without a source is an emptyDir. The fixtures were
/// written for a whole API server.
fn with_defaults(pod: &Value) -> Value {
    let mut pod = pod.clone();
    let volumes = pod.pointer_mut("/spec/volumes").and_then(Value::as_array_mut);
    for volume in volumes.into_iter().flatten().filter_map(Value::as_object_mut) {
        if volume.keys().eq(["name"]) {
            volume.insert("emptyDir".to_owned(), json!({}));
        }
    }
    pod
}

fn fixtures() -> Vec<Fixture> {
    let program = build("podsecurity");
    let file = PathBuf::from(format!("{}.fixtures", program.display()));
    let read = |line: &str| {
        let mut fixture: Value = serde_json::from_str(line).unwrap();
        let part = |name: &str| fixture[name].as_str().unwrap().to_owned();
        let standard = format!("{}:{}", part("level"), part("version")).parse().unwrap();
        let (file, allowed) = (part("file"), fixture["allowed"].as_bool().unwrap());
        Fixture { file, standard, allowed, pod: fixture["pod"].take() }
    };
    fs::read_to_string(file).unwrap().lines().map(read).collect()
}

#[test]
fn all_fixtures_of_the_library_are_judged_as_its_tests_demand() {
    let fixtures = fixtures();
    let wrong: Vec<&str> = fixtures
        .iter()
        .filter(|one| {
            let found = violations(&with_defaults(&one.pod), one.standard, &Work::unlimited());
            found.is_empty() != one.allowed
        })
        .map(|one| one.file.as_str())
        .collect();
    assert_eq!(wrong, Vec::<&str>::new());
    assert!(fixtures.len() > 4_500, "only {}", fixtures.len());
    println!("{} fixtures judged as they are meant", fixtures.len());
}

#[test]
fn all_fixtures_are_judged_alike_by_every_standard() {
    let mut oracle = Process::start(&build("podsecurity"), &[]);
    let mut tally = Tally::default();
    // Many are the same pod under another name.
    let pods: BTreeMap<String, Value> = fixtures()
        .into_iter()
        .map(|mut fixture| {
            fixture.pod["metadata"].as_object_mut().unwrap().remove("name");
            (fixture.pod.to_string(), fixture.pod)
        })
        .collect();
    println!("{} different pods", pods.len());
    for pod in pods.into_values() {
        let question = |standard| Question { pod: pod.clone(), standard };
        tally.compare(&mut oracle, &standards().map(question).collect::<Vec<_>>());
    }
    tally.end("fixtures");
}

#[test]
fn random_pods_are_judged_alike() {
    let (pods, seed) = (number("PODGRAFT_PODS", 10_000), number("PODGRAFT_SEED", 1));
    println!("seed {seed}, {pods} pods (PODGRAFT_SEED, PODGRAFT_PODS)");
    let mut oracle = Process::start(&build("podsecurity"), &[]);
    let mut tally = Tally::default();
    let mut rng = Rng::with_seed(seed);
    let standards: Vec<PodSecurityStandard> =
        standards().filter(|standard| standard.level > PodSecurityLevel::Privileged).collect();
    while tally.judged < pods {
        let count = (pods - tally.judged).min(1_000);
        let questions: Vec<Question> = (0..count)
            .map(|_| Question { pod: random_pod::pod(&mut rng), standard: *rng.choice(&standards).unwrap() })
            .collect();
        tally.compare(&mut oracle, &questions);
    }
    assert!(tally.judged > tally.undecoded * 4, "too few are pods");
    assert!(tally.allowed * 10 > tally.judged, "too few are allowed");
    tally.end("random pods");
}

fn number<N: FromStr>(name: &str, default: N) -> N {
    env::var(name)
        .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
