//! [`run`]: from settings to a running operator, and back down in order.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::join_all};
use kube::Client;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    context::Context,
    error::Error,
    health::{Readiness, serve_health, serve_metrics},
    lease::Lease,
    metrics::Metrics,
    settings::Settings,
    watch::prepare,
};

/// How long the tests at hand may take when the operator is told to stop.
const LAST_WORK: Duration = Duration::from_secs(20);

/// Runs the operator until the process is told to stop (`SIGTERM`, `SIGINT`).
///
/// # Errors
/// [`Error::Start`] when it cannot start, or when another replica has taken the lease.
pub async fn run(client: Client, settings: Settings) -> Result<(), Error> {
    let metrics = Metrics::default();
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
        let ctx = Arc::new(Context::new(client, settings, metrics, instance));
        work(&ctx, &ready, stopped).await;
        return Ok(());
    };
    let mut lease = Lease::stand(client.clone(), &election).await?;
    // A replica that stands by is ready to take over.
    ready.set(true);
    tracing::info!(lease = election.lease, identity = election.identity, "waiting for the lease");
    tokio::select! {
        () = lease.won() => {}
        () = until(stopped.clone()) => {
            lease.give_back().await;
            return Ok(());
        }
    }
    tracing::info!("leading");
    let ctx = Arc::new(Context::new(client, settings, metrics, instance));
    let lost = tokio::select! {
        () = work(&ctx, &ready, stopped) => false,
        () = lease.lost() => true,
    };
    ctx.metrics.leads(false);
    if lost {
        // Caches and failures are of the past: start afresh.
        return Err(Error::Start("another replica has taken the lease".into()));
    }
    lease.give_back().await;
    Ok(())
}

/// Runs the controllers until they are stopped.
async fn work(ctx: &Arc<Context>, ready: &Readiness, stopped: watch::Receiver<bool>) {
    ctx.metrics.leads(true);
    let namespaces: Vec<Option<&str>> = match ctx.settings.namespaces.as_slice() {
        [] => vec![None],
        some => some.iter().map(|namespace| Some(namespace.as_str())).collect(),
    };
    let mut running = Vec::new();
    for namespace in namespaces {
        let controller = prepare(ctx, namespace, until(stopped.clone()));
        ctx.metrics.counts(controller.caches.tests.clone());
        let (caches, ready) = (controller.caches.clone(), ready.clone());
        tokio::spawn(async move {
            caches.ready().await;
            tracing::info!("watching");
            ready.set(true);
        });
        running.push(controller.run);
    }
    let late = until(stopped).then(|()| tokio::time::sleep(LAST_WORK));
    tokio::select! {
        _ = join_all(running) => {}
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
