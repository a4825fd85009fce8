use axum::Router;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::cache::no_store;
use crate::error::{ApiError, method_not_allowed};
use crate::openapi::StorageRefusals;

/// The calls, with their descriptions.
pub fn calls() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(healthy))
        .routes(routes!(ready))
}

/// `/healthz` and `/readyz`
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
