//! [`EventRecorder`]: what happened to an object, for `kubectl describe`.
//!
//! kube's recorder counts every event of one reason into the first one, whatever its note says. Here only the same note
//! is counted; another note is another event, and there is an end to them for each object.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use k8s_openapi::api::core::v1::ObjectReference;
use kube::{
    Client,
    runtime::events::{Event, EventType, Recorder, Reporter},
};

use super::error_message::error_message;

/// How many events with different notes an object may have at once, and how long until it may have one more.
///
/// # Source
/// client-go, `tools/record/events_cache.go`, `EventSourceObjectSpamFilter`: the same two numbers.
const MOST: u32 = 25;
const ONE_MORE_EVERY: Duration = Duration::from_secs(300);

/// How long the same note is counted into the same event: as long as kube's recorder remembers it.
const SERIES: Duration = Duration::from_secs(360);

/// The longest note that an event may have, in bytes.
///
/// # Source
/// Kubernetes, `pkg/apis/core/validation/events.go`, `NoteLengthLimit`: 1,024.
const LONGEST_NOTE: usize = 1_000;

/// How many objects are remembered.
const KEPT: usize = 10_000;

/// Writes events.
pub(crate) struct EventRecorder {
    client: Client,
    reporter: Reporter,
    objects: Mutex<HashMap<String, ObjectEvents>>,
}

/// The events about one object.
struct ObjectEvents {
    tokens: TokenBucket,
    series: HashMap<(EventType, String, String), (Recorder, Instant)>,
}

/// What to do with an event.
enum Permit {
    /// Write it.
    Write(Recorder),
    /// Write that some are left out from now on.
    LastOne(Recorder),
    /// Leave it out.
    LeaveOut,
}

impl EventRecorder {
    /// Records events in the name of this reporter.
    pub(crate) fn new(client: Client, reporter: Reporter) -> Self {
        Self { client, reporter, objects: Mutex::default() }
    }

    /// Writes an event about an object. That it cannot be written is no reason to stop: it is logged.
    pub(crate) async fn write(&self, object: &ObjectReference, kind: EventType, reason: &str, note: &str) {
        let note = note_of(note);
        let (recorder, kind, reason, note) = match self.permit(object, kind, reason, note) {
            Permit::Write(recorder) => (recorder, kind, reason, note),
            Permit::LastOne(recorder) => {
                let note =
                    "further events of this object are left out for a while; its status says how it is";
                (recorder, EventType::Warning, "EventsLeftOut", note)
            }
            Permit::LeaveOut => {
                tracing::debug!(object = object.name, reason, note, "an event is left out");
                return;
            }
        };
        let event = Event {
            type_: kind,
            reason: reason.to_owned(),
            note: Some(note.to_owned()),
            action: reason.to_owned(),
            secondary: None,
        };
        // Its version would make every event another one.
        let object = ObjectReference { resource_version: None, ..object.clone() };
        if let Err(error) = recorder.publish(&event, &object).await {
            tracing::warn!(object = object.name, error = error_message(&error), "cannot write an event");
        }
    }

    fn permit(&self, object: &ObjectReference, kind: EventType, reason: &str, note: &str) -> Permit {
        let now = Instant::now();
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let uid = object.uid.as_deref().or(object.name.as_deref()).unwrap_or_default();
        if objects.len() >= KEPT && !objects.contains_key(uid) {
            objects.retain(|_, one| !one.is_forgotten(now));
            if objects.len() >= KEPT {
                objects.clear();
            }
        }
        let known = objects
            .entry(uid.to_owned())
            .or_insert_with(|| ObjectEvents { tokens: TokenBucket::full(now), series: HashMap::new() });
        known.series.retain(|_, (_, last)| now.duration_since(*last) < SERIES);
        if let Some((recorder, last)) = known.series.get_mut(&(kind, reason.to_owned(), note.to_owned())) {
            *last = now;
            return Permit::Write(recorder.clone());
        }
        let recorder = Recorder::new(self.client.clone(), self.reporter.clone());
        match known.tokens.take(now) {
            Grant::None => Permit::LeaveOut,
            Grant::Last => Permit::LastOne(recorder),
            Grant::One => {
                let key = (kind, reason.to_owned(), note.to_owned());
                known.series.insert(key, (recorder.clone(), now));
                Permit::Write(recorder)
            }
        }
    }
}

impl ObjectEvents {
    fn is_forgotten(&self, now: Instant) -> bool {
        self.series.values().all(|(_, last)| now.duration_since(*last) >= SERIES)
    }
}

/// How many more events an object may have: a token bucket, as client-go has for each object.
#[derive(Debug, Clone, Copy)]
struct TokenBucket {
    left: u32,
    since: Instant,
    /// Whether an event has said that others are left out, since the bucket was half full.
    is_announced: bool,
}

/// What an object may have now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grant {
    /// One event.
    One,
    /// One that says that others are left out: it is the last for a while.
    Last,
    /// None.
    None,
}

impl TokenBucket {
    const fn full(now: Instant) -> Self {
        Self { left: MOST, since: now, is_announced: false }
    }

    /// Takes one.
    fn take(&mut self, now: Instant) -> Grant {
        let earned = now.duration_since(self.since).as_secs() / ONE_MORE_EVERY.as_secs();
        let earned = u32::try_from(earned).unwrap_or(MOST);
        self.since += ONE_MORE_EVERY * earned;
        self.left = self.left.saturating_add(earned).min(MOST);
        if self.left > MOST / 2 {
            self.is_announced = false;
        }
        let Some(left) = self.left.checked_sub(1) else { return Grant::None };
        self.left = left;
        // What is earned later is for events, not for saying the same again.
        if left == 0 && !std::mem::replace(&mut self.is_announced, true) { Grant::Last } else { Grant::One }
    }
}

/// The beginning of a note, as long as an event may hold.
fn note_of(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_NOTE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_earns_one_more_event_every_five_minutes() {
        let start = Instant::now();
        let mut tokens = TokenBucket::full(start);
        let taken: Vec<Grant> = (0..27).map(|_| tokens.take(start)).collect();
        assert_eq!(taken[..24], [Grant::One; 24]);
        assert_eq!(taken[24..], [Grant::Last, Grant::None, Grant::None]);
        assert_eq!(tokens.take(start + Duration::from_secs(299)), Grant::None);
        for number in 1..=3 {
            let later = start + ONE_MORE_EVERY * number;
            assert_eq!(tokens.take(later), Grant::One, "an event, and not once more that some are left out");
            assert_eq!(tokens.take(later), Grant::None);
        }
        let rested = start + ONE_MORE_EVERY * 1000;
        let taken: Vec<Grant> = (0..26).map(|_| tokens.take(rested)).collect();
        assert_eq!(taken[..24], [Grant::One; 24]);
        assert_eq!(taken[24..], [Grant::Last, Grant::None], "never more than at first");
    }

    #[test]
    fn a_note_ends_at_a_letter() {
        assert_eq!(note_of("short"), "short");
        assert_eq!(note_of(&"ä".repeat(600)).chars().count(), 500);
    }
}
