use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::app::Shared;
use crate::error::{ApiError, method_not_allowed};

/// `/healthz` and `/readyz`
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
}

/// Ready is who reaches its database.
async fn ready(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    app.storage.ping().await?;
    Ok("ready\n")
}
