//! `ConversionReview` of `apiextensions.k8s.io/v1`: LocustTests of one version as objects of the other.

use podgraft_locust::{api::Version, conversion::convert};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the API server asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConversionRequest {
    uid: String,
    #[serde(rename = "desiredAPIVersion")]
    desired: String,
    objects: Vec<Value>,
}

/// Answers the body of a request: the objects in the version that is asked for, or why one of them cannot be.
///
/// # Errors
/// It is no `ConversionReview`.
pub(crate) fn answer(body: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Deserialize)]
    struct ConversionReview {
        request: ConversionRequest,
    }
    let ConversionReview { request } = serde_json::from_slice(body)?;
    let mut response = match converted(&request) {
        Ok(objects) => json!({ "convertedObjects": objects, "result": { "status": "Success" } }),
        Err(message) => json!({ "result": { "status": "Failure", "message": message } }),
    };
    response["uid"] = request.uid.into();
    serde_json::to_vec(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "ConversionReview", "response": response
    }))
}

fn converted(request: &ConversionRequest) -> Result<Vec<Value>, String> {
    let versions = [Version::V1, Version::V2];
    let to = versions.into_iter().find(|version| version.api_version() == request.desired);
    let to = to.ok_or_else(|| format!("LocustTests have no version {}", request.desired))?;
    let one = |object: &Value| {
        convert(object, to).map_err(|error| {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            format!("LocustTest {}/{}: {error}", text("/metadata/namespace"), text("/metadata/name"))
        })
    };
    request.objects.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(desired: &str, objects: &Value) -> Value {
        let review = json!({"request": {"uid": "u", "desiredAPIVersion": desired, "objects": objects}});
        serde_json::from_slice(&answer(review.to_string().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn objects_are_converted_in_their_order() {
        let test = |name: &str| {
            json!({
                "apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": name, "namespace": "a"},
                "spec": {"image": "i", "masterCommandSeed": "-f a", "workerCommandSeed": "-f a", "workerReplicas": 3}
            })
        };
        let response = &ask("locust.io/v2", &json!([test("one"), test("two")]))["response"];
        assert_eq!(response["uid"], "u");
        assert_eq!(response["result"]["status"], "Success");
        let objects = response["convertedObjects"].as_array().unwrap();
        assert_eq!(objects[1]["metadata"]["name"], "two");
        assert_eq!(objects[0]["spec"]["worker"]["replicas"], 3);
        assert_eq!(ask("locust.io/v2", &json!([]))["response"]["convertedObjects"], json!([]));
    }

    #[test]
    fn what_cannot_be_converted_is_named() {
        let broken = json!({"apiVersion": "locust.io/v1", "kind": "LocustTest", "metadata": {"name": "b", "namespace": "a"}, "spec": 1});
        for (desired, words) in
            [("locust.io/v2", "LocustTest a/b: "), ("locust.io/v3", "no version locust.io/v3")]
        {
            let response = &ask(desired, &json!([broken]))["response"];
            assert_eq!(response["result"]["status"], "Failure");
            assert!(response["result"]["message"].as_str().unwrap().contains(words), "{response}");
        }
        assert!(answer(b"{}").is_err() && answer(b"").is_err());
    }
}
