//! From nothing to the first vote, on one page.

use askama::Template;
use axum::extract::State;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use workflowai_feedback_protocol::token::Claims;

use super::frame::Frame;
use super::render;
use super::row::Row;
use super::session::Viewer;
use super::zone::Zone;
use crate::app::Shared;
use crate::base::Base;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::storage::Filter;
use crate::widget::version_served;

/// What the trial votes are on.
const AGENT: &str = "my-agent";
const RUN: &str = "first-run";
/// Seconds the token on the page lasts.
const TOKEN_LIFE: i64 = 60 * 60;
/// Votes shown as they arrive.
const SHOWN: u32 = 5;

/// The widget's core is WebAssembly. Nothing else differs from the other pages.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
                      img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

#[derive(Template)]
#[template(path = "start.html")]
struct Page<'a> {
    frame: Frame<'a>,
    /// The address in the snippets; None leaves it to the script.
    address: Option<String>,
    /// The widget that this server has.
    widget: Option<String>,
    /// None for whoever may only read.
    token: Option<String>,
    rows: Vec<Row>,
    /// Whether there is no vote at all.
    is_first: bool,
}

/// `GET /dashboard/start`
pub async fn page(
    State(app): State<Shared>,
    viewer: Viewer,
    zone: Zone,
    Base(base): Base,
) -> Result<Response, ApiError> {
    respond(&app, &viewer, &zone, &base).await
}

/// The page, also in place of an empty list.
pub async fn respond(
    app: &Shared,
    viewer: &Viewer,
    zone: &Zone,
    base: &str,
) -> Result<Response, ApiError> {
    let tenant = viewer.tenant();
    let token = if viewer.may_mark() {
        let claims = Claims {
            agent: AGENT.into(),
            run: RUN.into(),
            user: Some(viewer.id().to_owned()),
            expires_at: Some(now() / SECOND + TOKEN_LIFE),
        };
        Some(app.storage.signing_key(tenant).await?.mint(&claims)?)
    } else {
        None
    };
    let arrived = Filter {
        agent: Some(AGENT.into()),
        ..Filter::default()
    };
    let page = app.storage.list(tenant, &arrived, None, 0, SHOWN).await?;
    let public = app.config.public_url.as_ref().map(ToString::to_string);
    let page = Page {
        frame: Frame::new(base, viewer, zone, "start"),
        address: public.map(|url| url.trim_end_matches('/').to_owned()),
        widget: version_served(app),
        token,
        is_first: !app.storage.has_entries(tenant).await?,
        rows: page
            .items
            .into_iter()
            .map(|entry| Row::new(entry, zone))
            .collect(),
    };
    let mut response = render(StatusCode::OK, &page);
    let policy = HeaderValue::from_static(POLICY);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

impl Page<'_> {
    fn base(&self) -> &str {
        self.frame.base
    }

    /// The address in the snippets until the script knows better.
    fn shown_address(&self) -> &str {
        self.address
            .as_deref()
            .unwrap_or("https://feedback.example.com")
    }
}
