//! [`router`]: what is answered at which path.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use http::{HeaderMap, StatusCode, Uri, header::CONTENT_TYPE};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{
    conversion,
    intake::{Accepted, Intake},
    review::{AdmissionRequest, Verdict},
    reviewer::{ReviewFailure, Reviewer},
};
use crate::{
    operator::metrics::{Metrics, webhook::ReviewOutcome},
    tls_server::OpenConnection,
};

/// How long an answer may take, where the API server does not say how long it waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the API server waits for a conversion, and at most for a review.
///
/// # Source
/// Kubernetes, `staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/conversion/webhook_converter.go`.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Bodies up to this length are read at once; longer ones on a thread of their own.
const QUICKLY_READ: usize = 32 * 1_024;
/// How many of the longer ones are read at once.
const READERS: usize = 2;

/// The longest review. An API server takes 3 MiB in one request, and a review has the object twice.
///
/// # Source
/// Kubernetes, `staging/src/k8s.io/apiserver/pkg/server/config.go`, `MaxRequestBodyBytes`.
const LONGEST_REVIEW: usize = 8 * 1_024 * 1_024;
/// How many long reviews are answered at once.
const LONG_REVIEWS: usize = 3;
/// The longest list of objects to convert: `kubectl get` asks for 500 at once.
const LONGEST_LIST: usize = 64 * 1_024 * 1_024;

/// What the endpoints share.
pub(crate) struct Endpoints {
    reviewer: Arc<Reviewer>,
    intake: Intake,
    /// Where lists of objects arrive that are to be converted.
    conversions: Intake,
    readers: Semaphore,
    metrics: Metrics,
}

impl Endpoints {
    /// Answers what this reviewer says, and counts it.
    pub(crate) fn new(reviewer: Arc<Reviewer>, metrics: Metrics) -> Self {
        let intake = Intake::new(LONGEST_REVIEW, LONG_REVIEWS);
        // One long list takes a good deal of memory.
        let conversions = Intake::new(LONGEST_LIST, 1);
        Self { reviewer, intake, conversions, readers: Semaphore::new(READERS), metrics }
    }
}

/// What is answered at which path; `/convert` only where the API server is to ask for it.
pub(crate) fn router(endpoints: Arc<Endpoints>, converts: bool) -> Router {
    let router = Router::new().route("/validate", post(validate));
    let router = if converts { router.route("/convert", post(convert)) } else { router };
    router.with_state(endpoints)
}

async fn convert(
    State(endpoints): State<Arc<Endpoints>>,
    Extension(connection): Extension<Arc<OpenConnection>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answered =
        timeout(patience(&uri, LONGEST_WAIT), endpoints.convert(&connection, &headers, body)).await;
    let late = Err((StatusCode::GATEWAY_TIMEOUT, "converting takes too long".to_owned()));
    match answered.unwrap_or(late) {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err((status, words)) => {
            tracing::warn!(status = status.as_u16(), words, "a conversion was not answered");
            (status, words).into_response()
        }
    }
}

async fn validate(
    State(endpoints): State<Arc<Endpoints>>,
    Extension(connection): Extension<Arc<OpenConnection>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let started = Instant::now();
    let answered = timeout(patience(&uri, PATIENCE), endpoints.validate(&connection, &headers, body)).await;
    let answer = answered.unwrap_or(Err((StatusCode::GATEWAY_TIMEOUT, "judging takes too long".to_owned())));
    let outcome = match &answer {
        Ok((_, verdict)) if verdict.refusal.is_none() => ReviewOutcome::Allowed,
        Ok(_) => ReviewOutcome::Refused,
        Err(_) => ReviewOutcome::Failed,
    };
    endpoints.metrics.reviewed(outcome, started.elapsed());
    match answer {
        Ok((uid, verdict)) => {
            ([(CONTENT_TYPE, "application/json")], verdict.to_review(&uid).to_string()).into_response()
        }
        Err((status, words)) => {
            tracing::warn!(status = status.as_u16(), words, "a review was not answered");
            (status, words).into_response()
        }
    }
}

impl Endpoints {
    async fn validate(
        &self,
        connection: &OpenConnection,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(String, Verdict), (StatusCode, String)> {
        let accepted = self.intake.accept(headers, body).await;
        let accepted = accepted.map_err(|(status, words)| (status, words.to_owned()))?;
        let _work = connection.work();
        let request = self.read(&accepted).await?;
        let uid = request.uid.clone();
        let verdict = self.reviewer.review(request).await.map_err(|failure| {
            let status = match failure {
                ReviewFailure::Unreadable(_) => StatusCode::BAD_REQUEST,
                ReviewFailure::UnknownOverlays(_) => StatusCode::SERVICE_UNAVAILABLE,
                ReviewFailure::Panicked(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            (status, failure.to_string())
        })?;
        Ok((uid, verdict))
    }

    async fn convert(
        &self,
        connection: &OpenConnection,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Vec<u8>, (StatusCode, String)> {
        let accepted = self.conversions.accept(headers, body).await;
        let accepted = accepted.map_err(|(status, words)| (status, words.to_owned()))?;
        let _work = connection.work();
        let failed = |words: String| (StatusCode::INTERNAL_SERVER_ERROR, words);
        let is_quick = accepted.body.len() <= QUICKLY_READ && conversion::is_shallow(&accepted.body);
        let answer = if is_quick {
            conversion::answer(&accepted.body)
        } else {
            let _reader = self.readers.acquire().await.map_err(|error| failed(error.to_string()))?;
            let body = accepted.body.clone();
            let answered = spawn_blocking(move || conversion::answer(&body)).await;
            answered.map_err(|error| failed(error.to_string()))?
        };
        answer.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
    }

    /// Reads a body, on a thread that nobody waits for where it is long.
    async fn read(&self, accepted: &Accepted<'_>) -> Result<AdmissionRequest, (StatusCode, String)> {
        let failed = |words: String| (StatusCode::INTERNAL_SERVER_ERROR, words);
        let request = if accepted.body.len() <= QUICKLY_READ {
            AdmissionRequest::read(&accepted.body)
        } else {
            let _reader = self.readers.acquire().await.map_err(|error| failed(error.to_string()))?;
            let body = accepted.body.clone();
            let read = spawn_blocking(move || AdmissionRequest::read(&body)).await;
            read.map_err(|error| failed(error.to_string()))?
        };
        request.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
    }
}

/// How long an answer may take: a little less than the API server waits, so that it reads why there is none.
fn patience(uri: &Uri, usual: Duration) -> Duration {
    let parameters = uri.query().unwrap_or_default().split('&');
    let mut waits =
        parameters.filter_map(|one| one.strip_prefix("timeout=")?.strip_suffix('s')?.parse().ok());
    let waits =
        waits.next().map_or(usual, |seconds: u64| Duration::from_secs(seconds.max(1)).min(LONGEST_WAIT));
    waits.saturating_sub(waits / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_before_nobody_waits_for_it() {
        let patience = |uri: &str| patience(&uri.parse().unwrap(), PATIENCE).as_millis();
        assert_eq!(patience("/validate?timeout=10s"), 9_000);
        assert_eq!(patience("/validate?a=b&timeout=1s"), 900);
        for odd in ["/validate", "/validate?timeout=", "/validate?timeout=1m0s", "/validate?timeout=-1s"] {
            assert_eq!(patience(odd), 9_000, "{odd}");
        }
        assert_eq!(patience("/validate?timeout=99999s"), 27_000);
    }
}
