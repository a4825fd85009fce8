use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::ApiError;

/// Public calls a second and address, unless set otherwise.
pub const WRITES_A_SECOND: u32 = 20;
/// How many seconds' worth may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Limits public calls by address.
pub struct Limiter {
    calls: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limiter {
    /// None means no limit.
    pub fn new(calls_a_second: Option<u32>) -> Self {
        let quota = calls_a_second
            .and_then(NonZeroU32::new)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST)));
        Self {
            calls: quota.map(RateLimiter::keyed),
        }
    }

    /// Takes `cost` calls from what `address` has left. Without an address (nested in an app that
    /// does not tell it) nothing is limited.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn take(&self, address: Option<IpAddr>, cost: u32) -> Result<(), ApiError> {
        let (Some(calls), Some(address), Some(cost)) =
            (&self.calls, address, NonZeroU32::new(cost))
        else {
            return Ok(());
        };
        let wait = match calls.check_key_n(&network(address), cost) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(early)) => {
                early
                    .wait_time_from(DefaultClock::default().now())
                    .as_secs()
                    + 1
            }
            Err(_) => 1,
        };
        Err(ApiError::RateLimited(wait))
    }

    /// Forgets the addresses that have all their calls back.
    pub fn forget_idle(&self) {
        if let Some(calls) = &self.calls {
            calls.retain_recent();
        }
    }
}

/// An IPv6 host has a /64 to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_runs_dry_and_another_does_not() {
        let limiter = Limiter::new(Some(1));
        let first: IpAddr = "192.0.2.1".parse().expect("an address");
        limiter.take(Some(first), 10).expect("the burst");
        assert!(matches!(
            limiter.take(Some(first), 1),
            Err(ApiError::RateLimited(_))
        ));
        limiter
            .take(Some("192.0.2.2".parse().expect("an address")), 1)
            .expect("another address");
        limiter.take(None, 1_000).expect("no address, no limit");
    }

    #[test]
    fn a_64_of_ipv6_is_one_address() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:0:0:1"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
    }
}
