use axum::Json;
use axum::extract::State;
use serde::Serialize;
use workflowai_feedback_protocol::check_id;

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::error::ApiError;
use crate::openapi::ReadRefusals;
use crate::segments::Segments;

/// How much was erased.
#[derive(Serialize, utoipa::ToSchema)]
pub struct EraseReply {
    /// Entries erased.
    erased: u64,
}

/// Erases one person
///
/// Votes, what is left of those taken back, their history, and the contexts of their runs. Wants the scope `erase`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/users/{user_id}/feedback",
    tag = "Marking and erasing",
    operation_id = "erase",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("user_id" = String, Path, description = "The end user", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    responses((status = 200, description = "Erased", body = EraseReply), ReadRefusals)
)]
pub async fn erase(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, user)): Segments<(String, String)>,
) -> Result<Json<EraseReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Erase)?;
    check_id("user_id", &user)?;
    Ok(Json(EraseReply {
        erased: app.storage.erase(tenant, &user).await?,
    }))
}
