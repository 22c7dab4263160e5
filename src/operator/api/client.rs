//! [`client`]: the way to the API server. It says who asks, counts what is asked, and asks again where the API
//! server is busy.

use std::{
    borrow::Cow,
    fmt,
    sync::atomic::AtomicU64,
    task::{Context, Poll},
};

use axum::body::{Bytes, HttpBody};
use futures::{FutureExt, future::BoxFuture};
use http::{HeaderValue, Method, Request, Response, Uri, header::USER_AGENT};
use http_body_util::BodyExt;
use kube::{
    Client, Config,
    client::{Body, ClientBuilder, retry::RetryPolicy},
};
use podgraft_pod::manifest::nesting::NestingCutter;
use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder},
    metrics::{counter::Counter, family::Family},
};
use tower::{Layer, Service, buffer::BufferLayer, retry::RetryLayer, util::MapResponseLayer};

/// Who asks, in the API server's audit log.
pub(crate) const AGENT: &str = concat!("podgraft/", env!("CARGO_PKG_VERSION"));

/// How many requests may wait to be sent.
const WAITING: usize = 1_024;

/// A client of the cluster that `config` names. Every request is counted in `requests`, those that are sent
/// again too.
///
/// # Errors
/// [`kube::Error`] where the configuration cannot be used. Outside of a runtime it panics, as kube's own does.
pub(crate) fn client(mut config: Config, requests: &ApiRequests) -> Result<Client, kube::Error> {
    config.headers.push((USER_AGENT, HeaderValue::from_static(AGENT)));
    // kube would send again below the layer that counts.
    config.default_retry = false;
    let counted = ClientBuilder::try_from(config)?.with_layer(requests);
    let readable = counted.with_layer(&MapResponseLayer::new(without_deep_nesting));
    let clonable = readable.with_layer(&BufferLayer::new(WAITING));
    Ok(clonable.with_layer(&RetryLayer::new(RetryPolicy::server_retry())).build())
}

/// An answer that can be read, whatever people store: nobody may stop a client by an object that is nested deeply.
fn without_deep_nesting<B>(answer: Response<B>) -> Response<impl HttpBody<Data = Bytes, Error = B::Error>>
where
    B: HttpBody<Data = Bytes>,
{
    let mut cutter = NestingCutter::default();
    let mut cut = move |piece: Bytes| match cutter.cut(&piece) {
        Cow::Borrowed(_) => piece,
        Cow::Owned(cut) => cut.into(),
    };
    answer.map(|body| body.map_frame(move |frame| frame.map_data(&mut cut)))
}

/// The requests to the API server, by verb and code.
#[derive(Debug, Clone, Default)]
pub(crate) struct ApiRequests(pub(crate) Family<RequestLabels, Counter<u64, AtomicU64>>);

/// What kind of request it was, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    verb: &'static str,
    code: CodeLabel,
}

/// The answer's code; none where there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct CodeLabel(Option<u16>);

impl EncodeLabelValue for CodeLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        match self.0 {
            Some(code) => code.to_string().encode(encoder),
            None => "none".encode(encoder),
        }
    }
}

impl ApiRequests {
    fn count(&self, verb: &'static str, code: Option<u16>) {
        self.0.get_or_create(&RequestLabels { verb, code: CodeLabel(code) }).inc();
    }
}

impl<S> Layer<S> for ApiRequests {
    type Service = CountedService<S>;

    fn layer(&self, inner: S) -> CountedService<S> {
        CountedService { inner, requests: self.clone() }
    }
}

/// A service whose requests are counted.
#[derive(Debug, Clone)]
pub(crate) struct CountedService<S> {
    inner: S,
    requests: ApiRequests,
}

impl<S, B> Service<Request<Body>> for CountedService<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let verb = verb(request.method(), request.uri());
        let requests = self.requests.clone();
        let answer = self.inner.call(request);
        async move {
            let answer = answer.await;
            requests.count(verb, answer.as_ref().ok().map(|answer| answer.status().as_u16()));
            answer
        }
        .boxed()
    }
}

/// The verb of a request, as Kubernetes' own authorization has it.
fn verb(method: &Method, uri: &Uri) -> &'static str {
    let asks = |flag: &str| {
        let query = uri.query().unwrap_or_default();
        query.split('&').any(|pair| pair.strip_prefix(flag).is_some_and(|to| matches!(to, "=true" | "=1")))
    };
    let names_one = names_one(uri.path());
    match (method, names_one) {
        (&Method::GET, _) if asks("watch") => "watch",
        (&Method::GET, true) => "get",
        (&Method::GET, false) => "list",
        (&Method::POST, _) => "create",
        (&Method::PUT, _) => "update",
        (&Method::PATCH, _) => "patch",
        (&Method::DELETE, true) => "delete",
        (&Method::DELETE, false) => "deletecollection",
        _ => "other",
    }
}

/// Whether a path names one object, or something that is no resource.
fn names_one(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let below_version = match parts.next() {
        Some("api") => parts.next(),
        Some("apis") => parts.nth(1),
        _ => None,
    };
    if below_version.is_none() {
        return true;
    }
    let parts: Vec<&str> = parts.collect();
    match parts.as_slice() {
        ["namespaces", _, rest @ ..] if !rest.is_empty() => rest.len() > 1,
        rest => rest.len() != 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_the_verb_that_authorization_gives_it() {
        for (method, uri, expected) in [
            (Method::GET, "/apis/locust.io/v2/locusttests?limit=100", "list"),
            (Method::GET, "/apis/locust.io/v2/locusttests?watch=true&allowWatchBookmarks=true", "watch"),
            (Method::GET, "/apis/locust.io/v2/namespaces/a/locusttests/peak", "get"),
            (Method::GET, "/api/v1/namespaces?fieldSelector=metadata.name%3Da", "list"),
            (Method::GET, "/api/v1/namespaces/watch", "get"),
            (Method::GET, "/api/v1/namespaces/a/pods", "list"),
            (Method::GET, "/version", "get"),
            (Method::GET, "/apis", "get"),
            (Method::POST, "/apis/batch/v1/namespaces/a/jobs?dryRun=All", "create"),
            (Method::PUT, "/apis/coordination.k8s.io/v1/namespaces/a/leases/b", "update"),
            (Method::PATCH, "/apis/locust.io/v2/namespaces/a/locusttests/peak/status?force=true", "patch"),
            (Method::DELETE, "/apis/batch/v1/namespaces/a/jobs/peak-master", "delete"),
            (Method::DELETE, "/apis/batch/v1/namespaces/a/jobs", "deletecollection"),
            (Method::OPTIONS, "/api", "other"),
        ] {
            assert_eq!(verb(&method, &uri.parse().unwrap()), expected, "{method} {uri}");
        }
    }
}
