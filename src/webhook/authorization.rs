//! [`refused`]: asks the API server whether whoever writes a test may give its pods what reaches beyond them.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use futures::{StreamExt, stream};
use k8s_openapi::api::{
    authentication::v1::UserInfo,
    authorization::v1::{
        LocalSubjectAccessReview, ResourceAttributes, SubjectAccessReviewSpec, SubjectAccessReviewStatus,
    },
};
use kube::{Api, Client, api::PostParams};
use podgraft_merge::diagnostic::Diagnostic;
use podgraft_pod::privilege::{
    AuthoredPrivilege, PRIVILEGE_GROUP, PRIVILEGE_RESOURCE, PodPrivilege, PrivilegeUse,
};

use crate::codes;

/// How many questions about one test are asked.
const MOST_QUESTIONS: usize = 64;
/// How many of them at once.
const AT_ONCE: usize = 8;
/// How long all answers may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// What RBAC is asked: a privilege, and which of several.
type Question = (PodPrivilege, String);

/// What `user` gives the pods of a test without the right to: an error for each field. Where the API server cannot
/// answer, nobody has the right.
pub(crate) async fn refused(
    client: &Client,
    user: &UserInfo,
    namespace: &str,
    added: Vec<AuthoredPrivilege>,
) -> Vec<Diagnostic> {
    let mut questions: Vec<Question> = added.iter().map(|one| question(&one.used)).collect();
    questions.sort_unstable();
    questions.dedup();
    if questions.len() > MOST_QUESTIONS {
        let message = format!(
            "ask for less: the pods of this test need {} rights of its author, and at most {MOST_QUESTIONS} are asked for",
            questions.len()
        );
        return vec![Diagnostic::error(codes::FORBIDDEN_PRIVILEGE, message)];
    }
    let reviews: Api<LocalSubjectAccessReview> = Api::namespaced(client.clone(), namespace);
    let asking = stream::iter(questions)
        .map(|question| async {
            let answer = ask(&reviews, user, namespace, &question).await;
            (question, answer)
        })
        .buffer_unordered(AT_ONCE)
        .collect::<HashMap<_, _>>();
    let answers = tokio::time::timeout(PATIENCE, asking).await.unwrap_or_default();
    let (mut refused, mut said) = (Vec::new(), HashSet::new());
    for one in added {
        let why = match answers.get(&question(&one.used)) {
            Some(Ok(())) => continue,
            Some(Err(why)) => why.as_str(),
            None => "the API server does not answer",
        };
        // Both pods may have it from one template.
        if said.insert((one.used.path.to_string(), question(&one.used))) {
            refused.push(error(&one, user, namespace, why));
        }
    }
    refused
}

fn question(used: &PrivilegeUse) -> Question {
    (used.privilege, used.name.clone())
}

/// Asks for one right; an error says why it is not there.
async fn ask(
    reviews: &Api<LocalSubjectAccessReview>,
    user: &UserInfo,
    namespace: &str,
    (privilege, name): &Question,
) -> Result<(), String> {
    let attributes = ResourceAttributes {
        group: Some(PRIVILEGE_GROUP.to_owned()),
        resource: Some(PRIVILEGE_RESOURCE.to_owned()),
        verb: Some(privilege.verb().to_owned()),
        name: Some(name.clone()).filter(|name| !name.is_empty()),
        namespace: Some(namespace.to_owned()),
        ..ResourceAttributes::default()
    };
    let mut review = LocalSubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: user.username.clone(),
            groups: user.groups.clone(),
            extra: user.extra.clone(),
            uid: user.uid.clone(),
            resource_attributes: Some(attributes),
            ..SubjectAccessReviewSpec::default()
        },
        ..LocalSubjectAccessReview::default()
    };
    review.metadata.namespace = Some(namespace.to_owned());
    let answered = reviews.create(&PostParams::default(), &review).await;
    match answered.map(|review| review.status) {
        Ok(Some(SubjectAccessReviewStatus { allowed: true, .. })) => Ok(()),
        Ok(Some(SubjectAccessReviewStatus { evaluation_error: Some(error), .. })) => Err(error),
        Ok(_) => Err("no role gives it".to_owned()),
        Err(error) => Err(format!("the API server cannot be asked: {error}")),
    }
}

fn error(one: &AuthoredPrivilege, user: &UserInfo, namespace: &str, why: &str) -> Diagnostic {
    let PrivilegeUse { privilege, name, path } = &one.used;
    let verb = privilege.verb();
    let user = user.username.as_deref().unwrap_or_default();
    let of = if name.is_empty() { String::new() } else { format!(" \"{name}\"") };
    let message = format!(
        "remove it, or have the right given to \"{user}\" to {verb} on {PRIVILEGE_RESOURCE}.{PRIVILEGE_GROUP}{of} in \
         namespace \"{namespace}\": {why}"
    );
    let named = if name.is_empty() { String::new() } else { format!(", resourceNames: [{name:?}]") };
    let help = format!(
        "a Role gives it with {{apiGroups: [{PRIVILEGE_GROUP}], resources: [{PRIVILEGE_RESOURCE}], verbs: [{verb}]{named}}}"
    );
    let error = Diagnostic::error(codes::FORBIDDEN_PRIVILEGE, message).at(path.clone()).help(help);
    Diagnostic { layer: Some(one.layer.clone()), ..error }
}
