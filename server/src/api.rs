//! The calls that backends make, with an API key.

mod annotate;
mod auth;
mod erase;
mod export;
mod list;
mod mint;
mod query;
mod scope;
mod webhooks;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use auth::ApiKey;
pub use export::respond;
pub use list::{Asked, read};
pub use query::{Filters, parsed};
pub use scope::Scope;

pub use crate::export::Format;

use crate::app::Shared;
use crate::cache::no_store;
use crate::error::method_not_allowed;

/// The calls, with their descriptions.
pub fn calls() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(mint::one))
        .routes(routes!(mint::several))
        .routes(routes!(list::of_agent))
        .routes(routes!(list::of_run))
        .routes(routes!(export::export))
        .routes(routes!(annotate::annotate))
        .routes(routes!(erase::erase))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::remove))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::dead_letters))
        .routes(routes!(webhooks::retry))
}

/// `/v1/{tenant}/…`
pub fn router(app: &Shared) -> Router {
    Router::from(calls())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(no_store))
        .with_state(app.clone())
}
