//! The connection to a cluster, by kubectl's conventions, and what is read of single tests.

mod inputs;

use std::path::PathBuf;

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::{apps::v1::ControllerRevision, batch::v1::Job, core::v1::Service};
use kube::{
    Api, Client, Config, ResourceExt,
    api::{DynamicObject, ListParams},
    config::{KubeConfigOptions, Kubeconfig, KubeconfigError},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::Failure;
use crate::operator::{
    api::{
        client::{self, ApiRequests},
        error_message::{error_message, infer_config_error_message, kubeconfig_error_message},
        resource::locust_test_resource,
    },
    observed::{
        Owner,
        annotations::{GENERATION_ANNOTATION, REVISION_LABEL, TTL_ANNOTATION},
        rendered_objects::RenderedObjects,
    },
};
pub(super) use inputs::InputQuery;
use podgraft_locust::{PerRole, names, role::Role};

/// Which cluster, as whom.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct ConnectionArgs {
    /// The kubeconfig file; otherwise $KUBECONFIG, ~/.kube/config, or the pod's own service account
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig to use
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

/// A cluster whose API server can be read.
pub(super) struct ClusterReader {
    /// The client of its API server.
    pub(super) client: Client,
    /// The namespace of the context.
    pub(super) namespace: String,
}

impl ConnectionArgs {
    /// Reads the kubeconfig and makes a client of it.
    pub(super) async fn connect(&self) -> Result<ClusterReader, Failure> {
        let config = self.config().await?;
        let namespace = config.default_namespace.clone();
        let client = client::client(config, &ApiRequests::default())
            .map_err(|error| unusable(&error_message(&error)))?;
        Ok(ClusterReader { client, namespace })
    }

    /// Reads the kubeconfig.
    pub(super) async fn config(&self) -> Result<Config, Failure> {
        let fail = |error: &KubeconfigError| unusable(&kubeconfig_error_message(error));
        // The first of equals wins; without it rustls would have to guess.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        Ok(match &self.kubeconfig {
            Some(file) => {
                let kubeconfig = Kubeconfig::read_from(file).map_err(|error| fail(&error))?;
                Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| fail(&error))?
            }
            None if self.context.is_some() => {
                Config::from_kubeconfig(&options).await.map_err(|error| fail(&error))?
            }
            None => Config::infer().await.map_err(|error| unusable(&infer_config_error_message(&error)))?,
        })
    }
}

fn unusable(error: &str) -> Failure {
    Failure(format!("cannot use the kubeconfig: {error}; name one by --kubeconfig or KUBECONFIG"))
}

/// What a cluster has of one test.
#[derive(Debug, Default)]
pub(super) struct LiveTest {
    /// The Service.
    pub(super) service: Option<Value>,
    /// The second Service.
    pub(super) web_service: Option<Value>,
    /// The Jobs.
    pub(super) jobs: PerRole<Option<Value>>,
    /// What was rendered when the test started, where that can be read.
    pub(super) frozen: Option<RenderedObjects>,
    /// The test's generation at that time.
    pub(super) generation: Option<i64>,
}

impl ConnectionArgs {
    /// Reads what the cluster has of each of these tests; without a namespace, in that of the context.
    pub(super) async fn live(&self, tests: &[LiveTestQuery]) -> Result<Vec<LiveTest>, Failure> {
        let connected = self.connect().await?;
        let read = |wanted: &LiveTestQuery| {
            let namespace = wanted.namespace.clone().unwrap_or_else(|| connected.namespace.clone());
            live(connected.client.clone(), namespace, wanted.clone())
        };
        stream::iter(tests.iter().map(read)).buffered(AT_ONCE).try_collect().await
    }
}

/// A test that is compared with what the cluster has of it.
#[derive(Debug, Clone)]
pub(super) struct LiveTestQuery {
    /// Its namespace, where it names one.
    pub(super) namespace: Option<String>,
    /// Its name.
    pub(super) name: String,
    /// Whether it asks for a second Service.
    pub(super) has_web_service: bool,
}

/// How many tests are read at once: kind to the API server.
const AT_ONCE: usize = 8;

async fn live(client: Client, namespace: String, wanted: LiveTestQuery) -> Result<LiveTest, Failure> {
    let LiveTestQuery { name, has_web_service, .. } = wanted;
    let tests: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &locust_test_resource());
    let test = tests.get_opt(&name).await;
    let test = test.map_err(|error| {
        Failure(format!("cannot read LocustTest {namespace}/{name}: {}", error_message(&error)))
    })?;
    let services: Api<Service> = Api::namespaced(client.clone(), &namespace);
    let service = names::generated_name_of(&name, Role::Master);
    let mut live =
        LiveTest { service: read(&services, &service, test.as_ref()).await?, ..LiveTest::default() };
    let web_service = read(&services, &names::web_service_name_of(&name), test.as_ref()).await;
    // Somebody else may have the name that this test does not need.
    live.web_service = if has_web_service { web_service? } else { web_service.unwrap_or_default() };
    let jobs: Api<Job> = Api::namespaced(client.clone(), &namespace);
    let job = async |role| {
        let job = read(&jobs, &names::generated_name_of(&name, role), test.as_ref()).await?;
        Ok::<_, Failure>(job.map(with_ttl))
    };
    live.jobs = PerRole { master: job(Role::Master).await?, worker: job(Role::Worker).await? };
    let revisions: Api<ControllerRevision> = Api::namespaced(client, &namespace);
    let of_test = ListParams::default().labels(&format!("{REVISION_LABEL}={name}"));
    // Who may not read revisions still sees the difference in what is rendered.
    let revisions = revisions.list(&of_test).await.map(|list| list.items).unwrap_or_default();
    let Some(last) = revisions.into_iter().max_by_key(|revision| revision.revision) else { return Ok(live) };
    live.generation = last.annotations().get(GENERATION_ANNOTATION).and_then(|text| text.parse().ok());
    live.frozen = RenderedObjects::from_data(&last.data.0);
    Ok(live)
}

/// An object of the test; what is left of a deleted test of its name counts as gone.
async fn read<K>(api: &Api<K>, name: &str, test: Option<&DynamicObject>) -> Result<Option<Value>, Failure>
where
    K: kube::Resource<DynamicType = ()> + Clone + std::fmt::Debug + Serialize + DeserializeOwned,
{
    let kind = K::kind(&());
    let found = api.get_opt(name).await;
    let found =
        found.map_err(|error| Failure(format!("cannot read {kind} {name}: {}", error_message(&error))))?;
    let Some(object) = found else { return Ok(None) };
    let owner = test.map_or_else(
        || Owner::Other("nobody in the cluster: there is no such LocustTest".into()),
        |test| Owner::from_metadata(object.meta(), test),
    );
    match owner {
        Owner::Test => Ok(serde_json::to_value(object).ok()),
        Owner::Predecessor => Ok(None),
        Owner::Other(owner) => Err(Failure(format!(
            "{kind} {name} is not of this LocustTest: it belongs to {owner}; rename the test or remove the {kind}"
        ))),
    }
}

/// A Job as if it had the `ttlSecondsAfterFinished` that it gets at its end.
fn with_ttl(mut job: Value) -> Value {
    let annotations = job.pointer("/metadata/annotations");
    let ttl = annotations.and_then(|all| all.get(TTL_ANNOTATION)).and_then(Value::as_str);
    if let Some(seconds) = ttl.and_then(|seconds| seconds.parse::<i32>().ok()) {
        job["spec"]["ttlSecondsAfterFinished"] = seconds.into();
    }
    job
}

/// Runs work that waits for the network.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure(format!("cannot start: {error}")))?
        .block_on(work)
}
