//! The calls that backends make, with an API key.

mod annotate;
mod auth;
mod erase;
mod export;
mod list;
mod mint;
mod query;
mod scope;

use axum::Router;
use axum::routing::{delete, get, post};

pub use export::respond;
pub use list::{Asked, read};
pub use query::{Filters, parsed};
pub use scope::Scope;

pub use crate::export::Format;

use crate::app::Shared;
use crate::cache::no_store;
use crate::error::method_not_allowed;

/// `/v1/{tenant}/…`
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route(
            "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback_token",
            post(mint::one),
        )
        .route(
            "/v1/{tenant}/agents/{agent_id}/feedback_tokens",
            post(mint::several),
        )
        .route(
            "/v1/{tenant}/agents/{agent_id}/feedback",
            get(list::of_agent),
        )
        .route(
            "/v1/{tenant}/agents/{agent_id}/runs/{run_id}/feedback",
            get(list::of_run),
        )
        .route(
            "/v1/{tenant}/agents/{agent_id}/feedback/export",
            get(export::export),
        )
        .route(
            "/v1/{tenant}/agents/{agent_id}/feedback/{id}/annotate",
            post(annotate::annotate),
        )
        .route(
            "/v1/{tenant}/users/{user_id}/feedback",
            delete(erase::erase),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(no_store))
        .with_state(app.clone())
}
