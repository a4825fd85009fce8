//! The calls that backends make, with an API key.

mod annotate;
mod api_keys;
mod auth;
mod context;
mod dataset;
mod erase;
mod export;
mod list;
mod mint;
mod query;
mod scope;
mod settings;
mod signing_keys;
mod team;
mod triage;
mod views;
mod webhooks;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use api_keys::scopes;
pub use auth::ApiKey;
pub use dataset::respond_dataset;
pub use export::respond;
pub use list::{Asked, read};
pub use query::{Filters, parsed};
pub use scope::Scope;
pub use signing_keys::algorithm;
pub use triage::VOTES;
pub use views::NAME;

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
        .routes(routes!(dataset::dataset))
        .routes(routes!(context::get, context::put, context::remove))
        .routes(routes!(annotate::annotate))
        .routes(routes!(triage::triage))
        .routes(routes!(triage::undo))
        .routes(routes!(erase::erase))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::remove))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::dead_letters))
        .routes(routes!(webhooks::retry))
        .routes(routes!(webhooks::test))
        .routes(routes!(views::list, views::save))
        .routes(routes!(views::remove))
        .routes(routes!(team::people))
        .routes(routes!(team::set_role, team::remove))
        .routes(routes!(team::invitations, team::invite))
        .routes(routes!(team::revoke_invitation))
        .routes(routes!(settings::get, settings::put))
        .routes(routes!(api_keys::list, api_keys::new))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(signing_keys::list, signing_keys::new))
        .routes(routes!(signing_keys::retire))
}

/// `/v1/{tenant}/…`
pub fn router(app: &Shared) -> Router {
    Router::from(calls())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::map_response(no_store))
        .with_state(app.clone())
}
