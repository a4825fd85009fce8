use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::token::Algorithm;
use workflowai_feedback_protocol::{ErrorBody, FieldError};

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::clock::{SECOND, rfc3339};
use crate::error::ApiError;
use crate::json::{JsonBody, whole};
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::SigningKeyInfo;

/// The longest that a retired key's tokens are still taken, in seconds.
pub const GRACE: i64 = u32::MAX as i64;

/// Body of `POST /v1/{tenant}/signing_keys`.
#[derive(Deserialize, ToSchema)]
pub struct SigningKeyRequest {
    /// `HS256` if not given.
    #[schema(example = "HS256", pattern = "^(HS256|EdDSA)$")]
    algorithm: Option<String>,
}

/// A key just made.
#[derive(Serialize, ToSchema)]
pub struct NewSigningKey {
    /// For the header of tokens.
    kid: String,
    /// `HS256` or `EdDSA`.
    algorithm: &'static str,
    /// What signs, shown this once: for HS256 the ASCII string whose bytes are the key, for `EdDSA`
    /// a private key (PKCS #8 PEM).
    secret: String,
}

/// A signing key as it may be shown.
#[derive(Serialize, ToSchema)]
struct ListedSigningKey {
    /// The id in the header of tokens.
    kid: String,
    /// `HS256` or `EdDSA`.
    algorithm: String,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC: from then on its tokens are refused. Null while it is in use.
    retired_at: Option<String>,
}

/// The signing keys of a tenant.
#[derive(Serialize, ToSchema)]
pub struct SigningKeys {
    /// Oldest first.
    items: Vec<ListedSigningKey>,
}

/// Body of `…/signing_keys/{kid}/retire`.
#[derive(Deserialize, ToSchema)]
pub struct RetireRequest {
    /// Seconds that its tokens are still taken, 0 if not given.
    #[schema(minimum = 0, maximum = 4_294_967_295_u32)]
    #[serde(default, deserialize_with = "whole")]
    grace: Option<i64>,
}

impl From<SigningKeyInfo> for ListedSigningKey {
    fn from(key: SigningKeyInfo) -> Self {
        Self {
            kid: key.kid,
            algorithm: key.algorithm,
            created_at: rfc3339(key.created_at),
            retired_at: key.retired_at.map(rfc3339),
        }
    }
}

/// Lists the tenant's signing keys
///
/// Without what signs, and retired ones too. Wants the scope `admin`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/signing_keys",
    tag = "Settings",
    operation_id = "list_signing_keys",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    responses((status = 200, description = "The keys", body = SigningKeys), ReadRefusals)
)]
pub async fn list(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
) -> Result<Json<SigningKeys>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let keys = app.storage.signing_keys(Some(tenant)).await?;
    Ok(Json(SigningKeys {
        items: keys.into_iter().map(ListedSigningKey::from).collect(),
    }))
}

/// Makes a signing key
///
/// Tokens minted here are signed with the newest one. Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/signing_keys",
    tag = "Settings",
    operation_id = "new_signing_key",
    params(("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256)),
    security(("api_key" = [])),
    request_body = SigningKeyRequest,
    responses((status = 201, description = "The key", body = NewSigningKey), KeyedRefusals)
)]
pub async fn new(
    State(app): State<Shared>,
    key: ApiKey,
    Segments(tenant): Segments<String>,
    JsonBody(request): JsonBody<SigningKeyRequest>,
) -> Result<(StatusCode, Json<NewSigningKey>), ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let algorithm = algorithm(request.algorithm.as_deref())?;
    let key = app.storage.new_signing_key(tenant, algorithm).await?;
    let shown = NewSigningKey {
        kid: key.kid().to_owned(),
        algorithm: key.algorithm().as_str(),
        secret: key.secret().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Reads an algorithm by name; `HS256` if none is given.
///
/// # Errors
/// An unknown name.
pub fn algorithm(name: Option<&str>) -> Result<Algorithm, FieldError> {
    name.map_or(Some(Algorithm::Hs256), Algorithm::parse)
        .ok_or_else(|| FieldError::new("algorithm", "must be HS256 or EdDSA"))
}

/// Retires a signing key
///
/// It signs nothing from now on, and after `grace` its tokens are refused. Wants the scope `admin`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/signing_keys/{kid}/retire",
    tag = "Settings",
    operation_id = "retire_signing_key",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("kid" = String, Path, description = "The key's id, as the list has it"),
    ),
    security(("api_key" = [])),
    request_body = RetireRequest,
    responses((status = 204, description = "Retired"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        KeyedRefusals)
)]
pub async fn retire(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, kid)): Segments<(String, String)>,
    JsonBody(request): JsonBody<RetireRequest>,
) -> Result<StatusCode, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Admin)?;
    let grace = request.grace.unwrap_or(0);
    if !(0..=GRACE).contains(&grace) {
        return Err(FieldError::new("grace", format!("must be from 0 to {GRACE}")).into());
    }
    let storage = &app.storage;
    let grace = grace.saturating_mul(SECOND);
    if storage
        .retire_signing_key(Some(tenant), &kid, grace)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}
