use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::IntoParams;
use workflowai_feedback_protocol::{ErrorBody, FieldError, check_id};

use super::Scope;
use super::auth::ApiKey;
use super::list::{Asked, read};
use crate::app::Shared;
use crate::context::{Context, Kind};
use crate::error::ApiError;
use crate::json::{is_json, read_body};
use crate::openapi::{KeyedRefusals, ReadRefusals};
use crate::segments::Segments;
use crate::storage::Run;

/// Whose run it was.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Owner {
    /// Whose run it was: the context is erased with them, also where they did not vote.
    #[param(nullable = false, max_length = 256)]
    user_id: Option<String>,
}

/// The body of a request that stores a context.
pub struct ContextBody(Context);

impl<S: Send + Sync> FromRequest<S> for ContextBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = kind(request.headers()).ok_or(ApiError::UnsupportedMediaType(
            "application/json or text/plain",
        ))?;
        let bytes = read_body(request, state, Context::BYTES).await?;
        Ok(Self(context(kind, &bytes)?))
    }
}

fn kind(headers: &HeaderMap) -> Option<Kind> {
    if is_json(headers) {
        return Some(Kind::Json);
    }
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence
        .eq_ignore_ascii_case("text/plain")
        .then_some(Kind::Text)
}

fn context(kind: Kind, bytes: &Bytes) -> Result<Context, FieldError> {
    let text = std::str::from_utf8(bytes).map_err(|_| FieldError::new("body", "must be UTF-8"))?;
    if kind == Kind::Json && serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Err(FieldError::new("body", "must be JSON"));
    }
    if text.trim().is_empty() {
        return Err(FieldError::new("body", "is empty"));
    }
    Ok(Context {
        kind,
        text: text.to_owned(),
    })
}

/// Stores what a run was about
///
/// Its input and output, for the team alone: no public call returns it. Of an object the dashboard
/// shows `input`, `output`, `model` and `version` by name. A second one replaces the first. It goes
/// after 30 days without a vote on the run. Wants the scope `context`.
#[utoipa::path(
    put,
    path = "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/context",
    tag = "Context",
    operation_id = "put_context",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("run_id" = String, Path, description = "The answer to vote on", min_length = 1, max_length = 256),
        Owner,
    ),
    security(("api_key" = [])),
    request_body(
        content(
            (serde_json::Value = "application/json"),
            (String = "text/plain"),
        ),
        description = "JSON or text of up to 64 KiB",
    ),
    responses(
        (status = 204, description = "Stored"),
        (status = 507, description = "`quota_exceeded`: the tenant's contexts take as much as they may", body = ErrorBody),
        KeyedRefusals
    )
)]
pub async fn put(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
    owner: Asked<Owner>,
    ContextBody(context): ContextBody,
) -> Result<StatusCode, ApiError> {
    let run = checked(key.tenant(&tenant, Scope::Context)?, agent, run)?;
    let user = read(owner)?.user_id.filter(|user| !user.is_empty());
    user.as_deref()
        .map_or(Ok(()), |user| check_id("user_id", user))?;
    let quota = app.config.context_quota;
    let user = user.unwrap_or_default();
    if app
        .storage
        .put_context(&run, &user, &context, quota)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::QuotaExceeded)
    }
}

/// The run that a path names.
fn checked(tenant: &str, agent: String, run: String) -> Result<Run, FieldError> {
    check_id("agent_id", &agent)?;
    check_id("run_id", &run)?;
    Ok(Run {
        tenant: tenant.to_owned(),
        agent,
        id: run,
    })
}

/// Reads what was stored with a run
///
/// As it was sent. Wants the scope `read`.
#[utoipa::path(
    get,
    path = "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/context",
    tag = "Context",
    operation_id = "context",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("run_id" = String, Path, description = "The answer to vote on", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, description = "What was stored", content(
            (serde_json::Value = "application/json"),
            (String = "text/plain"),
        )),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals
    )
)]
pub async fn get(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
) -> Result<Response, ApiError> {
    let run = checked(key.tenant(&tenant, Scope::Read)?, agent, run)?;
    let context = app.storage.context(&run).await?;
    let context = context.ok_or(ApiError::NotFound)?;
    let kind = match context.kind {
        Kind::Json => "application/json",
        Kind::Text => "text/plain; charset=utf-8",
    };
    Ok(([(CONTENT_TYPE, kind)], context.text).into_response())
}

/// Removes what was stored with a run
///
/// The votes on it stay. Wants the scope `context`.
#[utoipa::path(
    delete,
    path = "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/context",
    tag = "Context",
    operation_id = "remove_context",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("run_id" = String, Path, description = "The answer to vote on", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    responses(
        (status = 204, description = "Removed"),
        (status = 404, description = "`not_found`", body = ErrorBody),
        ReadRefusals
    )
)]
pub async fn remove(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let run = checked(key.tenant(&tenant, Scope::Context)?, agent, run)?;
    if !app.storage.remove_context(&run).await? {
        return Err(ApiError::NotFound);
    }
    Ok(StatusCode::NO_CONTENT)
}
