use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_protocol::{FieldError, check_id, limits};

use super::Scope;
use super::auth::ApiKey;
use crate::app::{App, Shared};
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::json::{JsonBody, whole};
use crate::openapi::KeyedRefusals;
use crate::segments::Segments;

/// Bytes of a request for up to [`limits::MINT_RUNS`] runs.
const BATCH_BYTES: usize = 1024 * 1024;

/// Body of `…/runs/{run_id}/feedback_token`.
#[derive(Deserialize, ToSchema)]
pub struct MintRequest {
    /// Binds the token to one user. Empty means absent.
    #[schema(max_length = 256)]
    user_id: Option<String>,
    /// Seconds it lasts.
    #[schema(minimum = 1)]
    #[serde(default, deserialize_with = "whole")]
    expires_in: Option<i64>,
}

/// A token for one run.
#[derive(Serialize, ToSchema)]
pub struct MintReply {
    /// The token.
    feedback_token: String,
}

/// Body of `…/feedback_tokens`.
#[derive(Deserialize, ToSchema)]
pub struct BatchRequest {
    /// 1 to 1,000 runs.
    #[schema(min_items = 1, max_items = 1_000)]
    items: Vec<BatchItem>,
    /// Seconds they last.
    #[schema(minimum = 1)]
    #[serde(default, deserialize_with = "whole")]
    expires_in: Option<i64>,
}

/// One run of a [`BatchRequest`].
#[derive(Deserialize, ToSchema)]
struct BatchItem {
    /// The answer to vote on.
    #[schema(min_length = 1, max_length = 256)]
    run_id: String,
    /// Binds the token to one user. Empty means absent.
    #[schema(max_length = 256)]
    user_id: Option<String>,
}

/// Tokens in the order asked.
#[derive(Serialize, ToSchema)]
pub struct BatchReply {
    /// One a run.
    items: Vec<BatchToken>,
}

/// One token of a [`BatchReply`].
#[derive(Serialize, ToSchema)]
struct BatchToken {
    /// As sent.
    run_id: String,
    /// The token.
    feedback_token: String,
}

/// Mints a token for one run
///
/// Bind it to an opaque id of the user wherever one is known: whoever holds an unbound token may
/// change the vote of any user of that run. Wants the scope `mint`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback_token",
    tag = "Tokens",
    operation_id = "mint",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
        ("run_id" = String, Path, description = "The answer to vote on", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    request_body = MintRequest,
    responses((status = 200, description = "The token", body = MintReply), KeyedRefusals)
)]
pub async fn one(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
    JsonBody(request): JsonBody<MintRequest>,
) -> Result<Json<MintReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Mint)?;
    let expires_at = expiry(&app, request.expires_in)?;
    let claims = claims(
        &agent,
        run,
        request.user_id,
        expires_at,
        "run_id",
        "user_id",
    )?;
    let feedback_token = app.storage.signing_key(tenant).await?.mint(&claims)?;
    Ok(Json(MintReply { feedback_token }))
}

/// Mints tokens for several runs
///
/// In the order asked. Wants the scope `mint`.
#[utoipa::path(
    post,
    path = "/v1/{tenant}/agents/{agent_id}/feedback_tokens",
    tag = "Tokens",
    operation_id = "mint_several",
    params(
        ("tenant" = String, Path, description = "`_` is the key's own", min_length = 1, max_length = 256),
        ("agent_id" = String, Path, description = "The agent that answered", min_length = 1, max_length = 256),
    ),
    security(("api_key" = [])),
    request_body = BatchRequest,
    responses((status = 200, description = "The tokens", body = BatchReply), KeyedRefusals)
)]
pub async fn several(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent)): Segments<(String, String)>,
    JsonBody(request): JsonBody<BatchRequest, BATCH_BYTES>,
) -> Result<Json<BatchReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Mint)?;
    if request.items.is_empty() || request.items.len() > limits::MINT_RUNS {
        let most = limits::MINT_RUNS;
        return Err(FieldError::new("items", format!("must have 1 to {most} items")).into());
    }
    let expires_at = expiry(&app, request.expires_in)?;
    let signing = app.storage.signing_key(tenant).await?;
    let mut items = Vec::with_capacity(request.items.len());
    for (index, BatchItem { run_id, user_id }) in request.items.into_iter().enumerate() {
        let (run, user) = (
            format!("items[{index}].run_id"),
            format!("items[{index}].user_id"),
        );
        let claims = claims(&agent, run_id, user_id, expires_at, &run, &user)?;
        items.push(BatchToken {
            feedback_token: signing.mint(&claims)?,
            run_id: claims.run,
        });
    }
    Ok(Json(BatchReply { items }))
}

fn claims(
    agent: &str,
    run: String,
    user: Option<String>,
    expires_at: Option<i64>,
    run_field: &str,
    user_field: &str,
) -> Result<Claims, FieldError> {
    check_id("agent_id", agent)?;
    check_id(run_field, &run)?;
    let user = user.filter(|user| !user.is_empty());
    user.as_deref()
        .map_or(Ok(()), |user| check_id(user_field, user))?;
    Ok(Claims {
        agent: agent.to_owned(),
        run,
        user,
        expires_at,
    })
}

/// When a token ends, in seconds since 1970.
fn expiry(app: &App, expires_in: Option<i64>) -> Result<Option<i64>, FieldError> {
    let longest = app.config.max_expires_in;
    let problem = match (expires_in, longest) {
        (Some(..1), _) => "must be at least 1 second".to_owned(),
        (Some(seconds), Some(longest)) if seconds > longest => {
            format!("must be at most {longest} seconds")
        }
        (seconds, longest) => {
            let end = |seconds| (now() / SECOND).saturating_add(seconds);
            return Ok(seconds.or(longest).map(end));
        }
    };
    Err(FieldError::new("expires_in", problem))
}
