use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_protocol::{FieldError, check_id, limits};

use super::Scope;
use super::auth::ApiKey;
use crate::app::Shared;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::json::JsonBody;
use crate::segments::Segments;

/// Bytes of a request for up to [`limits::MINT_RUNS`] runs.
const BATCH_BYTES: usize = 1024 * 1024;

/// Body of `…/runs/{run_id}/feedback_token`.
#[derive(Deserialize)]
pub struct MintRequest {
    user_id: Option<String>,
    expires_in: Option<i64>,
}

/// A token for one run.
#[derive(Serialize)]
pub struct MintReply {
    feedback_token: String,
}

/// Body of `…/feedback_tokens`.
#[derive(Deserialize)]
pub struct BatchRequest {
    items: Vec<BatchItem>,
    expires_in: Option<i64>,
}

#[derive(Deserialize)]
struct BatchItem {
    run_id: String,
    user_id: Option<String>,
}

/// Tokens in the order asked.
#[derive(Serialize)]
pub struct BatchReply {
    items: Vec<BatchToken>,
}

#[derive(Serialize)]
struct BatchToken {
    run_id: String,
    feedback_token: String,
}

/// `POST /v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback_token`
pub async fn one(
    State(app): State<Shared>,
    key: ApiKey,
    Segments((tenant, agent, run)): Segments<(String, String, String)>,
    JsonBody(request): JsonBody<MintRequest>,
) -> Result<Json<MintReply>, ApiError> {
    let tenant = key.tenant(&tenant, Scope::Mint)?;
    let expires_at = expiry(request.expires_in)?;
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

/// `POST /v1/{tenant}/agents/{agent_id}/feedback_tokens`
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
    let expires_at = expiry(request.expires_in)?;
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

fn expiry(expires_in: Option<i64>) -> Result<Option<i64>, FieldError> {
    match expires_in {
        Some(seconds) if seconds < 1 => {
            Err(FieldError::new("expires_in", "must be at least 1 second"))
        }
        Some(seconds) => Ok(Some((now() / SECOND).saturating_add(seconds))),
        None => Ok(None),
    }
}
