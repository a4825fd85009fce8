//! What is said of every request: an id, a line in the log, counts for Prometheus, and a span for
//! traces. Never a token, a comment, a query or a full address.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::try_unfold;
use futures_util::{StreamExt, TryStreamExt};
use tokio::time::timeout_at;
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::app::Shared;
use crate::json::TooSlow;
use crate::peer;

/// The header that carries a request's id, in answers, and in requests from trusted proxies.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that a proxy made.
const ID_CHARACTERS: usize = 64;
/// The route of a request that matches none.
const NO_ROUTE: &str = "none";
/// The target of the spans that are for traces: one for each request, named and described as
/// `OpenTelemetry` has it, and one inside for its wait for the disk. Their level is `TRACE`, so
/// that no usual log shows them.
pub const TRACES: &str = "workflowai_feedback_server::traces";

/// Watches one request.
pub async fn observe(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers(), app.config.trusted_hops > 0);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let address = peer::address(request.headers(), request.extensions(), &app.config);
    let span = tracing::error_span!("request", id = id.as_str());
    let traced = traced(known(&method), &route, &id);
    #[cfg(feature = "otel")]
    if app.config.trusted_hops > 0 {
        crate::otel::under_callers_span(&traced, request.headers());
    }
    let mut response = next
        .run(with_deadline(request, app.config.body_timeout))
        .instrument(traced.clone())
        .instrument(span.clone())
        .await;
    let (status, took) = (response.status(), begun.elapsed());
    let code = i64::from(status.as_u16());
    traced.record("http.response.status_code", code);
    if status.is_server_error() {
        traced.record("otel.status_code", "ERROR");
    }
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
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The method, if it is one of HTTP's own: anybody may send one of their own making.
pub fn known(method: &Method) -> Option<&str> {
    let all = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::PATCH,
    ];
    all.contains(method).then(|| method.as_str())
}

/// The span of a request, as the conventions of `OpenTelemetry` for HTTP servers have it.
fn traced(method: Option<&str>, route: &str, id: &str) -> Span {
    let name = format_args!("{} {route}", method.unwrap_or("HTTP"));
    tracing::trace_span!(
        target: TRACES,
        parent: None,
        "request",
        otel.name = %name,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method.unwrap_or("_OTHER"),
        http.route = route,
        http.response.status_code = Empty,
        request_id = id,
    )
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
fn with_deadline(request: Request, patience: Duration) -> Request {
    let (parts, body) = request.into_parts();
    let deadline = tokio::time::Instant::now() + patience;
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
