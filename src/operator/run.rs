//! [`run`]: from settings to a running operator, and back down in order.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::{FutureExt, future::join_all};
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
    overlay_status,
    reconcile::context::Context,
    server::{Readiness, serve_health, serve_metrics},
    settings::Settings,
    storage::{self, StorageState},
};

/// How long the tests at hand may take when the operator is told to stop.
const LAST_WORK: Duration = Duration::from_secs(20);

/// Runs the operator until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// [`Error::Start`] when it cannot start, or when it does not hold the lease any more.
pub async fn run(cluster: Config, settings: Settings) -> Result<(), Error> {
    let metrics = Metrics::default();
    let client = client::client(cluster, metrics.requests())
        .map_err(|error| Error::Start(format!("cannot use the kubeconfig: {}", error_message(&error))))?;
    let ready = Readiness::default();
    if let Some(address) = settings.health {
        serve_health(address, ready.clone()).await?;
    }
    if let Some(address) = settings.metrics {
        serve_metrics(address, metrics.clone()).await?;
    }
    let (stop, stopped) = watch::channel(false);
    let signals = told_to_stop()?;
    tokio::spawn(async move {
        signals.await;
        tracing::info!("told to stop");
        let _ = stop.send(true);
    });
    let instance = settings.election.as_ref().map_or_else(|| "podgraft".into(), |one| one.identity.clone());
    let Some(election) = settings.election.clone() else {
        work_while_readable(client, settings, metrics, instance, &ready, stopped).await;
        return Ok(());
    };
    let mut lease = Lease::join(client.clone(), &election).await?;
    // A replica that stands by is ready to take over.
    ready.ready();
    tracing::info!(lease = election.lease, identity = election.identity, "waiting for the lease");
    tokio::select! {
        () = lease.acquire() => {}
        () = until(stopped.clone()) => return Ok(()),
    }
    tracing::info!("leading");
    let mut held = lease.hold();
    let lost = tokio::select! {
        () = work_while_readable(client, settings, metrics.clone(), instance, &ready, stopped) => None,
        lost = held.lost() => Some(lost),
    };
    metrics.leads(false);
    if let Some(lost) = lost {
        // Caches and failures are of the past: start afresh.
        return Err(Error::Start(lost.to_string()));
    }
    held.give_back().await;
    Ok(())
}

/// Runs the controllers until they are stopped, and only while the tests are read as what they are: see [`storage`].
async fn work_while_readable(
    client: Client,
    settings: Settings,
    metrics: Metrics,
    instance: String,
    ready: &Readiness,
    stopped: watch::Receiver<bool>,
) {
    let (publish, mut state) = watch::channel(StorageState::Unknown);
    let run = async {
        loop {
            let current = state.borrow_and_update().clone();
            if current == StorageState::Readable {
                let work = Box::pin(work(
                    client.clone(),
                    settings.clone(),
                    metrics.clone(),
                    instance.clone(),
                    ready,
                    stopped.clone(),
                ));
                tokio::select! {
                    () = work => return,
                    _ = state.wait_for(|state| *state != StorageState::Readable) => continue,
                }
            }
            if let StorageState::Unreadable(why) = current {
                tracing::error!("waiting: {why}");
                ready.unready(&why);
            }
            tokio::select! {
                () = until(stopped.clone()) => return,
                changed = state.changed() => if changed.is_err() { return },
            }
        }
    };
    tokio::select! {
        () = run => {}
        () = Box::pin(storage::watch(client.clone(), settings.namespaces.clone(), publish)) => {}
    }
}

/// Runs the controllers until they are stopped.
async fn work(
    client: Client,
    settings: Settings,
    metrics: Metrics,
    instance: String,
    ready: &Readiness,
    stopped: watch::Receiver<bool>,
) {
    metrics.leads(true);
    metrics.counts_afresh();
    let (overlay_store, watching) =
        OverlayStore::watch(&client, &settings.namespaces, settings.config.cluster_overlays);
    let ctx = &Arc::new(Context::new(client, settings, metrics, overlay_store, instance));
    let named: BTreeSet<&str> = ctx.settings.namespaces.iter().map(String::as_str).collect();
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
        ready.ready();
        std::future::pending::<()>()
    });
    let late = until(stopped).then(|()| tokio::time::sleep(LAST_WORK));
    tokio::select! {
        _ = join_all(running) => {}
        () = watching => {}
        () = announce => {}
        () = synced.then(|()| overlay_status::keep_up_to_date(ctx)) => {}
        () = late => tracing::warn!("stopping in the middle of work"),
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops nothing.
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        std::future::pending::<()>().await;
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
