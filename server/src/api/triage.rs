use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::{ErrorBody, FieldError, check_characters, limits};

use super::Scope;
use super::auth::ApiKey;
use super::query::parsed;
use crate::annotation::Marked;
use crate::app::Shared;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::{Assign, Assignee, Triage};

const MARK: &str = "resolved, incorrect, correct or open";
/// Votes of one request: a page of the dashboard.
pub const VOTES: usize = 100;

/// Body of `POST /v1/{tenant}/triage`.
#[derive(Deserialize, ToSchema)]
pub struct TriageRequest {
    /// The votes, of any agent.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<String>,
    /// `resolved`, `incorrect`, `correct`, or `open` for no mark. Left as it is if not given.
    annotation: Option<String>,
    /// A note with the mark; an empty one removes it. Left as it is if not given.
    #[schema(max_length = 10_000)]
    note: Option<String>,
    /// Who looks after them, by the id that `people` has; empty for nobody. Left as it is if not
    /// given.
    assignee: Option<String>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub struct TriageReply {
    /// For undoing it, within an hour.
    id: String,
    /// Votes that it reached.
    votes: i64,
}

/// What was undone.
#[derive(Serialize, ToSchema)]
pub struct UndoReply {
    /// Votes that were put back. What somebody has changed since stays.
    undone: i64,
}

/// Marks and assigns votes, many at once
///
/// All of it or nothing, in one step of their history. Votes that the tenant does not have are
/// passed by. Wants the scope `annotate`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/triage",
    tag = "Marking and erasing",
    operation_id = "triage",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = TriageRequest,
    responses((status = 200, description = "Done", body = TriageReply, links(
            ("undo" = (operation_id = "undo_triage", parameters(("id" = "$response.body#/id"))))
        )),
        (status = 404, description = "`not_found`: none of the votes is there", body = ErrorBody),
        KeyedRefusals)
)]
pub async fn triage(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<TriageRequest>,
) -> Result<Json<TriageReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Annotate)?;
    if !(1..=VOTES).contains(&request.ids.len()) {
        return Err(FieldError::new("ids", format!("must be 1 to {VOTES}")).into());
    }
    let triage = Triage {
        marked: parsed("annotation", request.annotation, MARK, Marked::parse)?,
        note: request.note,
        assign: match request.assignee {
            None => None,
            Some(id) => Some(assign(&app, tenant, &id).await?),
        },
    };
    if triage.marked.is_none() && triage.assign.is_none() {
        return Err(FieldError::new("annotation", "is missing, and so is assignee").into());
    }
    if let Some(note) = &triage.note {
        if triage.marked.is_none() {
            return Err(FieldError::new("note", "comes with an annotation").into());
        }
        check_characters("note", note, limits::COMMENT_CHARACTERS)?;
    }
    // An id in any other form names nothing.
    let ids = request.ids.iter().filter_map(|id| stored_id(id).ok());
    let ids: Vec<_> = ids.collect();
    let actor = key.actor();
    let done = app.storage.triage(tenant, &ids, &triage, &actor).await?;
    let done = done.ok_or(ApiError::NotFound)?;
    Ok(Json(TriageReply {
        id: done.id,
        votes: done.votes,
    }))
}

async fn assign(app: &Shared, tenant: &str, id: &str) -> Result<Assign, ApiError> {
    if id.is_empty() {
        return Ok(Assign::Nobody);
    }
    let people = app.storage.people(tenant).await?;
    let person = people.into_iter().find(|person| person.id == id);
    let person =
        person.ok_or_else(|| FieldError::new("assignee", "must be somebody of the team"))?;
    Ok(Assign::To(Assignee {
        id: person.id,
        name: person.name,
    }))
}

/// Undoes what was done to votes
///
/// Once, within an hour. Wants the scope `annotate`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/triage/{id}/undo",
    tag = "Marking and erasing",
    operation_id = "undo_triage",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "What was done"),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "Undone", body = UndoReply),
        (status = 404, description = "`not_found`: nothing to undo", body = ErrorBody),
        ReadRefusals)
)]
pub async fn undo(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<Json<UndoReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Annotate)?;
    let id = stored_id(&id)?;
    let undone = app.storage.undo_triage(tenant, &id, &key.actor()).await?;
    let undone = undone.ok_or(ApiError::NotFound)?;
    Ok(Json(UndoReply { undone }))
}
