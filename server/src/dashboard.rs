//! The team's pages: rendered here, working without scripts.

mod address;
mod change;
mod chart;
mod fields;
mod files;
mod frame;
mod join;
mod live;
mod overview;
mod problem;
mod rated;
mod row;
mod session;
mod settings;
mod sign_in;
mod start;
mod team;
mod triage;
mod views;
mod vote;
mod votes;
mod webhooks;
mod zone;

pub use views::saved_query;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

use crate::app::Shared;
use crate::error::method_not_allowed;
use crate::locale::{self, number};
use crate::origin::{loopback_only, same_site};

/// Nothing but this site's own files; no frame may show the pages, no form lead elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      font-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// `/dashboard` and what is below it.
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route("/dashboard", get(votes::page))
        .route("/dashboard/votes/{id}", get(vote::page))
        .route("/dashboard/triage", post(triage::triage))
        .route("/dashboard/triage/{id}/undo", post(triage::undo))
        .route("/dashboard/start", get(start::page))
        .route("/dashboard/overview", get(overview::page))
        .route("/dashboard/live", get(live::live))
        .route("/dashboard/export", get(votes::export))
        .route(
            "/dashboard/sign-in",
            get(sign_in::page).post(sign_in::enter),
        )
        .route("/dashboard/sign-out", post(sign_in::leave))
        .route("/dashboard/join", get(join::page).post(join::join))
        .route("/dashboard/team", get(team::page))
        .route("/dashboard/team/account", post(team::account))
        .route(
            "/dashboard/team/sign-out-everywhere",
            post(team::sign_out_everywhere),
        )
        .route("/dashboard/team/invite", post(team::invite))
        .route(
            "/dashboard/team/invitations/{id}/revoke",
            post(team::revoke),
        )
        .route("/dashboard/team/people/{id}", post(team::change))
        .route("/dashboard/dataset", get(votes::dataset))
        .route("/dashboard/views", post(views::save))
        .route("/dashboard/views/{id}/remove", post(views::remove))
        .route("/dashboard/settings", get(settings::page))
        .route("/dashboard/settings/api-keys", post(settings::new_api_key))
        .route(
            "/dashboard/settings/api-keys/{id}/revoke",
            post(settings::revoke_api_key),
        )
        .route(
            "/dashboard/settings/signing-keys",
            post(settings::new_signing_key),
        )
        .route(
            "/dashboard/settings/signing-keys/{kid}/retire",
            post(settings::retire_signing_key),
        )
        .route("/dashboard/settings/set", post(settings::set))
        .route("/dashboard/settings/erase", post(settings::erase))
        .route(
            "/dashboard/webhooks",
            get(webhooks::page).post(webhooks::add),
        )
        .route("/dashboard/webhooks/{id}", get(webhooks::one))
        .route("/dashboard/webhooks/{id}/test", post(webhooks::test))
        .route("/dashboard/webhooks/{id}/retry", post(webhooks::retry))
        .route("/dashboard/webhooks/{id}/remove", post(webhooks::remove))
        .route(
            "/dashboard/files/{name}",
            // Files alone: how well a page compresses would tell what is in it (BREACH).
            get(files::file).layer(CompressionLayer::new()),
        )
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::middleware::from_fn(same_site))
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            problem::as_page,
        ))
        .layer(axum::middleware::from_fn(headers))
        .layer(axum::middleware::from_fn(locale::of_reader))
        .layer(axum::middleware::from_fn_with_state(
            app.clone(),
            loopback_only,
        ))
        .with_state(app.clone())
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(POLICY));
    // Ids in an address are nobody else's business.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Renders a page.
fn render(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
