use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use workflowai_feedback_protocol::{
    FieldError, LookupAnswer, LookupItem, LookupReply, LookupRequest, Outcome, OutcomeReply,
};

use super::counted::Counted;
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::openapi::PublicRefusals;

/// Items of a lookup that cost as much as one call.
const ITEMS_A_CALL: usize = 10;

/// Looks up several votes
///
/// Answers in the order asked. No answer holds a comment.
#[utoipa::path(
    post,
    path = "/v1/feedback/lookup",
    tag = "Votes",
    request_body = LookupRequest,
    responses((status = 200, description = "One answer an item", body = LookupReply), PublicRefusals)
)]
pub async fn several(
    State(app): State<Shared>,
    Counted(peer): Counted,
    JsonBody(request): JsonBody<LookupRequest>,
) -> Result<Json<LookupReply>, ApiError> {
    let request = request.checked()?;
    let more = u32::try_from(request.items.len() / ITEMS_A_CALL).unwrap_or(u32::MAX);
    app.limiter.take_more(peer, more)?;
    let mut items = Vec::with_capacity(request.items.len());
    for item in request.items {
        items.push(match outcome(&app, item).await {
            Ok(outcome) => LookupAnswer::Outcome(outcome),
            // No item can be answered without the database.
            Err(error @ ApiError::Storage(_)) => return Err(error),
            Err(error) => LookupAnswer::Error(error.detail()),
        });
    }
    Ok(Json(LookupReply { items }))
}

/// The query of `GET /v1/feedback`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Key {
    /// The run's token.
    #[param(required = true, nullable = false, min_length = 1)]
    feedback_token: Option<String>,
    /// The end user.
    #[param(nullable = false, max_length = 256)]
    user_id: Option<String>,
}

/// Looks up one vote
///
/// For clients of the original service: a token in an address ends up in logs on the way.
#[utoipa::path(
    get,
    path = "/v1/feedback",
    tag = "Votes",
    params(Key),
    responses((status = 200, description = "What is stored", body = OutcomeReply), PublicRefusals)
)]
pub async fn one(
    State(app): State<Shared>,
    _: Counted,
    query: Result<Query<Key>, QueryRejection>,
) -> Result<Json<OutcomeReply>, ApiError> {
    let Query(key) = query.map_err(|_| FieldError::new("query", "cannot be read"))?;
    let feedback_token = key
        .feedback_token
        .ok_or_else(|| FieldError::new("feedback_token", "is missing"))?;
    let outcome = outcome(
        &app,
        LookupItem {
            feedback_token,
            user_id: key.user_id,
        },
    )
    .await?;
    Ok(Json(OutcomeReply {
        outcome,
        applied: None,
        intent: None,
    }))
}

async fn outcome(app: &App, item: LookupItem) -> Result<Option<Outcome>, ApiError> {
    let item = item.checked()?;
    let (key, _) = app
        .keyring
        .key(&app.storage, &item.feedback_token, item.user_id)
        .await?;
    Ok(app.storage.outcome(&key).await?)
}
