//! Which replica acts: the one that holds the lease.

use std::time::{Duration, Instant};

use kube::{Api, Client};
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use tokio::{sync::watch, task::JoinHandle};

use super::{error::Error, settings::Election};

/// A replica's part in the election.
pub(super) struct Lease {
    election: Election,
    leases: Api<k8s_openapi::api::coordination::v1::Lease>,
    holds: watch::Receiver<bool>,
    renewal: JoinHandle<Result<LeaseManager, LeaseManagerError>>,
}

/// How long giving the lease back may take.
const FAREWELL: Duration = Duration::from_secs(5);
/// How often it is looked whether the lease is still held, while it is good for.
const LOOKS: u32 = 3;

impl Lease {
    /// Takes part in the election.
    ///
    /// # Errors
    /// [`Error::Start`] when the lease can be neither read nor made.
    pub(super) async fn stand(client: Client, election: &Election) -> Result<Self, Error> {
        let start = |error: LeaseManagerError| {
            let Election { lease, namespace, .. } = election;
            Error::Start(format!("cannot use Lease {namespace}/{lease} for leader election: {error}"))
        };
        let leases = Api::namespaced(client.clone(), &election.namespace);
        let manager = LeaseManagerBuilder::new(client, &election.lease)
            .with_namespace(&election.namespace)
            .with_identity(&election.identity)
            .with_duration(election.duration.as_secs())
            .with_grace(election.grace.as_secs())
            .build()
            .await
            .map_err(start)?;
        let (holds, renewal) = manager.watch().await;
        Ok(Self { election: election.clone(), leases, holds, renewal })
    }

    /// Waits until this replica holds the lease.
    pub(super) async fn won(&mut self) {
        // A closed channel means that the renewal has ended, which `lost` tells.
        let _ = self.holds.wait_for(|holds| *holds).await;
    }

    /// Waits until this replica does not hold the lease any more, or cannot tell for as long as a lease is
    /// good for: by then another may hold it.
    pub(super) async fn lost(&mut self) {
        let Election { lease, identity, duration, .. } = &self.election;
        let unseen = async {
            let mut seen = Instant::now();
            while seen.elapsed() < *duration {
                tokio::time::sleep(*duration / LOOKS).await;
                let looked = Instant::now();
                let found = tokio::time::timeout(*duration / LOOKS, self.leases.get(lease)).await;
                let holder = found.ok().and_then(Result::ok).and_then(|found| found.spec?.holder_identity);
                if holder.as_ref() == Some(identity) {
                    seen = looked;
                }
            }
        };
        tokio::select! {
            _ = self.holds.wait_for(|holds| !*holds) => {}
            () = unseen => {}
        }
    }

    /// Gives the lease back, so that another replica need not wait for its end.
    pub(super) async fn give_back(self) {
        drop(self.holds);
        match tokio::time::timeout(FAREWELL, self.renewal).await {
            Ok(Ok(Ok(_))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "cannot give the lease back"),
            Ok(Err(error)) => tracing::warn!(%error, "the lease's renewal ended badly"),
            Err(_) => tracing::warn!("the lease cannot be given back in time"),
        }
    }
}
