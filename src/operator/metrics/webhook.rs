//! [`WebhookMetrics`]: what is measured of reviews.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// What came of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewOutcome {
    /// The object may be stored.
    Allowed,
    /// It may not.
    Refused,
    /// There was no answer.
    Failed,
}

impl ReviewOutcome {
    const ALL: [Self; 3] = [Self::Allowed, Self::Refused, Self::Failed];

    const fn label(self) -> ReviewLabel {
        ReviewLabel {
            outcome: match self {
                Self::Allowed => "allowed",
                Self::Refused => "refused",
                Self::Failed => "failed",
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReviewLabel {
    outcome: &'static str,
}

/// What is measured of reviews.
#[derive(Debug, Clone)]
pub(super) struct WebhookMetrics {
    reviews: Family<ReviewLabel, Counter<u64, AtomicU64>>,
    took: Histogram,
    /// When the certificate ends; without a value where none is shown.
    certificate_end: Family<Vec<(String, String)>, Gauge>,
}

impl Default for WebhookMetrics {
    fn default() -> Self {
        let reviews = Family::<ReviewLabel, Counter<u64, AtomicU64>>::default();
        // An alert needs a zero to rise from.
        for outcome in ReviewOutcome::ALL {
            drop(reviews.get_or_create(&outcome.label()));
        }
        let took = Histogram::new(exponential_buckets(0.001, 4.0, 8));
        Self { reviews, took, certificate_end: Family::default() }
    }
}

impl WebhookMetrics {
    /// Registers them.
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("webhook_reviews", "Admission reviews, by outcome", self.reviews.clone());
        registry.register("webhook_review_seconds", "How long an admission review took", self.took.clone());
        registry.register(
            "webhook_certificate_expiry_timestamp_seconds",
            "When the certificate ends that the webhook shows, in seconds since 1970",
            self.certificate_end.clone(),
        );
    }

    /// A certificate is shown that ends at this time.
    pub(super) fn certificate_ends(&self, at: i64) {
        self.certificate_end.get_or_create(&Vec::new()).set(at);
    }

    /// Counts one review.
    pub(super) fn reviewed(&self, outcome: ReviewOutcome, took: Duration) {
        self.reviews.get_or_create(&outcome.label()).inc();
        self.took.observe(took.as_secs_f64());
    }
}
