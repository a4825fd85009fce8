use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{ApiKey, Scope};
use crate::app::{App, Shared};
use crate::cache::no_store;
use crate::error::{ApiError, method_not_allowed};
use crate::metrics::CONTENT_TYPE as OPEN_METRICS;
use crate::openapi::{ReadRefusals, StorageRefusals};
use crate::storage::DEFAULT_TENANT;

/// The calls, with their descriptions.
pub fn calls() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(healthy))
        .routes(routes!(ready))
        .routes(routes!(metrics))
}

/// `/healthz`, `/readyz` and `/metrics`
pub fn router(app: &Shared) -> Router {
    Router::from(calls())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(no_store))
        .with_state(app.clone())
}

/// Says that the process runs
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Operations",
    responses((status = 200, description = "It does", body = String))
)]
async fn healthy() -> &'static str {
    "ok\n"
}

/// Says whether it reaches its database
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Operations",
    responses((status = 200, description = "It does", body = String), StorageRefusals)
)]
async fn ready(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    app.storage.ping().await?;
    Ok("ready\n")
}

/// Tells Prometheus what it counts
///
/// Of the whole process, so it wants a key of the first tenant with the scope `admin`;
/// `--metrics-listen` serves the same without a key on a port of its own.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "Operations",
    security(("api_key" = [])),
    responses(
        (status = 200, description = "Counts", body = String, content_type = "application/openmetrics-text"),
        ReadRefusals
    )
)]
async fn metrics(State(app): State<Shared>, key: ApiKey) -> Result<impl IntoResponse, ApiError> {
    key.tenant(DEFAULT_TENANT, Scope::Admin)?;
    Ok(counts(&app))
}

/// What is counted, as an answer.
pub fn counts(app: &App) -> impl IntoResponse + use<> {
    let text = app.metrics.text(app.storage.waiting());
    ([(CONTENT_TYPE, OPEN_METRICS)], text)
}
