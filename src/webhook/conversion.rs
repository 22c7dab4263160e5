//! `ConversionReview` of `apiextensions.k8s.io/v1`: LocustTests of one version as objects of the other.

use podgraft_locust::{api::Version, conversion::convert};
use podgraft_pod::manifest::nesting::{MOST_READ, levels};
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

/// How many levels of maps and lists are converted: an API server reads 10,000 of an object.
///
/// # Source
/// Go, `encoding/json/scanner.go`, `maxNestingDepth`.
const MOST_STORED: usize = 10_100;
/// The stack for so many levels.
const DEEP_STACK: usize = 256 << 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnansweredConversion {
    /// It is no `ConversionReview`.
    #[error("this is no ConversionReview of apiextensions.k8s.io/v1: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// There is no room for objects that are nested so deep.
    #[error("podgraft cannot convert objects that are nested so deep: {0}")]
    Nested(String),
}

/// Whether an answer takes no more of the stack than others do.
pub(crate) fn is_shallow(body: &[u8]) -> bool {
    levels(body) <= MOST_READ
}

/// Answers the body of a request: the objects in the version that is asked for, or why one of them cannot be. One object
/// that is nested deeply must not keep the others of a list from being converted.
///
/// # Errors
/// Why it is not answered.
pub(crate) fn answer(body: &[u8]) -> Result<Vec<u8>, UnansweredConversion> {
    if is_shallow(body) {
        return answer_on_this_stack(body);
    }
    let levels = levels(body);
    if levels > MOST_STORED {
        return Err(UnansweredConversion::Nested(format!("{levels} levels")));
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK);
        let answer = thread.spawn_scoped(scope, || answer_on_this_stack(body));
        let answer = answer.map_err(|error| UnansweredConversion::Nested(error.to_string()))?;
        answer
            .join()
            .map_err(|_| UnansweredConversion::Nested("it has a fault, please report it".to_owned()))?
    })
}

fn answer_on_this_stack(body: &[u8]) -> Result<Vec<u8>, UnansweredConversion> {
    #[derive(Deserialize)]
    struct ConversionReview {
        request: ConversionRequest,
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    json.disable_recursion_limit();
    let ConversionReview { request } = ConversionReview::deserialize(&mut json)?;
    json.end()?;
    let mut response = match converted(&request) {
        Ok(objects) => json!({ "convertedObjects": objects, "result": { "status": "Success" } }),
        Err(message) => json!({ "result": { "status": "Failure", "message": message } }),
    };
    response["uid"] = request.uid.into();
    Ok(serde_json::to_vec(&json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "ConversionReview", "response": response
    }))?)
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

    #[test]
    fn an_object_that_is_nested_deeply_is_converted_beside_the_others() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let ask = |levels: usize| {
            let test = |name: &str, template: &str| {
                format!(
                    "{{\"apiVersion\": \"locust.io/v2\", \"kind\": \"LocustTest\", \"metadata\": {{\"name\": \"{name}\"}}, \"spec\": {{\"image\": \"i\", \
                     \"master\": {{\"command\": \"x\"}}, \"worker\": {{\"command\": \"x\", \"replicas\": 1}}, \"podTemplate\": {template}}}}}"
                )
            };
            let objects = [test("a", "{}"), test("b", &format!("{{\"x\": {}}}", nested(levels)))].join(",");
            let body = format!(
                "{{\"request\": {{\"uid\": \"u\", \"desiredAPIVersion\": \"locust.io/v1\", \"objects\": [{objects}]}}}}"
            );
            answer(body.as_bytes()).map(|answer| String::from_utf8(answer).unwrap())
        };
        for levels in [90, 150, 9_990] {
            let answer = ask(levels).unwrap();
            assert!(
                answer.contains("Success") && answer.contains(&nested(levels)),
                "{levels}: {answer:.300}"
            );
        }
        let refused = ask(20_000).unwrap_err().to_string();
        assert!(refused.contains("nested so deep: 20006 levels"), "{refused}");
    }
}
