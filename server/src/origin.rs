use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::Shared;
use crate::error::ApiError;

/// Lets a request that changes something through only if this very site's page sent it.
///
/// `Sec-Fetch-Site` and `Origin` are set by the browser, and no page can forge them. Clients other
/// than browsers send neither; they carry no cookie by accident.
pub async fn same_site(request: Request, next: Next) -> Result<Response, ApiError> {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) || is_same_origin(request.headers())
    {
        return Ok(next.run(request).await);
    }
    Err(ApiError::Forbidden("this form was sent by another site"))
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site".parse().expect("a header name")) {
        return matches!(site, "same-origin" | "none");
    }
    match (text(ORIGIN), text(HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, authority)| authority == host),
        (Some(_), None) => false,
    }
}

/// Refuses any name but this machine's own. The demo is open to whoever reaches it, and a page
/// elsewhere could make its own name lead to loopback.
pub async fn loopback_only(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !app.config.demo || names_loopback(request.headers()) {
        return Ok(next.run(request).await);
    }
    Err(ApiError::Forbidden(
        "Host: the demo answers to localhost and loopback addresses alone",
    ))
}

fn names_loopback(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    name.parse().expect("a name"),
                    value.parse().expect("a value"),
                )
            })
            .collect()
    }

    #[test]
    fn only_this_sites_pages_may_change_something() {
        let host = ("host", "feedback.example");
        for (fine, pairs) in [
            (true, vec![host]),
            (true, vec![host, ("origin", "https://feedback.example")]),
            (true, vec![host, ("sec-fetch-site", "same-origin")]),
            (true, vec![host, ("sec-fetch-site", "none")]),
            (false, vec![host, ("origin", "https://evil.example")]),
            (false, vec![host, ("origin", "null")]),
            (false, vec![host, ("sec-fetch-site", "same-site")]),
            (false, vec![host, ("sec-fetch-site", "cross-site")]),
            (false, vec![("origin", "https://feedback.example")]),
        ] {
            assert_eq!(is_same_origin(&headers(&pairs)), fine, "{pairs:?}");
        }
    }

    #[test]
    fn loopback_has_few_names() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.1.2.3",
            "[::1]:8080",
        ] {
            assert!(names_loopback(&headers(&[("host", host)])), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "a b",
        ] {
            assert!(!names_loopback(&headers(&[("host", host)])), "{host}");
        }
        assert!(!names_loopback(&HeaderMap::new()));
    }
}
