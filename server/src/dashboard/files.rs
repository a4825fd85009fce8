use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::segments::Segments;

/// `/dashboard/files/{name}`
pub async fn file(Segments(name): Segments<String>) -> Result<Response, ApiError> {
    const CSS: &str = "text/css; charset=utf-8";
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    macro_rules! of {
        ($kind:expr, $name:literal) => {
            ($kind, include_str!(concat!("../../static/", $name)))
        };
    }
    let (kind, text) = match name.as_str() {
        "dashboard.css" => of!(CSS, "dashboard.css"),
        "icon.svg" => of!("image/svg+xml", "icon.svg"),
        "address.js" => of!(SCRIPT, "address.js"),
        "copy.js" => of!(SCRIPT, "copy.js"),
        "join.js" => of!(SCRIPT, "join.js"),
        "keys.js" => of!(SCRIPT, "keys.js"),
        "live.js" => of!(SCRIPT, "live.js"),
        "sign-in.js" => of!(SCRIPT, "sign-in.js"),
        "start.js" => of!(SCRIPT, "start.js"),
        "zone.js" => of!(SCRIPT, "zone.js"),
        _ => return Err(ApiError::NotFound),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], text).into_response())
}
