use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::segments::Segments;

/// `/dashboard/files/{name}`
pub async fn file(Segments(name): Segments<String>) -> Result<Response, ApiError> {
    let (kind, text) = match name.as_str() {
        "dashboard.css" => (
            "text/css; charset=utf-8",
            include_str!("../../static/dashboard.css"),
        ),
        "sign-in.js" => (
            "text/javascript; charset=utf-8",
            include_str!("../../static/sign-in.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_str!("../../static/icon.svg")),
        _ => return Err(ApiError::NotFound),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response())
}
