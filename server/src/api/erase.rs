use axum::Json;
use axum::extract::State;
use serde::Serialize;
use workflowai_feedback_protocol::check_id;

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::error::ApiError;
use crate::segments::Segments;

/// How much was erased.
#[derive(Serialize)]
pub struct EraseReply {
    erased: u64,
}

/// `DELETE /v1/{tenant}/users/{user_id}/feedback`
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
