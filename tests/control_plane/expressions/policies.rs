//! The oracle: each expression as a validation of a real `ValidatingAdmissionPolicy`.

use std::{collections::BTreeSet, time::Duration};

use futures::{StreamExt, stream};
use http::{Method, Request};
use kube::Client;
use serde_json::{Value, json};

use super::{Answer, Batch};

/// How many requests are under way at once.
const AT_ONCE: usize = 4;

/// Makes a batch's policy, without the expressions that the API server refuses: these are returned.
pub(crate) async fn install(client: &Client, batch: &Batch) -> BTreeSet<usize> {
    let mut refused = BTreeSet::new();
    loop {
        let policy = policy(batch, &refused);
        let (status, body) = send(client, Method::POST, POLICIES, &policy).await;
        if status == 201 {
            break;
        }
        let before = refused.len();
        let kept: Vec<usize> =
            (0..batch.expressions.len()).filter(|index| !refused.contains(index)).collect();
        for cause in body["details"]["causes"].as_array().into_iter().flatten() {
            let field = cause["field"].as_str().unwrap_or_default();
            let index = field.strip_prefix("spec.validations[").and_then(|rest| rest.split_once(']'));
            let Some((index, _)) = index else { panic!("{body}") };
            // The first validation only shows that the policy is there.
            refused.insert(kept[index.parse::<usize>().unwrap() - 1]);
        }
        assert!(refused.len() > before, "{status}: {body}");
    }
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": batch.name},
        "spec": {"policyName": batch.name, "validationActions": ["Warn"]}
    });
    let (status, body) = send(client, Method::POST, BINDINGS, &binding).await;
    assert_eq!(status, 201, "{body}");
    refused
}

const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const OBJECTS: &str = "/apis/podgraft.test/v1/namespaces/team-a/templates?dryRun=All";

fn policy(batch: &Batch, refused: &BTreeSet<usize>) -> Value {
    let mut validations = vec![json!({"expression": "false", "message": "is there"})];
    for (index, expression) in batch.expressions.iter().enumerate() {
        if !refused.contains(&index) {
            // The number leads the message of an error as well, which shows the expression.
            let expression = format!("{index} == {index} && ({expression})");
            validations.push(json!({"expression": expression, "message": format!("false {index}")}));
        }
    }
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": batch.name},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "objectSelector": {"matchLabels": {"batch": batch.name}},
                "resourceRules": [{
                    "apiGroups": ["podgraft.test"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["templates"]
                }]
            },
            "validations": validations
        }
    })
}

/// What the API server answers to each expression of a batch for each of its objects.
pub(crate) async fn answers(client: &Client, batch: &Batch, refused: &BTreeSet<usize>) -> Vec<Vec<Answer>> {
    let asked = stream::iter(&batch.specs).map(|spec| ask(client, batch, spec, refused));
    asked.buffered(AT_ONCE).collect().await
}

async fn ask(client: &Client, batch: &Batch, spec: &Value, refused: &BTreeSet<usize>) -> Vec<Answer> {
    let object = json!({
        "apiVersion": "podgraft.test/v1", "kind": "Template",
        "metadata": {"name": "t", "namespace": "team-a", "labels": {"team": "search", "batch": batch.name}},
        "spec": spec
    });
    let mut last = Vec::new();
    for _ in 0..60 {
        let request = Request::post(OBJECTS).header("content-type", "application/json");
        let response =
            client.send(request.body(object.to_string().into_bytes().into()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 201, "{object}");
        let warnings: Vec<String> = response
            .headers()
            .get_all("warning")
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        if warnings.iter().any(|warning| warning.contains("running out of cost budget")) {
            return vec![Answer::Costly; batch.expressions.len()];
        }
        if !warnings.iter().any(|warning| warning.contains("is there")) {
            // The policy does not act yet.
            last = warnings;
            tokio::time::sleep(Duration::from_millis(300)).await;
            continue;
        }
        let number = |text: &str| {
            text.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse::<usize>().ok()
        };
        let mut answers = vec![Answer::True; batch.expressions.len()];
        for index in refused {
            answers[*index] = Answer::Refused;
        }
        for warning in &warnings {
            if let Some((_, rest)) = warning.split_once(": expression '") {
                answers[number(rest).unwrap()] = Answer::Error(rest.to_owned());
            } else if let Some((_, rest)) = warning.split_once(": false ") {
                answers[number(rest).unwrap()] = Answer::False;
            }
        }
        return answers;
    }
    panic!("the policy {} does not act: {last:?}", batch.name);
}

async fn send(client: &Client, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let response = client.send(request.body(body.to_string().into_bytes().into()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}
