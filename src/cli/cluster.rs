//! The way to a cluster, by kubectl's conventions.

use std::path::PathBuf;

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};

use super::Failure;

/// Which cluster, as whom.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Connection {
    /// The kubeconfig file; otherwise $KUBECONFIG, ~/.kube/config, or the pod's own service account
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig to use
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

/// A cluster that can be asked.
pub(super) struct Connected {
    /// The way to its API server.
    pub(super) client: Client,
    /// The namespace of the context.
    pub(super) namespace: String,
}

impl Connection {
    /// Reads the kubeconfig and makes a client of it.
    pub(super) async fn connect(&self) -> Result<Connected, Failure> {
        let fail = |error: &dyn std::fmt::Display| {
            Failure(format!("cannot use the kubeconfig: {error}; name one by --kubeconfig or KUBECONFIG"))
        };
        // The first of equals wins; without it rustls would have to guess.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = KubeConfigOptions { context: self.context.clone(), ..KubeConfigOptions::default() };
        let config = match &self.kubeconfig {
            Some(file) => {
                let kubeconfig = Kubeconfig::read_from(file).map_err(|error| fail(&error))?;
                Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| fail(&error))?
            }
            None if self.context.is_some() => {
                Config::from_kubeconfig(&options).await.map_err(|error| fail(&error))?
            }
            None => Config::infer().await.map_err(|error| fail(&error))?,
        };
        let namespace = config.default_namespace.clone();
        let client = Client::try_from(config).map_err(|error| fail(&error))?;
        Ok(Connected { client, namespace })
    }
}

/// Runs work that waits for the network.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure(format!("cannot start: {error}")))?
        .block_on(work)
}
