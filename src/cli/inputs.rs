//! The LocustTests that a command is about: from files, or from a cluster.

#[cfg(feature = "operator")]
use std::collections::BTreeSet;
use std::path::PathBuf;

use podgraft_locust::{self, ClusterContext, Rendered, config::Config, overlay_kind};
use podgraft_merge::{diagnostic::Diagnostic, path::FieldPath};
use podgraft_pod::{
    manifest::Document,
    overlay::Namespace,
    pod_security::{PodSecurityStandard, PodSource},
};
use serde_json::Value;

use super::{
    Failure,
    cluster_inputs::{ClusterInputs, LiveInputs},
    in_order::in_order,
    manifests::{is_locust_test, read},
    output::Reporter,
    overlay_args::OverlayArgs,
};
use crate::codes;

#[cfg(feature = "operator")]
use super::{
    cluster::{ConnectionArgs, InputQuery},
    manifests::set_namespace,
};

/// Which LocustTests.
#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// LocustTests of a cluster, as locusttest/NAME; may be repeated
    #[cfg(feature = "operator")]
    #[arg(value_name = "locusttest/NAME", value_parser = object_name)]
    objects: Vec<String>,

    #[command(flatten)]
    pub(super) inputs: InputArgs,
}

/// Where LocustTests are read, and what they are rendered with.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Files or folders with LocustTests, - for standard input; may be repeated
    #[arg(short = 'f', long = "filename", value_name = "FILE|DIR|-")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) overlays: OverlayArgs,

    /// Refuse pods that are not of this Pod Security Standard: privileged, baseline or restricted, with the version of
    /// its policy (restricted:v1.30) or the newest
    ///
    /// What the label pod-security.kubernetes.io/enforce of a test's namespace says is judged anyway, where the labels are
    /// known: a warning, unless the operator's configuration says otherwise.
    #[arg(long, value_name = "LEVEL[:VERSION]")]
    pod_security: Option<PodSecurityStandard>,

    #[cfg(feature = "operator")]
    #[command(flatten)]
    pub(super) cluster: ConnectionArgs,
}

/// The LocustTests that were named, and what they are rendered with.
#[derive(Debug)]
pub(super) struct LoadedTests {
    /// The tests, and behind them the texts of overlays.
    documents: Vec<Document>,
    count: usize,
    inputs: ClusterInputs,
    /// Pods, and objects of built-in kinds that make pods, where the command judges them too.
    pods: Vec<Document>,
}

impl LoadedTests {
    /// The tests themselves.
    #[cfg(feature = "operator")]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().take(self.count)
    }

    /// Makes something of each test, on all processors, takes it in the tests' order, and shows how far it is.
    pub(super) fn each<T: Send>(
        &self,
        reporter: &mut Reporter,
        make: impl Fn(&Document) -> T + Sync,
        mut take: impl FnMut(&Document, T, &mut Reporter) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut done = 0;
        reporter.progress(done, self.count);
        let tests = self.documents.iter().take(self.count);
        in_order(
            tests,
            |test| (test, make(test)),
            |(test, made)| {
                take(test, made, reporter)?;
                done += 1;
                reporter.progress(done, self.count);
                Ok(())
            },
        )?;
        reporter.progress(self.count, self.count);
        Ok(())
    }

    /// Every text that a diagnostic can point into.
    pub(super) fn texts(&self) -> &[Document] {
        &self.documents
    }

    /// Pods, and objects of built-in kinds that make pods, where the command judges them too.
    pub(super) fn pods(&self) -> &[Document] {
        &self.pods
    }

    /// What one of the tests is rendered with.
    pub(super) fn surroundings_of(&self, test: &Document) -> ClusterContext<'_> {
        self.inputs.of_test(test)
    }

    /// What the tests are rendered with when the overlays are those in other files, whose texts join those of the tests.
    pub(super) fn with_overlays_in(
        &mut self,
        files: &[PathBuf],
        reporter: &mut Reporter,
    ) -> Result<ClusterInputs, Failure> {
        let (inputs, mut texts) = self.inputs.with_overlays_in(files, reporter)?;
        self.documents.append(&mut texts);
        Ok(inputs)
    }

    /// Renders one of the tests with the overlays that apply to it.
    pub(super) fn render(&self, test: &Document, config: &Config) -> Rendered {
        podgraft_locust::render(test, &self.surroundings_of(test), config)
    }
}

/// What is read beside the tests that are named.
#[derive(Debug, Clone, Copy)]
struct Reading {
    /// The overlays and namespaces of the cluster, also for tests in files.
    #[cfg_attr(
        not(feature = "operator"),
        expect(dead_code, reason = "without access to a cluster there are only files")
    )]
    cluster: bool,
    /// Pods and workloads in files.
    pods: bool,
}

/// What to do when neither files nor tests of a cluster are named.
const NOTHING_NAMED: &str = if cfg!(feature = "operator") {
    "give -f FILE, or locusttest/NAME for a test in a cluster; a folder and - for standard input are taken too"
} else {
    "give -f FILE; a folder and - for standard input are taken too"
};

/// What a LocustTest is called in front of its name, as kubectl has it.
#[cfg(feature = "operator")]
const KINDS: [&str; 5] =
    ["locusttest", "locusttests", "lotest", "locusttest.locust.io", "locusttests.locust.io"];

/// Reads `locusttest/NAME`.
#[cfg(feature = "operator")]
pub(super) fn object_name(text: &str) -> Result<String, String> {
    match text.split_once('/') {
        Some((kind, name)) if KINDS.contains(&kind.to_lowercase().as_str()) && !name.is_empty() => {
            Ok(name.to_owned())
        }
        Some((kind, _)) => Err(format!(
            "only LocustTests can be read{}",
            podgraft_merge::diagnostic::did_you_mean(kind, ["locusttest"])
        )),
        None => Err(format!("write it as locusttest/{text}, or name a file with -f {text}")),
    }
}

impl TestArgs {
    /// The LocustTests that were named, as [`InputArgs::tests`] reads them.
    pub(super) fn tests(&self, config: &Config, reporter: &mut Reporter) -> Result<LoadedTests, Failure> {
        self.inputs.tests(self.named(), config, reporter)
    }

    /// The same, and the pods and workloads among the objects in files, when they are to be judged by a Pod Security
    /// Standard.
    pub(super) fn tests_and_pods(
        &self,
        config: &Config,
        reporter: &mut Reporter,
    ) -> Result<LoadedTests, Failure> {
        let reading = Reading { cluster: !self.named().is_empty(), pods: self.inputs.pod_security.is_some() };
        self.inputs.read_tests(self.named(), reading, config, reporter)
    }

    /// The Pod Security Standard that pods have to be of.
    pub(super) fn pod_security(&self) -> Option<PodSecurityStandard> {
        self.inputs.pod_security
    }

    /// The same, with the overlays and namespaces of the cluster also for tests in files.
    #[cfg(feature = "operator")]
    pub(super) fn tests_in_cluster(
        &self,
        config: &Config,
        reporter: &mut Reporter,
    ) -> Result<LoadedTests, Failure> {
        self.inputs.read_tests(self.named(), Reading { cluster: true, pods: false }, config, reporter)
    }

    /// Which overlays the tests are rendered with, for people.
    pub(super) fn overlays(&self) -> String {
        self.inputs.overlays.describe(!self.named().is_empty())
    }

    /// The names of LocustTests of a cluster.
    #[cfg(feature = "operator")]
    pub(super) fn objects(&self) -> &[String] {
        &self.objects
    }

    #[cfg(feature = "operator")]
    fn named(&self) -> &[String] {
        &self.objects
    }

    #[cfg(not(feature = "operator"))]
    #[expect(clippy::unused_self, reason = "without access to a cluster there is nothing to name")]
    fn named(&self) -> &[String] {
        &[]
    }
}

impl InputArgs {
    /// The LocustTests in the files, and those of a cluster with these names; other kinds in the files are left
    /// out with a note. That there is none at all is an error, which is reported. With names, the overlays and
    /// namespaces of the cluster count.
    pub(super) fn tests(
        &self,
        objects: &[String],
        config: &Config,
        reporter: &mut Reporter,
    ) -> Result<LoadedTests, Failure> {
        self.read_tests(objects, Reading { cluster: !objects.is_empty(), pods: false }, config, reporter)
    }

    #[cfg_attr(
        not(feature = "operator"),
        expect(unused_variables, reason = "without access to a cluster there are only files")
    )]
    fn read_tests(
        &self,
        objects: &[String],
        reading: Reading,
        config: &Config,
        reporter: &mut Reporter,
    ) -> Result<LoadedTests, Failure> {
        if self.files.is_empty() && objects.is_empty() {
            return Err(Failure(NOTHING_NAMED.to_owned()));
        }
        let mut documents = read(&self.files, reporter)?;
        self.overlays.set_namespace(&mut documents);
        #[cfg(feature = "operator")]
        let cluster = if reading.cluster {
            self.read_cluster(objects, &mut documents, config)?
        } else {
            LiveInputs::default()
        };
        #[cfg(not(feature = "operator"))]
        let cluster = LiveInputs::default();
        let (inputs, mut texts) = self.overlays.read(&documents, cluster, reporter)?;
        let is_pod = |document: &Document| reading.pods && PodSource::of(&document.value).is_some();
        let (pods, documents) = documents.into_iter().partition(is_pod);
        let mut tests = only_tests(documents, &inputs, &texts, reporter);
        if tests.is_empty() && pods.is_empty() && !reporter.refuses(false) {
            let message = "name a file with a LocustTest: there is none";
            reporter.report(&[Diagnostic::error(codes::NO_LOCUST_TEST, message)], &[]);
        }
        let count = tests.len();
        tests.append(&mut texts);
        Ok(LoadedTests { documents: tests, count, inputs: inputs.demanding(self.pod_security), pods })
    }

    /// The overlays and namespaces of the cluster; the tests of these names join the documents, all of which get the
    /// namespace of the context where they name none.
    #[cfg(feature = "operator")]
    fn read_cluster(
        &self,
        objects: &[String],
        documents: &mut Vec<Document>,
        config: &Config,
    ) -> Result<LiveInputs, Failure> {
        super::cluster::block_on(async {
            let connected = self.cluster.connect().await?;
            let namespace = self.overlays.first_namespace().unwrap_or(&connected.namespace);
            set_namespace(documents, namespace);
            documents.extend(connected.tests(namespace, objects).await?);
            let of = |document: &Document| {
                let namespace = document.value.pointer("/metadata/namespace")?.as_str()?;
                is_locust_test(&document.value).then(|| namespace.to_owned())
            };
            let namespaces: BTreeSet<String> = documents.iter().filter_map(of).collect();
            let given = documents.iter().filter_map(|document| Namespace::read(&document.value));
            let given: BTreeSet<String> = given.map(|namespace| namespace.name).collect();
            let is_labelled = |name: &&String| given.contains(*name) || self.overlays.has_labels_of(name);
            let labelled = namespaces.iter().filter(is_labelled).cloned().collect();
            let query = InputQuery {
                namespaces: &namespaces,
                labelled: &labelled,
                overlays: !self.overlays.replaces_overlays(),
                cluster_wide: config.cluster_overlays,
            };
            let inputs = connected.inputs(query).await?;
            Ok(LiveInputs { namespace: Some(namespace.to_owned()), ..inputs })
        })
    }
}

/// The tests among objects. The others are reported: that they are left out, or how to correct a near miss.
fn only_tests(
    documents: Vec<Document>,
    inputs: &ClusterInputs,
    texts: &[Document],
    reporter: &mut Reporter,
) -> Vec<Document> {
    let mut tests = Vec::new();
    // The same folder may be named for tests and for overlays: a diagnostic about an overlay is reported once.
    let known: Vec<Diagnostic> = texts.iter().filter_map(podgraft_locust::near_miss).collect();
    for document in documents {
        if is_locust_test(&document.value) {
            tests.push(document);
        } else if Namespace::read(&document.value).is_none() && !inputs.applies(&document.value) {
            match podgraft_locust::near_miss(&document).filter(Diagnostic::is_error) {
                Some(error) if known.contains(&error) => {}
                Some(error) => reporter.report(&[error], std::slice::from_ref(&document)),
                None => reporter.report(&[left_out(&document)], &[]),
            }
        }
    }
    tests
}

fn left_out(document: &Document) -> Diagnostic {
    let part = |name: &str| document.value.get(name).and_then(Value::as_str);
    let what = match (part("apiVersion"), part("kind")) {
        (Some(version), Some(kind)) => format!("{version} {kind}"),
        (None, Some(kind)) => kind.to_owned(),
        _ => "an object without a kind".to_owned(),
    };
    let near = match part("kind") {
        _ if podgraft_locust::load_test::is_of_other_operator(&document.value) => {
            "; this one is of locustio/k8s-operator, whose fields are others (docs/locusttest.md)"
        }
        Some("LocustTest") => "; did you mean locust.io/v2?",
        _ if overlay_kind(&document.value).is_some() => "; name its file with --overlays to apply it",
        _ => "",
    };
    Diagnostic::note(
        codes::LEFT_OUT,
        format!("left out {what}: only locust.io LocustTests are rendered{near}"),
    )
    .positioned(document.position(&FieldPath::root()))
}
