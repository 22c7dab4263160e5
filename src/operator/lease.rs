//! Which replica acts: the one that holds the lease.

use kube::Client;
use kube_lease_manager::{LeaseManager, LeaseManagerBuilder, LeaseManagerError};
use tokio::{sync::watch, task::JoinHandle};

use super::{error::Error, settings::Election};

/// A replica's part in the election.
pub(super) struct Lease {
    holds: watch::Receiver<bool>,
    renewal: JoinHandle<Result<LeaseManager, LeaseManagerError>>,
}

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
        let manager = LeaseManagerBuilder::new(client, &election.lease)
            .with_namespace(&election.namespace)
            .with_identity(&election.identity)
            .with_duration(election.duration.as_secs())
            .with_grace(election.grace.as_secs())
            .build()
            .await
            .map_err(start)?;
        let (holds, renewal) = manager.watch().await;
        Ok(Self { holds, renewal })
    }

    /// Waits until this replica holds the lease.
    pub(super) async fn won(&mut self) {
        // A closed channel means that the renewal has ended, which `lost` tells.
        let _ = self.holds.wait_for(|holds| *holds).await;
    }

    /// Waits until this replica does not hold the lease any more.
    pub(super) async fn lost(&mut self) {
        let _ = self.holds.wait_for(|holds| !*holds).await;
    }

    /// Gives the lease back, so that another replica need not wait for its end.
    pub(super) async fn give_back(self) {
        drop(self.holds);
        match self.renewal.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "cannot give the lease back"),
            Err(error) => tracing::warn!(%error, "the lease's renewal ended badly"),
        }
    }
}
