use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

use crate::app::Shared;
use crate::config::Config;

/// The address a request comes from, where the server tells it.
pub struct Peer(pub Option<IpAddr>);

impl FromRequestParts<Shared> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        Ok(Self(address(
            &parts.headers,
            &parts.extensions,
            &app.config,
        )))
    }
}

/// The address a request comes from.
pub fn address(headers: &HeaderMap, extensions: &Extensions, config: &Config) -> Option<IpAddr> {
    forwarded(headers, config.trusted_hops).or_else(|| {
        let info = extensions.get::<ConnectInfo<SocketAddr>>();
        info.map(|ConnectInfo(address)| address.ip())
    })
}

/// The address that the outermost of `hops` proxies saw. Each proxy adds what it sees at the end,
/// so what stands before those entries was written by the client itself and counts for nothing.
fn forwarded(headers: &HeaderMap, hops: usize) -> Option<IpAddr> {
    let lines = headers.get_all("x-forwarded-for").iter();
    let texts = lines.map(|line| line.to_str().unwrap_or_default());
    let entries: Vec<&str> = texts
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .collect();
    let entry = entries.get(entries.len().checked_sub(hops).filter(|_| hops > 0)?)?;
    let address = entry.trim_matches(['[', ']']).parse();
    address
        .ok()
        .or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_counts() {
        let headers = |lines: &[&str]| -> HeaderMap {
            let name = axum::http::HeaderName::from_static("x-forwarded-for");
            lines
                .iter()
                .map(|line| (name.clone(), line.parse().expect("a value")))
                .collect()
        };
        for (lines, hops, address) in [
            (vec!["203.0.113.7"], 1, Some("203.0.113.7")),
            (vec!["1.1.1.1, 203.0.113.7"], 1, Some("203.0.113.7")),
            (
                vec!["1.1.1.1", "203.0.113.7, 10.0.0.2"],
                2,
                Some("203.0.113.7"),
            ),
            (vec!["203.0.113.7:1234"], 1, Some("203.0.113.7")),
            (vec!["[2001:db8::1]"], 1, Some("2001:db8::1")),
            (vec!["[2001:db8::1]:443"], 1, Some("2001:db8::1")),
            (vec!["203.0.113.7"], 0, None),
            (vec!["203.0.113.7"], 2, None),
            (vec!["unknown"], 1, None),
            (vec![""], 1, None),
            (vec![], 1, None),
        ] {
            let expected = address.map(|address| address.parse().expect("an address"));
            assert_eq!(
                forwarded(&headers(&lines), hops),
                expected,
                "{lines:?} {hops}"
            );
        }
    }
}
