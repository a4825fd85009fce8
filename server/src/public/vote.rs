use axum::Json;
use axum::extract::State;
use workflowai_feedback_protocol::{FeedbackReply, FeedbackRequest, IntentEcho};

use super::counted::Counted;
use crate::app::Shared;
use crate::clock::now;
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::openapi::PublicRefusals;
use crate::storage::{Change, Write};

/// Casts a vote
///
/// One entry is kept per run and user: the same pair overwrites it, with its comment and reasons.
/// What got 200 is on disk.
#[utoipa::path(
    post,
    path = "/v1/feedback",
    tag = "Votes",
    request_body = FeedbackRequest,
    responses((status = 200, description = "The stored vote", body = FeedbackReply), PublicRefusals)
)]
pub async fn vote(
    State(app): State<Shared>,
    _: Counted,
    JsonBody(request): JsonBody<FeedbackRequest>,
) -> Result<Json<FeedbackReply>, ApiError> {
    let received_at = now();
    let request = request.checked()?;
    let (key, bound) = app
        .keyring
        .key(&app.storage, &request.feedback_token, request.user_id)
        .await?;
    let user_id = Some(key.user.clone()).filter(|user| !user.is_empty());
    let change = Change::Vote {
        outcome: request.outcome,
        comment: request.comment.clone(),
        reasons: request.reasons.unwrap_or_default(),
    };
    let echo = request.intent.as_ref().map(IntentEcho::from);
    let write = Write {
        key,
        bound,
        change,
        intent: request.intent,
        received_at,
    };
    let stored = app.storage.write(write).await?;
    Ok(Json(FeedbackReply {
        id: stored.id,
        outcome: stored.outcome,
        // A comment stored by somebody else is nobody's business.
        comment: request
            .comment
            .filter(|comment| stored.comment.as_ref() == Some(comment)),
        user_id,
        applied: (!stored.applied).then_some(false),
        intent: echo,
    }))
}
