use std::convert::Infallible;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;

use crate::app::Shared;

/// The path under which the receiver is reached, without a slash at the end: the public URL's, or
/// where another app has nested it.
pub struct Base(pub String);

impl FromRequestParts<Shared> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        if let Some(url) = &app.config.public_url {
            return Ok(Self(url.path().trim_end_matches('/').to_owned()));
        }
        let original = parts.extensions.get::<OriginalUri>();
        let base = original.and_then(|uri| uri.path().strip_suffix(parts.uri.path()));
        Ok(Self(base.unwrap_or_default().to_owned()))
    }
}
