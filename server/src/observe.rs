//! What is said of every request: an id, a line in the log, and counts for Prometheus. Never a
//! token, a comment, a query or a full address.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::try_unfold;
use futures_util::{StreamExt, TryStreamExt};
use tokio::time::timeout_at;
use tracing::Instrument;
use uuid::Uuid;

use crate::app::Shared;
use crate::json::TooSlow;
use crate::peer;

/// The header that carries a request's id, in answers, and in requests from trusted proxies.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that a proxy made.
const ID_CHARACTERS: usize = 64;
/// How long a body may take to arrive.
const BODY: Duration = Duration::from_secs(30);
/// The route of a request that matches none.
const NO_ROUTE: &str = "none";

/// Watches one request.
pub async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers(), app.config.trusted_hops > 0);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let address = peer::address(request.headers(), request.extensions(), &app.config);
    let span = tracing::error_span!("request", id = id.as_str());
    let mut response = next
        .run(with_deadline(request))
        .instrument(span.clone())
        .await;
    let (status, took) = (response.status(), begun.elapsed());
    span.in_scope(|| {
        let network = address.map_or_else(|| "unknown".into(), network);
        let milliseconds = took.as_secs_f64() * 1_000.0;
        let status = status.as_u16();
        if status >= 500 {
            tracing::error!(%method, route, status, milliseconds, network, "failed");
        } else {
            tracing::info!(%method, route, status, milliseconds, network, "answered");
        }
    });
    app.metrics.answered(&route, &method, status, took);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The id that a trusted proxy gave, or a new one.
fn request_id(headers: &HeaderMap, behind_proxy: bool) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let plain = |id: &&str| {
        (1..=ID_CHARACTERS).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given
        .filter(|_| behind_proxy)
        .filter(plain)
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// The network of an address: enough to see where load comes from, too little to name a person.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// Ends a body that takes too long with [`TooSlow`].
fn with_deadline(request: Request) -> Request {
    let (parts, body) = request.into_parts();
    let deadline = tokio::time::Instant::now() + BODY;
    let chunks = try_unfold(body.into_data_stream(), move |mut chunks| async move {
        match timeout_at(deadline, chunks.next()).await {
            Ok(chunk) => Ok(chunk.transpose()?.map(|chunk| (chunk, chunks))),
            Err(_) => Err(axum::Error::new(TooSlow)),
        }
    });
    Request::from_parts(parts, Body::from_stream(chunks.into_stream()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_from_a_proxy_alone_and_only_if_it_is_plain() {
        let headers = |id: &str| HeaderMap::from_iter([(REQUEST_ID, id.parse().expect("a value"))]);
        assert_eq!(request_id(&headers("abc-1"), true), "abc-1");
        assert_ne!(request_id(&headers("abc-1"), false), "abc-1");
        for bad in ["", "a b", "\"", &"x".repeat(65), "eyJ0IjoxfQ==.a="] {
            assert_ne!(request_id(&headers(bad), true), bad);
        }
    }

    #[test]
    fn an_address_is_shown_as_its_network() {
        for (address, shown) in [
            ("203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().expect("an address")), shown);
        }
    }
}
