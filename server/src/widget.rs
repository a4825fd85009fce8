//! The widget's own files, for pages that take it from the receiver.

use axum::Router;
use axum::extract::State;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::app::{App, Shared};
use crate::base::Base;
use crate::error::{ApiError, method_not_allowed};
use crate::segments::Segments;

/// A file under a version never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// How long `latest` may lag behind.
const SHORT: &str = "public, max-age=300";

/// `/widget/{version}/…` and `/widget/latest/…`
pub fn router(app: &Shared) -> Router {
    Router::new()
        .route("/widget/latest/{*path}", get(latest))
        .route("/widget/{version}/{*path}", get(file))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(app.clone())
}

async fn file(
    State(app): State<Shared>,
    Segments((version, path)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(served) = version_served(&app) else {
        return missing();
    };
    if version != served {
        return ApiError::NotFound.into_response();
    }
    app.widget
        .respond(&path, &headers, FOREVER)
        .unwrap_or_else(|| ApiError::NotFound.into_response())
}

async fn latest(
    State(app): State<Shared>,
    Base(base): Base,
    Segments(path): Segments<String>,
) -> Response {
    let Some(version) = version_served(&app) else {
        return missing();
    };
    if app.widget.read(&path).is_none() {
        return ApiError::NotFound.into_response();
    }
    let headers = [
        (LOCATION, format!("{base}/widget/{version}/{path}")),
        (CACHE_CONTROL, SHORT.to_owned()),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
}

#[derive(Deserialize)]
struct Package {
    version: String,
}

/// The version in the widget's `package.json`. None if this server has no widget.
pub fn version_served(app: &App) -> Option<String> {
    let bytes = app.widget.read("package.json")?;
    serde_json::from_slice::<Package>(&bytes)
        .ok()
        .map(|package| package.version)
}

fn missing() -> Response {
    let words = "This server was built without the widget. Run `cargo xtask build` before building \
                 the server, or start it with --widget-dir pointing at the npm package's folder.\n";
    (StatusCode::NOT_FOUND, words).into_response()
}
