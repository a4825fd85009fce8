use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::settings::Settings;

/// Reads the tenant's settings
///
/// Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/settings",
    tag = "Settings",
    operation_id = "settings",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "The settings", body = Settings), ReadRefusals)
)]
pub async fn get(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<Settings>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    Ok(Json(app.storage.settings(tenant).await?))
}

/// Changes the tenant's settings
///
/// All of them: what is not given is unset. Votes that `keep_days` makes too old go within a minute,
/// for good. Wants the scope `admin`.
#[utoipa::path(
    put,
    path = "/v1/{tenant}/settings",
    tag = "Settings",
    operation_id = "set_settings",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = Settings,
    responses((status = 204, description = "Changed"), KeyedRefusals)
)]
pub async fn put(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(settings): JsonBody<Settings>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    settings.check()?;
    app.storage.set_settings(tenant, &settings).await?;
    Ok(StatusCode::NO_CONTENT)
}
