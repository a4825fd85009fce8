//! Where a webhook may lead. An address is somebody's word: without this it would reach what only
//! this machine can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Uri;
use workflowai_feedback_protocol::FieldError;

/// Bytes of an address.
const LONGEST: usize = 2_048;

/// The parts of an address that a connection needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Without the brackets of IPv6.
    pub host: String,
    pub port: u16,
    pub is_tls: bool,
    /// As `Host` says it.
    pub authority: String,
    pub path: String,
}

impl Target {
    /// Reads an address, or says what is wrong with it.
    pub fn read(url: &str) -> Result<Self, &'static str> {
        if url.len() > LONGEST {
            return Err("must be at most 2,048 bytes");
        }
        let uri: Uri = url.parse().map_err(|_| "is no address")?;
        let is_tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("must begin with https://"),
        };
        let authority = uri.authority().ok_or("is no address")?;
        if authority.as_str().contains('@') {
            return Err("must not hold a name or password");
        }
        if url.contains('#') {
            return Err("must not hold a fragment");
        }
        let host = authority.host();
        // An empty port is the usual one.
        let port = match authority.as_str()[host.len()..].trim_start_matches(':') {
            "" => None,
            port => Some(port.parse::<u16>().ok().filter(|port| *port > 0)),
        };
        let usual = if is_tls { 443 } else { 80 };
        let port = port.unwrap_or(Some(usual)).ok_or("is no address")?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() {
            return Err("is no address");
        }
        Ok(Self {
            host: host.to_owned(),
            port,
            is_tls,
            authority: authority.as_str().to_owned(),
            path: uri
                .path_and_query()
                .map_or("/", |path| path.as_str())
                .to_owned(),
        })
    }
}

/// Checks what can be told before its name is looked up.
///
/// # Errors
/// Names the field.
pub fn check_url(url: &str, allow_private: bool) -> Result<(), FieldError> {
    let wrong = |problem| FieldError::new("url", problem);
    let target = Target::read(url).map_err(wrong)?;
    if !target.is_tls && !allow_private {
        return Err(wrong("must begin with https://"));
    }
    if let Ok(address) = target.host.parse()
        && !may_reach(address, allow_private)
    {
        return Err(wrong("leads to an address that is not public"));
    }
    Ok(())
}

/// Whether messages may go there. Link-local addresses, where clouds keep what a machine may know
/// of itself, never; private ones and this machine only if the operator says so.
pub fn may_reach(address: IpAddr, allow_private: bool) -> bool {
    match address {
        IpAddr::V4(address) => may_reach_v4(address, allow_private),
        IpAddr::V6(address) => match inside(address) {
            Some(inner) => may_reach_v4(inner, allow_private),
            None => may_reach_v6(address, allow_private),
        },
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped (`::ffff:0:0/96`), or through a NAT64
/// of the well-known prefix (`64:ff9b::/96`).
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        _ => None,
    }
}

fn may_reach_v4(address: Ipv4Addr, allow_private: bool) -> bool {
    let [a, b, c, _] = address.octets();
    if address.is_private() || address.is_loopback() || (a == 100 && (64..128).contains(&b)) {
        return allow_private;
    }
    // This network; link-local; protocol assignments; the relays of 6to4; benchmarks.
    let is_reserved = matches!(
        (a, b, c),
        (0, ..) | (169, 254, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _)
    );
    // Multicast, reserved and broadcast are at the end.
    !is_reserved && !address.is_documentation() && a < 224
}

fn may_reach_v6(address: Ipv6Addr, allow_private: bool) -> bool {
    let [a, b, ..] = address.segments();
    if address.is_loopback() || a & 0xfe00 == 0xfc00 {
        return allow_private;
    }
    // Nothing else is public; in there are Teredo and other assignments of protocols (2001::/23),
    // documentation (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16), which hides an IPv4 address.
    let is_global = a & 0xe000 == 0x2000;
    let is_protocols = a == 0x2001 && b < 0x200;
    let is_documentation = (a == 0x2001 && b == 0xdb8) || (a == 0x3fff && b < 0x1000);
    is_global && !is_protocols && !is_documentation && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(text: &str, allow_private: bool) -> bool {
        may_reach(text.parse().expect("an address"), allow_private)
    }

    #[test]
    fn public_addresses_can_be_told() {
        for address in [
            "1.1.1.1",
            "93.184.215.14",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(reach(address, false), "{address}");
        }
    }

    #[test]
    fn what_only_this_machine_or_network_reaches_cannot() {
        for address in [
            "127.0.0.1",
            "127.255.255.254",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.100.100.200",
            "::1",
            "fc00::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
        ] {
            assert!(!reach(address, false), "{address}");
            assert!(reach(address, true), "{address}");
        }
    }

    #[test]
    fn what_is_nobodys_or_a_clouds_own_cannot_even_where_private_ones_may() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "169.254.0.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "64:ff9b:1::a00:1",
            "100::1",
            "::127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::169.254.169.254",
        ] {
            assert!(!reach(address, true), "{address}");
            assert!(!reach(address, false), "{address}");
        }
    }

    #[test]
    fn an_address_is_https_without_name_password_or_fragment() {
        let https = "https://hooks.example/a?b=c";
        assert_eq!(check_url(https, false), Ok(()));
        let target = Target::read(https).expect("an address");
        assert_eq!((target.host.as_str(), target.port), ("hooks.example", 443));
        assert_eq!(target.path, "/a?b=c");
        let v6 = Target::read("https://[2606:4700::1]:8443").expect("an address");
        assert_eq!((v6.host.as_str(), v6.port), ("2606:4700::1", 8443));
        for url in [
            "",
            "hooks.example",
            "/path",
            "https://",
            "https://:443/",
            "https://hooks.example:0/",
            "https://hooks.example:99999/",
            "ftp://hooks.example/",
            "file:///etc/passwd",
            "http://hooks.example/",
            "https://name:password@hooks.example/",
            "https://name@127.0.0.1/",
            "https://hooks.example/#a",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://hooks.example/a b",
            "https://hooks.example/\r\nHost: other",
            "https://hooks.exämple/",
        ] {
            assert!(check_url(url, false).is_err(), "{url}");
        }
        assert!(check_url(&format!("https://h.example/{}", "a".repeat(2_048)), false).is_err());
        assert_eq!(check_url("http://localhost:9000/", true), Ok(()));
        assert_eq!(check_url("http://10.0.0.1/", true), Ok(()));
        assert!(check_url("http://169.254.169.254/", true).is_err());
    }
}
