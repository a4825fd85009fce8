use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::{ErrorBody, FieldError};

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::ApiKeyInfo;

/// Body of `POST /v1/{tenant}/api_keys`.
#[derive(Deserialize, ToSchema)]
pub struct ApiKeyRequest {
    /// Out of `mint`, `read`, `annotate`, `erase`, `context` and `admin`; if not given, `mint`,
    /// `read`, `annotate` and `context`.
    #[schema(min_items = 1, value_type = Option<Vec<Scope>>)]
    scopes: Option<Vec<String>>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct NewApiKey {
    /// For revoking it.
    id: String,
    /// The key, shown this once.
    key: String,
    /// What it may do.
    scopes: Vec<&'static str>,
}

/// An API key as it may be shown.
#[derive(Serialize, ToSchema)]
struct ListedApiKey {
    /// For revoking it.
    id: String,
    /// Its first characters.
    hint: String,
    /// What it may do.
    scopes: Vec<String>,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC, within a minute. Null if it was never used.
    last_used_at: Option<String>,
    /// RFC 3339, UTC. Null while it works.
    revoked_at: Option<String>,
}

/// The API keys of a tenant.
#[derive(Serialize, ToSchema)]
pub struct ApiKeys {
    /// Oldest first.
    items: Vec<ListedApiKey>,
}

impl From<ApiKeyInfo> for ListedApiKey {
    fn from(key: ApiKeyInfo) -> Self {
        Self {
            id: key.id,
            hint: key.hint,
            scopes: key.scopes.split(' ').map(str::to_owned).collect(),
            created_at: rfc3339(key.created_at),
            last_used_at: key.last_used_at.map(rfc3339),
            revoked_at: key.revoked_at.map(rfc3339),
        }
    }
}

/// Reads scopes by name.
///
/// # Errors
/// An unknown name, or none at all.
pub fn scopes<'a>(names: impl Iterator<Item = &'a str>) -> Result<Vec<Scope>, FieldError> {
    let must = "must be some of mint, read, annotate, erase, context and admin";
    let wrong = || FieldError::new("scopes", must);
    let scopes = names
        .map(|name| Scope::parse(name).ok_or_else(wrong))
        .collect::<Result<Vec<_>, _>>()?;
    if scopes.is_empty() {
        return Err(wrong());
    }
    Ok(Scope::ALL
        .into_iter()
        .filter(|scope| scopes.contains(scope))
        .collect())
}

/// Lists the tenant's API keys
///
/// Revoked ones too. Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/api_keys",
    tag = "Settings",
    operation_id = "list_api_keys",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "The keys", body = ApiKeys), ReadRefusals)
)]
pub async fn list(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<ApiKeys>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let keys = app.storage.api_keys(Some(tenant)).await?;
    Ok(Json(ApiKeys {
        items: keys.into_iter().map(ListedApiKey::from).collect(),
    }))
}

/// Makes an API key
///
/// Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/api_keys",
    tag = "Settings",
    operation_id = "new_api_key",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = ApiKeyRequest,
    responses((status = 201, description = "The key", body = NewApiKey), KeyedRefusals)
)]
pub async fn new(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<ApiKeyRequest>,
) -> Result<(StatusCode, Json<NewApiKey>), ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let scopes = match &request.scopes {
        Some(names) => scopes(names.iter().map(String::as_str))?,
        None => Scope::USUAL.to_vec(),
    };
    let (id, key) = app.storage.new_api_key(tenant, &scopes).await?;
    let scopes = scopes.into_iter().map(Scope::as_str).collect();
    Ok((StatusCode::CREATED, Json(NewApiKey { id, key, scopes })))
}

/// Revokes an API key
///
/// For good. Wants the scope `admin`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/api_keys/{id}",
    tag = "Settings",
    operation_id = "revoke_api_key",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("id" = String, Path, description = "The key's id, as the list has it"),
    ),
    security(("api_key" = [])),
    responses((status = 204, description = "Revoked"),
        (status = 404, description = "`not_found`: no key of this id still works", body = ErrorBody),
        ReadRefusals)
)]
pub async fn revoke(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, id)): Segments<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    if app.storage.revoke_api_key(Some(tenant), &id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}
