use axum::Json;
use axum::extract::State;
use workflowai_feedback_protocol::{IntentEcho, OutcomeReply, RetractRequest};

use super::counted::Counted;
use crate::app::Shared;
use crate::clock::now;
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::openapi::PublicRefusals;
use crate::storage::{Change, Write};

/// Takes a vote back
///
/// Answers 200 also when there was none.
#[utoipa::path(
    post,
    path = "/v1/feedback/retract",
    tag = "Votes",
    request_body = RetractRequest,
    responses((status = 200, description = "What is stored now", body = OutcomeReply), PublicRefusals)
)]
pub async fn retract(
    State(app): State<Shared>,
    _: Counted,
    JsonBody(request): JsonBody<RetractRequest>,
) -> Result<Json<OutcomeReply>, ApiError> {
    let received_at = now();
    let request = request.checked()?;
    let (key, bound) = app
        .keyring
        .key(&app.storage, &request.feedback_token, request.user_id)
        .await?;
    let echo = request.intent.as_ref().map(IntentEcho::from);
    let write = Write {
        key,
        bound,
        change: Change::Retract,
        intent: request.intent,
        received_at,
    };
    let stored = app.storage.write(write).await?;
    Ok(Json(OutcomeReply {
        outcome: stored.outcome,
        applied: (!stored.applied).then_some(false),
        intent: echo,
    }))
}
