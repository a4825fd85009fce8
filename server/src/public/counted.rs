use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::app::Shared;
use crate::error::ApiError;
use crate::peer::Peer;

/// A call that the limiter let through: one is taken before the body is read, so that bodies that
/// are refused count too. Holds the address it comes from, where the server tells it.
pub struct Counted(pub Option<IpAddr>);

impl FromRequestParts<Shared> for Counted {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Ok(Peer(peer)) = Peer::from_request_parts(parts, app).await;
        app.limiter.take(peer)?;
        Ok(Self(peer))
    }
}
