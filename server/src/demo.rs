//! The demo: its page, and tokens for whoever opens it. Loopback alone.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_protocol::{FieldError, check_id};

use crate::app::Shared;
use crate::assets::Assets;
use crate::cache::no_store;
use crate::clock::{SECOND, now};
use crate::error::{ApiError, method_not_allowed};
use crate::json::JsonBody;
use crate::origin::{loopback_only, same_site};
use crate::segments::Segments;
use crate::storage::DEFAULT_TENANT;

const PAGE: Assets = Assets::Embedded("demo");
const AGENT: &str = "demo-assistant";
/// Seconds a token lasts.
const TOKEN_LIFE: i64 = 60 * 60;
/// Runs of one request: a transcript, not a factory.
const RUNS: usize = 50;
const NO_CACHE: &str = "no-cache";

/// `/`, `/playground`, `/demo/…` and `POST /demo/tokens`
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route(
            "/",
            get(|headers: HeaderMap| async move { page("index.html", &headers) }),
        )
        .route(
            "/playground",
            get(|headers: HeaderMap| async move { page("playground.html", &headers) }),
        )
        .route(
            "/demo/tokens",
            post(tokens).layer(axum::middleware::map_response(no_store)),
        )
        .route("/demo/{*path}", get(file))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::from_fn(same_site))
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            loopback_only,
        ))
        .with_state(app.clone())
}

fn page(name: &str, headers: &HeaderMap) -> Response {
    let words = "This server was built without the demo page. `cargo xtask start` builds and \
                 serves it.\n";
    PAGE.respond(name, headers, NO_CACHE)
        .unwrap_or_else(|| (StatusCode::NOT_FOUND, words).into_response())
}

async fn file(Segments(path): Segments<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    PAGE.respond(&path, &headers, NO_CACHE)
        .ok_or(ApiError::NotFound)
}

/// Body of `POST /demo/tokens`.
#[derive(Deserialize)]
struct TokensRequest {
    visitor: Option<String>,
    runs: Vec<String>,
}

/// Tokens by run, bound to the visitor.
#[derive(Serialize)]
struct TokensReply {
    visitor: String,
    tokens: BTreeMap<String, String>,
}

async fn tokens(
    State(app): State<Shared>,
    JsonBody(request): JsonBody<TokensRequest>,
) -> Result<Json<TokensReply>, ApiError> {
    let visitor = match request.visitor.filter(|visitor| !visitor.is_empty()) {
        Some(visitor) if is_visitor(&visitor) => visitor,
        Some(_) => return Err(FieldError::new("visitor", "must be one given out here").into()),
        None => Uuid::new_v4().hyphenated().to_string(),
    };
    if request.runs.is_empty() || request.runs.len() > RUNS {
        return Err(FieldError::new("runs", format!("must have 1 to {RUNS} runs")).into());
    }
    let key = app.storage.signing_key(DEFAULT_TENANT).await?;
    let expires_at = now() / SECOND + TOKEN_LIFE;
    let mut tokens = BTreeMap::new();
    for (index, run) in request.runs.into_iter().enumerate() {
        check_id(&format!("runs[{index}]"), &run)?;
        let claims = Claims {
            agent: AGENT.into(),
            run,
            user: Some(visitor.clone()),
            expires_at: Some(expires_at),
        };
        tokens.insert(claims.run.clone(), key.mint(&claims)?);
    }
    Ok(Json(TokensReply { visitor, tokens }))
}

/// A random UUID in its usual form, and nothing else.
fn is_visitor(text: &str) -> bool {
    Uuid::try_parse(text)
        .is_ok_and(|id| id.get_version_num() == 4 && id.hyphenated().to_string() == text)
}
