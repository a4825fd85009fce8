use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::{ErrorBody, FieldError, check_characters};

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::dashboard::saved_query;
use crate::error::ApiError;
use crate::id::stored_id;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::View;

/// Characters of a view's name.
pub const NAME: usize = 40;

/// Body of `POST /v1/{tenant}/views`.
#[derive(Deserialize, ToSchema)]
pub struct ViewRequest {
    /// What the team calls it. A view of the same name is replaced.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// Filters as the dashboard's list has them in its address: `outcome=negative&agent=support`.
    query: String,
}

/// A saved view.
#[derive(Serialize, ToSchema)]
struct SavedView {
    /// Its id.
    id: String,
    /// What the team calls it.
    name: String,
    /// The filters, as in the address of the dashboard's list.
    query: String,
}

/// The saved views of a tenant.
#[derive(Serialize, ToSchema)]
pub struct ViewsReply {
    /// By name.
    items: Vec<SavedView>,
}

impl From<View> for SavedView {
    fn from(View { id, name, query }: View) -> Self {
        Self { id, name, query }
    }
}

/// Lists the dashboard's saved views
///
/// Wants the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/views",
    tag = "Dashboard",
    operation_id = "list_views",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "All of them", body = ViewsReply, links(
        ("remove" = (operation_id = "remove_view", parameters(("id" = "$response.body#/items/0/id"))))
    )), ReadRefusals)
)]
pub async fn list(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<ViewsReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Read)?;
    let views = app.storage.views(tenant).await?;
    Ok(Json(ViewsReply {
        items: views.into_iter().map(SavedView::from).collect(),
    }))
}

/// Saves a view for the dashboard
///
/// 20 at most. Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/views",
    tag = "Dashboard",
    operation_id = "save_view",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = ViewRequest,
    responses((status = 204, description = "Saved"), KeyedRefusals)
)]
pub async fn save(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<ViewRequest>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    check_characters("name", &request.name, NAME)?;
    let name = request.name.trim();
    if name.is_empty() {
        return Err(FieldError::new("name", "is missing").into());
    }
    let query = saved_query(&request.query)?;
    if !app.storage.save_view(tenant, name, &query).await? {
        return Err(FieldError::new("name", "is one too many; remove a saved view first").into());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a saved view
///
/// Wants the scope `admin`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/views/{id}",
    tag = "Dashboard",
    operation_id = "remove_view",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The view"),
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "Removed"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals)
)]
pub async fn remove(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    if !app.storage.remove_view(tenant, &stored_id(&id)?).await? {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}
