//! [`MetricsGate`]: lets those through to `/metrics` whom the cluster lets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{
        StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use kube::Client;
use tokio::{sync::Semaphore, time::timeout};

use super::api::access_review::{AccessDecision, review_access};

/// How long somebody who was let through is let through without asking: several scrapes.
const ALLOWED_FOR: Duration = Duration::from_secs(60);
/// How long somebody who was not is turned away without asking.
const REFUSED_FOR: Duration = Duration::from_secs(10);
/// How many tokens are remembered.
const REMEMBERED: usize = 256;
/// How many are asked about at once: whoever reaches the port can make the operator ask.
const AT_ONCE: usize = 4;
/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lets those through whom the API server knows by their bearer token, and who may `get` the path: their roles have
/// it among `nonResourceURLs`.
pub(super) struct MetricsGate {
    client: Client,
    known: Mutex<HashMap<String, (AccessDecision, Instant)>>,
    reviews: Semaphore,
}

impl MetricsGate {
    /// Asks with this client.
    pub(super) fn new(client: Client) -> Self {
        Self { client, known: Mutex::default(), reviews: Semaphore::new(AT_ONCE) }
    }

    /// Passes a request on, or answers why it is not.
    pub(super) async fn check(State(gate): State<Arc<Self>>, request: Request, next: Next) -> Response {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim).unwrap_or_default();
        let decision = match token {
            "" => AccessDecision::UnknownToken,
            _ => match timeout(PATIENCE, gate.decide(token, request.uri().path())).await {
                Ok(Ok(decision)) => decision,
                Ok(Err(why)) => return (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
                Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            },
        };
        match decision {
            AccessDecision::Allowed => next.run(request).await,
            AccessDecision::UnknownToken => {
                let words = "show a bearer token that the cluster knows\n";
                (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")], words).into_response()
            }
            AccessDecision::Forbidden(user) => {
                let path = request.uri().path();
                let words = format!("{user} may not get {path}: bind a role with it among nonResourceURLs\n");
                (StatusCode::FORBIDDEN, words).into_response()
            }
        }
    }

    async fn decide(&self, token: &str, path: &str) -> Result<AccessDecision, String> {
        if let Some(decision) = self.remembered(token) {
            return Ok(decision);
        }
        let _place = self.reviews.acquire().await.map_err(|error| error.to_string())?;
        let decision = review_access(&self.client, token, path).await.map_err(|error| {
            tracing::warn!(%error, "nobody can read the metrics");
            error.to_string()
        })?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(token.to_owned(), (decision.clone(), Instant::now()));
        Ok(decision)
    }

    fn remembered(&self, token: &str) -> Option<AccessDecision> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (decision, since) = known.get(token)?;
        let lasts = if *decision == AccessDecision::Allowed { ALLOWED_FOR } else { REFUSED_FOR };
        (since.elapsed() < lasts).then(|| decision.clone())
    }
}
