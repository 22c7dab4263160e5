//! [`review_access`]: who somebody is, and whether that one may get a path of the operator's own.

use k8s_openapi::api::{
    authentication::v1::{TokenReview, TokenReviewSpec},
    authorization::v1::{NonResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec},
};
use kube::{Api, Client, api::PostParams};

use super::error::Error;

/// What the API server says of somebody who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AccessDecision {
    /// That one may have it.
    Allowed,
    /// Nobody knows the token.
    UnknownToken,
    /// This user may not have it.
    Forbidden(String),
}

/// Asks the API server who shows this token, and whether that one may `get` this path.
///
/// # Errors
/// [`Error::Api`] when it does not answer, or the operator may not ask.
pub(crate) async fn review_access(client: &Client, token: &str, path: &str) -> Result<AccessDecision, Error> {
    let spec = TokenReviewSpec { token: token.to_owned(), ..TokenReviewSpec::default() };
    let review = TokenReview { spec, ..TokenReview::default() };
    let reviews: Api<TokenReview> = Api::all(client.clone());
    let review = reviews.create(&PostParams::default(), &review).await;
    let status = review.map_err(Error::api("ask whose a token is"))?.status.unwrap_or_default();
    let Some(user) = status.user.filter(|_| status.authenticated == Some(true)) else {
        return Ok(AccessDecision::UnknownToken);
    };
    let name = user.username.clone().unwrap_or_default();
    let attributes = NonResourceAttributes { path: Some(path.to_owned()), verb: Some("get".to_owned()) };
    let spec = SubjectAccessReviewSpec {
        extra: user.extra,
        groups: user.groups,
        non_resource_attributes: Some(attributes),
        uid: user.uid,
        user: user.username,
        ..SubjectAccessReviewSpec::default()
    };
    let review = SubjectAccessReview { spec, ..SubjectAccessReview::default() };
    let reviews: Api<SubjectAccessReview> = Api::all(client.clone());
    let review = reviews.create(&PostParams::default(), &review).await;
    let review = review.map_err(Error::api(format!("ask what {name} may do")))?;
    let is_allowed = review.status.is_some_and(|status| status.allowed);
    Ok(if is_allowed { AccessDecision::Allowed } else { AccessDecision::Forbidden(name) })
}
