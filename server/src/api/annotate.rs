use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use workflowai_feedback_protocol::{ErrorBody, FieldError, check_characters, check_id, limits};

use super::Scope;
use super::auth::ApiKey;
use crate::annotation::{Annotation, Marked};
use crate::app::Shared;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::json::JsonBody;
use crate::openapi::KeyedRefusals;
use crate::segments::Segments;
use crate::storage::Mark;

/// Body of `…/feedback/{id}/annotate`.
#[derive(Deserialize, utoipa::ToSchema)]
pub struct AnnotateRequest {
    /// What the team made of the vote.
    #[schema(value_type = Annotation)]
    annotation: String,
    /// A note with it.
    #[schema(max_length = 10_000)]
    comment: Option<String>,
}

/// Marks a vote
///
/// Wants the scope `annotate`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/agents/{agent_id}/feedback/{id}/annotate",
    tag = "Marking and erasing",
    operation_id = "annotate",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The vote"),
    ),
    security(("api_key" = [])),
    request_body = AnnotateRequest,
    responses((status = 204, description = "Marked"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        KeyedRefusals)
)]
pub async fn annotate(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, id)): Segments<(String, String, String)>,
    JsonBody(request): JsonBody<AnnotateRequest>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Annotate)?;
    check_id("agent_id", &agent)?;
    let annotation = Annotation::parse(&request.annotation)
        .ok_or_else(|| FieldError::new("annotation", "must be resolved, incorrect or correct"))?;
    let comment = request.comment.filter(|comment| !comment.is_empty());
    let most = limits::COMMENT_CHARACTERS;
    comment
        .as_deref()
        .map_or(Ok(()), |text| check_characters("comment", text, most))?;
    let id = stored_id(&id)?;
    let mark = Mark {
        marked: Marked::As(annotation),
        comment,
        actor: key.actor(),
    };
    if !app
        .storage
        .annotate(tenant, Some(&agent), &id, &mark)
        .await?
    {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}
