//! [`Intake`]: how many requests are read and answered at once, so that large and slow ones keep nobody waiting.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http::{HeaderMap, StatusCode, header::CONTENT_LENGTH};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Up to this length, bodies take no place of those that are longer.
const SMALL: usize = 256 * 1_024;
/// How many small ones are answered at once.
const SMALL_AT_ONCE: usize = 128;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);

/// How many requests are read and answered at once.
#[derive(Debug)]
pub(crate) struct Intake {
    /// How long a body may be.
    longest: usize,
    small: Semaphore,
    large: Semaphore,
}

/// A request's body, and its place among those that are answered.
#[derive(Debug)]
pub(crate) struct Accepted<'i> {
    /// The body.
    pub(crate) body: Bytes,
    _place: SemaphorePermit<'i>,
}

/// Why a body is not read, with the status of HTTP that says so.
pub(crate) type Unread = (StatusCode, &'static str);

impl Intake {
    /// Takes bodies up to this length, and so many long ones at once.
    pub(crate) fn new(longest: usize, long_at_once: usize) -> Self {
        Self { longest, small: Semaphore::new(SMALL_AT_ONCE), large: Semaphore::new(long_at_once) }
    }

    /// Reads a body when there is a place for it.
    ///
    /// # Errors
    /// It is too long, or does not arrive.
    pub(crate) async fn accept(&self, headers: &HeaderMap, body: Body) -> Result<Accepted<'_>, Unread> {
        // Who does not say how long a body is may send the longest.
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let length: usize = length.unwrap_or(self.longest);
        if length > self.longest {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"));
        }
        let stops = |_| (StatusCode::SERVICE_UNAVAILABLE, "the webhook stops");
        if length <= SMALL {
            // A slow one takes a place only when it is there.
            let body = read(body, length).await?;
            return Ok(Accepted { body, _place: self.small.acquire().await.map_err(stops)? });
        }
        let place = self.large.acquire().await.map_err(stops)?;
        Ok(Accepted { body: read(body, length).await?, _place: place })
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let slow = |_| (StatusCode::REQUEST_TIMEOUT, "the review did not arrive within five seconds");
    let broken = |_| (StatusCode::BAD_REQUEST, "the review broke off, or is longer than it said");
    tokio::time::timeout(ARRIVAL, axum::body::to_bytes(body, limit)).await.map_err(slow)?.map_err(broken)
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    const LONGEST: usize = 1_024 * 1_024;

    fn headers(length: usize) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_LENGTH, length.into())])
    }

    fn block_on<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn a_body_that_never_arrives_takes_no_place_of_small_ones() {
        block_on(async {
            let intake = Intake::new(LONGEST, 2);
            let never = || Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
            let small = headers(3);
            let slow = (0..SMALL_AT_ONCE * 2).map(|_| intake.accept(&small, never()));
            let long = (0..3).map(|_| async { intake.accept(&HeaderMap::new(), never()).await });
            let slow =
                futures::future::join(futures::future::join_all(slow), futures::future::join_all(long));
            let good = async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                intake.accept(&small, Body::from("abc")).await.map(|accepted| accepted.body)
            };
            tokio::select! {
                biased;
                _ = slow => panic!("nothing arrives"),
                body = good => assert_eq!(body.unwrap(), "abc"),
            }
        });
    }

    #[test]
    fn a_body_is_as_long_as_it_says_and_not_longer_than_the_longest() {
        block_on(async {
            let intake = Intake::new(LONGEST, 2);
            let long = intake.accept(&headers(LONGEST + 1), Body::empty()).await;
            assert_eq!(long.unwrap_err().0, StatusCode::PAYLOAD_TOO_LARGE);
            let liar = intake.accept(&headers(2), Body::from("abc")).await;
            assert_eq!(liar.unwrap_err().0, StatusCode::BAD_REQUEST);
            let silent = intake.accept(&HeaderMap::new(), Body::from(vec![b'x'; LONGEST])).await;
            assert_eq!(silent.unwrap().body.len(), LONGEST);
        });
    }
}
