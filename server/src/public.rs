//! The calls that browsers make. A token is the only credential; no answer opens user data.

mod counted;
mod lookup;
mod retract;
mod vote;

use axum::Router;
use axum::http::Method;
use axum::http::header::RETRY_AFTER;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::cache::no_store;
use crate::error::method_not_allowed;
use crate::observe::REQUEST_ID;

/// Seconds for which a browser remembers a preflight; two hours is Chromium's most.
const PREFLIGHT: std::time::Duration = std::time::Duration::from_hours(2);

/// The calls, with their descriptions.
pub fn calls() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(vote::vote, lookup::one))
        .routes(routes!(retract::retract))
        .routes(routes!(lookup::several))
}

/// `/v1/feedback` and what is below it.
pub fn router(app: &Shared) -> Router {
    let origins = &app.config.allowed_origins;
    let cors = CorsLayer::new()
        .allow_origin(if origins.is_empty() {
            AllowOrigin::any()
        } else {
            AllowOrigin::list(origins.clone())
        })
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([RETRY_AFTER, REQUEST_ID])
        .max_age(PREFLIGHT);
    Router::from(calls())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(no_store))
        .layer(cors)
        .with_state(app.clone())
}
