//! [`run`]: from settings to a running operator, and back down in order.

use std::{collections::BTreeSet, future::pending, sync::Arc, time::Duration};

use futures::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use kube::{Client, Config};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    api::{client, error::Error, error_message::error_message, lease::Lease},
    cache::overlay_store::OverlayStore,
    controller::prepare,
    metrics::Metrics,
    metrics_server::serve_metrics,
    overlay_status,
    reconcile::context::Context,
    release_overlays::ReleaseOverlays,
    server::{Readiness, serve_health},
    settings::{ProcessSettings, Settings},
    storage::{self, StorageState},
};

/// How long the tests at hand may take when the operator is told to stop.
const LAST_WORK: Duration = Duration::from_secs(20);

/// What the operator shares with what is served beside it.
#[derive(Clone)]
pub(crate) struct SharedParts {
    /// The way to the API server.
    pub(crate) client: Client,
    /// What is measured.
    pub(crate) metrics: Metrics,
    /// What `/readyz` answers.
    pub(crate) readiness: Readiness,
    /// Whether the process was told to stop.
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Something that is served beside the operator, on every replica, until the process is told to stop. It has overlays
/// that are kept up to date.
pub(crate) type Companion =
    Box<dyn FnOnce(SharedParts, Arc<OverlayStore>) -> BoxFuture<'static, Result<(), Error>> + Send>;

/// Runs the operator until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// [`Error::Start`] when it cannot start, or when it does not hold the lease any more.
pub async fn run(cluster: Config, settings: Settings) -> Result<(), Error> {
    lead(share(cluster, &settings.process).await?, settings, None).await
}

/// [`run`], with a companion beside the operator.
///
/// # Errors
/// [`Error::Start`] when one of them cannot start, or when the operator does not hold the lease any more.
pub(crate) async fn run_with(cluster: Config, settings: Settings, companion: Companion) -> Result<(), Error> {
    let shared = share(cluster, &settings.process).await?;
    let overlay_store = watch_overlays(&shared, &settings.process);
    let beside = companion(shared.clone(), Arc::clone(&overlay_store));
    tokio::try_join!(lead(shared, settings, Some(overlay_store)), beside).map(|_| ())
}

/// Runs a companion without an operator.
///
/// # Errors
/// [`Error::Start`] when it cannot start.
pub(crate) async fn run_alone(
    cluster: Config,
    settings: &ProcessSettings,
    companion: Companion,
) -> Result<(), Error> {
    let shared = share(cluster, settings).await?;
    shared.readiness.ready();
    let overlay_store = watch_overlays(&shared, settings);
    companion(shared, overlay_store).await
}

/// Watches the overlays for as long as the process runs: a companion needs them on replicas that do not act, too.
fn watch_overlays(shared: &SharedParts, settings: &ProcessSettings) -> Arc<OverlayStore> {
    shared.readiness.set_webhook(false);
    let (overlay_store, watching) =
        OverlayStore::watch(&shared.client, &settings.namespaces, settings.config.cluster_overlays);
    tokio::spawn(watching);
    overlay_store
}

/// Makes what is shared, and serves probes and metrics.
async fn share(cluster: Config, settings: &ProcessSettings) -> Result<SharedParts, Error> {
    let metrics = Metrics::default();
    let client = client::client(cluster, metrics.requests())
        .map_err(|error| Error::Start(format!("cannot use the kubeconfig: {}", error_message(&error))))?;
    let readiness = Readiness::default();
    if let Some(address) = settings.health {
        serve_health(address, readiness.clone()).await?;
    }
    let (stop, stopped) = watch::channel(false);
    if let Some(settings) = &settings.metrics {
        serve_metrics(settings, metrics.clone(), &client, until(stopped.clone())).await?;
    }
    let signals = told_to_stop()?;
    tokio::spawn(async move {
        signals.await;
        tracing::info!("told to stop");
        let _ = stop.send(true);
    });
    Ok(SharedParts { client, metrics, readiness, stopped })
}

/// Runs the controllers while this replica holds the lease, or for good where there is none; with these overlays where
/// somebody watches them already.
async fn lead(
    shared: SharedParts,
    settings: Settings,
    overlay_store: Option<Arc<OverlayStore>>,
) -> Result<(), Error> {
    let instance = settings.election.as_ref().map_or_else(|| "podgraft".into(), |one| one.identity.clone());
    let Some(election) = settings.election.clone() else {
        work_while_readable(&shared, settings, instance, overlay_store).await;
        return Ok(());
    };
    let mut lease = Lease::join(shared.client.clone(), &election).await?;
    // A replica that stands by is ready to take over.
    shared.readiness.ready();
    tracing::info!(lease = election.lease, identity = election.identity, "waiting for the lease");
    tokio::select! {
        () = lease.acquire() => {}
        () = until(shared.stopped.clone()) => return Ok(()),
    }
    tracing::info!("leading");
    let mut held = lease.hold();
    let lost = tokio::select! {
        () = work_while_readable(&shared, settings, instance, overlay_store) => None,
        lost = held.lost() => Some(lost),
    };
    shared.metrics.leads(false);
    if let Some(lost) = lost {
        // Caches and failures are of the past: start afresh.
        return Err(Error::Start(lost.to_string()));
    }
    held.give_back().await;
    Ok(())
}

/// Runs the controllers until they are stopped, and only while the tests are read as what they are: see [`storage`].
async fn work_while_readable(
    shared: &SharedParts,
    settings: Settings,
    instance: String,
    overlay_store: Option<Arc<OverlayStore>>,
) {
    let (publish, mut state) = watch::channel(StorageState::Unknown);
    let run = async {
        loop {
            let current = state.borrow_and_update().clone();
            if current == StorageState::Readable {
                let overlay_store = overlay_store.clone();
                let work = Box::pin(work(shared, settings.clone(), instance.clone(), overlay_store));
                tokio::select! {
                    () = work => return,
                    _ = state.wait_for(|state| *state != StorageState::Readable) => continue,
                }
            }
            if let StorageState::Unreadable(why) = current {
                tracing::error!("waiting: {why}");
                match overlay_store {
                    // The webhook that would convert them is reached only where the pod is ready.
                    Some(_) => shared.readiness.ready(),
                    None => shared.readiness.unready(&why),
                }
            }
            tokio::select! {
                () = until(shared.stopped.clone()) => return,
                changed = state.changed() => if changed.is_err() { return },
            }
        }
    };
    tokio::select! {
        () = run => {}
        () = Box::pin(storage::watch(shared.client.clone(), settings.process.namespaces.clone(), publish)) => {}
    }
}

/// Runs the controllers until they are stopped.
async fn work(
    shared: &SharedParts,
    settings: Settings,
    instance: String,
    overlay_store: Option<Arc<OverlayStore>>,
) {
    let SharedParts { client, metrics, readiness, stopped } = shared.clone();
    metrics.leads(true);
    metrics.counts_afresh();
    let (namespaces, cluster_overlays) =
        (settings.process.namespaces.clone(), settings.process.config.cluster_overlays);
    let mut release = settings
        .overlays
        .clone()
        .map(|source| ReleaseOverlays::new(client.clone(), source, namespaces.clone(), cluster_overlays));
    if let Some(release) = &mut release {
        tokio::select! {
            () = release.apply_first() => {}
            () = until(stopped.clone()) => return,
        }
    }
    let (overlay_store, watching) = match overlay_store {
        Some(overlay_store) => (overlay_store, pending().boxed()),
        None => OverlayStore::watch(&client, &namespaces, cluster_overlays),
    };
    let ctx = &Arc::new(Context::new(client, settings, metrics, overlay_store, instance));
    let named: BTreeSet<&str> = namespaces.iter().map(String::as_str).collect();
    let namespaces: Vec<Option<&str>> =
        if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
    let (mut running, mut synced) = (Vec::new(), Vec::new());
    for namespace in namespaces {
        let controller = prepare(ctx, namespace, until(stopped.clone()));
        ctx.metrics.counts(controller.caches.tests.clone());
        let caches = controller.caches.clone();
        synced.push(async move { caches.wait_until_synced().await });
        running.push(controller.run);
    }
    let synced = join_all(synced).map(|_| ()).shared();
    let announce = synced.clone().then(|()| {
        tracing::info!("watching");
        readiness.ready();
        pending::<()>()
    });
    let late = until(stopped).then(|()| tokio::time::sleep(LAST_WORK));
    tokio::select! {
        _ = join_all(running) => {}
        () = watching => {}
        () = announce => {}
        () = keep_applied(release) => {}
        () = synced.then(|()| overlay_status::keep_up_to_date(ctx)) => {}
        () = late => tracing::warn!("stopping in the middle of work"),
    }
}

/// Keeps the overlays of the release applied, if there is a list of them.
async fn keep_applied(release: Option<ReleaseOverlays>) {
    if let Some(release) = release {
        release.keep_applied().await;
    }
    pending::<()>().await;
}

/// Resolves when the process was told to stop.
pub(crate) async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops nothing.
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        pending::<()>().await;
    }
}

/// Resolves when the process is told to stop.
fn told_to_stop() -> Result<impl Future<Output = ()>, Error> {
    let listen =
        |kind| signal(kind).map_err(|error| Error::Start(format!("cannot listen for signals: {error}")));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
