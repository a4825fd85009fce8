use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::error::ApiError;
use crate::secret;
use crate::segments::Segments;

/// `/dashboard/files/{name}`
pub async fn file(
    Segments(name): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
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
    // Weak, as it is the same compressed.
    let tag = BASE64_URL_SAFE_NO_PAD.encode(secret::hash(text));
    let tag = format!("W/\"{tag}\"");
    let known = headers.get(IF_NONE_MATCH);
    let is_known = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let about = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, tag)];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, [(CONTENT_TYPE, kind)], text).into_response())
}
