//! Leader election: the replica acts that holds the lease.

use std::{
    fmt,
    time::{Duration, Instant},
};

use k8s_openapi::{
    api::coordination::v1::Lease as ApiLease, apimachinery::pkg::apis::meta::v1::MicroTime, jiff::Timestamp,
};
use kube::{
    Api, Client, ResourceExt,
    api::{Patch, PatchParams, PostParams},
};
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use super::{
    MANAGER,
    error::{Error, is_conflict},
    error_message::error_message,
};
use crate::operator::settings::LeaderElection;

/// How long giving the lease back may take.
const FAREWELL: Duration = Duration::from_secs(5);
/// How often the lease is read, and renewed by who holds it.
const PERIOD: Duration = Duration::from_secs(2);

/// A replica's part in the election.
///
/// # Source
/// client-go, `tools/leaderelection/leaderelection.go`: whether another's lease is over is measured from when it was
/// last seen to change, by this replica's own clock, and who cannot renew gives up before that.
pub(crate) struct Lease {
    election: LeaderElection,
    leases: Api<ApiLease>,
    seen: Option<SeenLease>,
}

/// The lease as it was last seen.
struct SeenLease {
    version: String,
    /// When it was first seen so.
    since: Instant,
    holder: Option<String>,
    /// How long it is good for.
    duration: Duration,
    transitions: i32,
}

/// Why a replica does not hold the lease any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LeaseLoss {
    /// Another has it.
    Taken(String),
    /// It could not be renewed for so long, with the reason; another may have it.
    Unreachable(Duration, String),
}

impl fmt::Display for LeaseLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(holder) => write!(f, "another replica, {holder}, has taken the lease"),
            Self::Unreachable(time, words) => write!(
                f,
                "the lease could not be renewed for {} s, so that another replica may take it: {words}",
                time.as_secs()
            ),
        }
    }
}

impl Lease {
    /// Takes part in the election.
    ///
    /// # Errors
    /// [`Error::Start`] when the lease can be neither read nor made.
    pub(crate) async fn join(client: Client, election: &LeaderElection) -> Result<Self, Error> {
        let LeaderElection { lease, namespace, .. } = election;
        let leases = Api::namespaced(client, namespace);
        let mut this = Self { election: election.clone(), leases, seen: None };
        this.read().await.map_err(|error| {
            let why = error_message(&error);
            Error::Start(format!("cannot use Lease {namespace}/{lease} for leader election: {why}"))
        })?;
        Ok(this)
    }

    /// Waits until this replica holds the lease.
    pub(crate) async fn acquire(&mut self) {
        let mut fails = false;
        loop {
            match timeout(self.period(), self.take()).await {
                Ok(Ok(true)) => return,
                Ok(Ok(false)) => fails = false,
                Ok(Err(error)) => self.warn_once(&mut fails, &error_message(&error)),
                Err(_) => self.warn_once(&mut fails, "no answer came in time"),
            }
            tokio::time::sleep(self.period()).await;
        }
    }

    /// Renews the lease, beside everything else, until it is lost or given back.
    pub(crate) fn hold(mut self) -> HeldLease {
        let (stop, stopped) = oneshot::channel();
        let renewal = tokio::spawn(async move {
            let lost = tokio::select! {
                lost = self.renew() => Some(lost),
                _ = stopped => None,
            };
            (self, lost)
        });
        HeldLease { renewal, stop }
    }

    /// How long between two reads.
    fn period(&self) -> Duration {
        PERIOD.min(self.election.duration / 3)
    }

    fn warn_once(&self, fails: &mut bool, why: &str) {
        if !std::mem::replace(fails, true) {
            tracing::warn!(lease = self.election.lease, why, "cannot use the lease, and try again");
        }
    }

    /// Reads the lease, and makes it where there is none.
    async fn read(&mut self) -> Result<(), kube::Error> {
        let name = &self.election.lease;
        let found = if let Some(found) = self.leases.get_opt(name).await? {
            found
        } else {
            let new = serde_json::from_value(json!({ "metadata": { "name": name } }));
            let new: ApiLease = new.map_err(kube::Error::SerdeError)?;
            match self.leases.create(&PostParams::default(), &new).await {
                Err(error) if is_conflict(&error) => self.leases.get(name).await?,
                created => created?,
            }
        };
        self.observe(&found);
        Ok(())
    }

    fn observe(&mut self, lease: &ApiLease) {
        let version = lease.resource_version().unwrap_or_default();
        if self.seen.as_ref().is_some_and(|seen| seen.version == version) {
            return;
        }
        let spec = lease.spec.clone().unwrap_or_default();
        let seconds = spec.lease_duration_seconds.and_then(|seconds| u64::try_from(seconds).ok());
        self.seen = Some(SeenLease {
            version,
            since: Instant::now(),
            holder: spec.holder_identity.filter(|holder| !holder.is_empty()),
            duration: seconds.map_or(self.election.duration, Duration::from_secs),
            transitions: spec.lease_transitions.unwrap_or_default(),
        });
    }

    /// Takes the lease where nobody has it any more; whether this replica holds it now.
    async fn take(&mut self) -> Result<bool, kube::Error> {
        let before = self.seen.as_ref().and_then(|seen| seen.holder.clone());
        self.read().await?;
        let Some(seen) = &self.seen else { return Ok(false) };
        let mine = seen.holder.as_ref() == Some(&self.election.identity);
        if seen.holder != before
            && let Some(holder) = seen.holder.as_ref().filter(|_| !mine)
        {
            tracing::info!(lease = self.election.lease, holder, "another replica holds the lease");
        }
        if seen.holder.is_some() && !mine && seen.since.elapsed() <= seen.duration {
            return Ok(false);
        }
        let now = MicroTime(Timestamp::now());
        let spec = json!({
            "holderIdentity": self.election.identity, "leaseDurationSeconds": self.election.duration.as_secs(),
            "acquireTime": now, "renewTime": now, "leaseTransitions": seen.transitions.saturating_add(1)
        });
        self.write(spec).await
    }

    /// Writes the lease as it was last seen; whether nobody else was quicker.
    async fn write(&mut self, spec: Value) -> Result<bool, kube::Error> {
        let version = self.seen.as_ref().map(|seen| seen.version.clone());
        let patch = json!({ "metadata": { "resourceVersion": version }, "spec": spec });
        let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
        match self.leases.patch(&self.election.lease, &params, &Patch::Merge(patch)).await {
            Ok(written) => {
                self.observe(&written);
                Ok(true)
            }
            Err(error) if is_conflict(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Renews the lease until it cannot be held any more.
    async fn renew(&mut self) -> LeaseLoss {
        let deadline = self.election.duration * 2 / 3;
        let (mut renewed, mut fails) = (Instant::now(), false);
        loop {
            tokio::time::sleep(self.period()).await;
            let asked = Instant::now();
            let why = match timeout(self.period(), self.renew_once()).await {
                Ok(Ok(None)) => {
                    (renewed, fails) = (asked, false);
                    continue;
                }
                Ok(Ok(Some(holder))) => return LeaseLoss::Taken(holder),
                Ok(Err(error)) => error_message(&error),
                Err(_) => "no answer came in time".to_owned(),
            };
            self.warn_once(&mut fails, &why);
            if renewed.elapsed() + self.period() > deadline {
                return LeaseLoss::Unreachable(renewed.elapsed(), why);
            }
        }
    }

    /// Renews the lease; who has it instead, if somebody has.
    async fn renew_once(&mut self) -> Result<Option<String>, kube::Error> {
        let spec = json!({
            "renewTime": MicroTime(Timestamp::now()), "leaseDurationSeconds": self.election.duration.as_secs()
        });
        if self.write(spec.clone()).await? {
            return Ok(None);
        }
        self.read().await?;
        let holder = self.seen.as_ref().and_then(|seen| seen.holder.clone());
        if holder.as_ref() == Some(&self.election.identity) {
            // Somebody has written to it and left it to this replica.
            self.write(spec).await?;
            return Ok(None);
        }
        Ok(Some(holder.unwrap_or_else(|| "which has given it back".to_owned())))
    }
}

/// A lease that this replica holds.
pub(crate) struct HeldLease {
    renewal: JoinHandle<(Lease, Option<LeaseLoss>)>,
    stop: oneshot::Sender<()>,
}

impl HeldLease {
    /// Waits until this replica does not hold the lease any more, or cannot tell for so long that another may.
    pub(crate) async fn lost(&mut self) -> LeaseLoss {
        match (&mut self.renewal).await {
            Ok((_, Some(lost))) => lost,
            _ => LeaseLoss::Unreachable(Duration::ZERO, "its renewal has ended".to_owned()),
        }
    }

    /// Gives the lease back, so that another replica need not wait for its end.
    pub(crate) async fn give_back(self) {
        let _ = self.stop.send(());
        let work = async {
            let (mut lease, lost) = self.renewal.await.map_err(|_| "its renewal ended badly".to_owned())?;
            if let Some(lost) = lost {
                return Err(lost.to_string());
            }
            // As client-go leaves it: free at once, also for who does not know that there is no holder.
            let spec = json!({ "holderIdentity": null, "leaseDurationSeconds": 1, "renewTime": MicroTime(Timestamp::now()) });
            lease.write(spec).await.map(|_| ()).map_err(|error| error_message(&error))
        };
        match timeout(FAREWELL, work).await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::warn!(why, "cannot give the lease back"),
            Err(_) => tracing::warn!("the lease cannot be given back in time"),
        }
    }
}
