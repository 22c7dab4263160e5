//! `AdmissionReview` of `admission.k8s.io/v1`: what the API server asks, and what it is answered.

use k8s_openapi::api::authentication::v1::UserInfo;
use podgraft_pod::{manifest::nesting::without_deep_nesting, overlay::OverlayKind};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the API server asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AdmissionRequest {
    /// Which question it is; the answer says so too.
    pub(crate) uid: String,
    resource: ResourceName,
    /// `status`, when that part of the object is written.
    #[serde(default)]
    pub(crate) sub_resource: Option<String>,
    /// What is being done.
    pub(crate) operation: Operation,
    /// The object's namespace; empty where it is in none.
    #[serde(default)]
    pub(crate) namespace: String,
    /// Who does it.
    #[serde(default)]
    pub(crate) user_info: UserInfo,
    /// The object as it is to be; null when it is being deleted.
    #[serde(default)]
    pub(crate) object: Value,
    /// The object as it was; null when it is new.
    #[serde(default)]
    pub(crate) old_object: Value,
}

#[derive(Debug, Deserialize)]
struct ResourceName {
    group: String,
    resource: String,
}

/// What is being done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

/// The kinds of object that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewedKind {
    LocustTest,
    Overlay(OverlayKind),
}

/// Why something is no question that can be answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnreadableReview {
    /// It is no `AdmissionReview`.
    #[error("this is no AdmissionReview of admission.k8s.io/v1: {0}")]
    Json(serde_json::Error),
    /// It is about something else.
    #[error(
        "name only locusttests, clusterpodoverlays and podoverlays of locust.io in the webhook's rules: {0} are not \
         judged here"
    )]
    Resource(String),
}

impl AdmissionRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// Why it is no `AdmissionReview`.
    pub(crate) fn read(body: &[u8]) -> Result<Self, UnreadableReview> {
        #[derive(Deserialize)]
        struct AdmissionReview {
            request: AdmissionRequest,
        }
        // What is cut is refused all the same: the object is nested too deep.
        let body = without_deep_nesting(body);
        let review: AdmissionReview = serde_json::from_slice(&body).map_err(UnreadableReview::Json)?;
        Ok(review.request)
    }

    /// The kind of object that it is about.
    ///
    /// # Errors
    /// It is none that is judged.
    pub(crate) fn kind(&self) -> Result<ReviewedKind, UnreadableReview> {
        let ResourceName { group, resource } = &self.resource;
        match (group.as_str(), resource.as_str()) {
            ("locust.io", "locusttests") => Ok(ReviewedKind::LocustTest),
            ("locust.io", "clusterpodoverlays") => Ok(ReviewedKind::Overlay(OverlayKind::Cluster)),
            ("locust.io", "podoverlays") => Ok(ReviewedKind::Overlay(OverlayKind::Namespaced)),
            _ => Err(UnreadableReview::Resource(format!("{resource}.{group}"))),
        }
    }

    /// Whether the object is being deleted.
    pub(crate) fn deletes(&self) -> bool {
        self.operation == Operation::Delete
    }

    /// Whether there is nothing to judge: what is deleted, what is about to be, and what only changes its status.
    pub(crate) fn is_exempt(&self) -> bool {
        let is_going = self.object.pointer("/metadata/deletionTimestamp").is_some_and(|time| !time.is_null());
        let is_written = matches!(self.operation, Operation::Create | Operation::Update);
        !is_written || is_going || self.sub_resource.as_deref().is_some_and(|part| !part.is_empty())
    }
}

/// What is answered.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Why the object is refused; `None` when it is not.
    pub(crate) refusal: Option<String>,
    /// What the author is told in any case.
    pub(crate) warnings: Vec<String>,
}

impl Verdict {
    /// The answer to the question with this UID.
    pub(crate) fn to_review(&self, uid: &str) -> Value {
        let mut response = json!({ "uid": uid, "allowed": self.refusal.is_none() });
        if let Some(message) = &self.refusal {
            response["status"] =
                json!({ "status": "Failure", "code": 422, "reason": "Invalid", "message": message });
        }
        if !self.warnings.is_empty() {
            response["warnings"] = json!(self.warnings);
        }
        json!({ "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(more: &Value) -> AdmissionRequest {
        let mut request = json!({
            "uid": "u", "resource": {"group": "locust.io", "version": "v2", "resource": "locusttests"},
            "operation": "UPDATE", "namespace": "a", "object": {"metadata": {}}, "oldObject": {}
        });
        json_patch::merge(&mut request, more);
        AdmissionRequest::read(json!({ "request": request }).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_is_going_and_what_is_a_part_is_not_judged() {
        assert!(!request(&json!({})).is_exempt());
        assert!(!request(&json!({"operation": "CREATE", "oldObject": null, "subResource": ""})).is_exempt());
        for more in [
            json!({"operation": "DELETE", "object": null}),
            json!({"operation": "CONNECT"}),
            json!({"subResource": "status"}),
            json!({"object": {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}}),
        ] {
            assert!(request(&more).is_exempt(), "{more}");
        }
    }

    #[test]
    fn only_the_kinds_of_locust_io_are_judged() {
        let kind = |resource: &str| request(&json!({"resource": {"resource": resource}})).kind();
        assert!(matches!(kind("locusttests"), Ok(ReviewedKind::LocustTest)));
        assert!(matches!(kind("podoverlays"), Ok(ReviewedKind::Overlay(OverlayKind::Namespaced))));
        assert!(kind("pods").unwrap_err().to_string().contains("pods.locust.io are not judged"));
    }

    #[test]
    fn what_is_no_review_says_what_it_lacks() {
        for (body, words) in [
            ("", "EOF"),
            ("{}", "missing field `request`"),
            ("{\"request\": {\"uid\": 1}}", "invalid type"),
            ("{\"request\": {\"uid\": \"a\", \"uid\": \"b\"}}", "duplicate field `uid`"),
            ("{\"request\": {}, \"request\": {}}", "missing field"),
            ("{\"request\": {\"uid\": \"a\", \"operation\": \"EAT\"}}", "unknown variant `EAT`"),
            ("[[[[", "invalid type"),
        ] {
            let error = AdmissionRequest::read(body.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{body}: {error}");
        }
        let deep = "[".repeat(1_000_000);
        assert!(AdmissionRequest::read(format!("{{\"request\": {deep}").as_bytes()).is_err());
    }

    #[test]
    fn an_object_that_is_nested_deeply_is_read_to_be_refused() {
        let (opened, closed) = ("[".repeat(9_900), "]".repeat(9_900));
        let resource = "{\"group\": \"locust.io\", \"version\": \"v2\", \"resource\": \"locusttests\"}";
        let review = format!(
            "{{\"request\": {{\"uid\": \"u\", \"operation\": \"CREATE\", \"resource\": {resource}, \"object\": {{\"spec\": {opened}{closed}}}}}}}"
        );
        let request = AdmissionRequest::read(review.as_bytes()).unwrap();
        assert!(podgraft_pod::manifest::nesting::too_deep(&request.object).is_some());
    }
}
