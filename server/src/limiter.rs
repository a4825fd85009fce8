use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

use crate::error::ApiError;

/// Public calls a second and address, unless set otherwise.
pub const WRITES_A_SECOND: u32 = 20;
/// Public calls a second in all, unless set otherwise.
pub const CALLS_IN_ALL: u32 = 5_000;
/// Attempts to sign in a minute and address.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// How many seconds' worth may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Limits public calls by address and in all, and attempts to sign in.
pub struct Limiter {
    calls: Option<DefaultKeyedRateLimiter<IpAddr>>,
    all: Option<DefaultDirectRateLimiter>,
    /// Never switched off: it stands between guesses and the dashboard.
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limiter {
    /// Calls a second by address, and in all. None means no limit.
    pub fn new(by_address: Option<u32>, in_all: Option<u32>) -> Self {
        let quota = by_address
            .and_then(NonZeroU32::new)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST)));
        let all = in_all.and_then(NonZeroU32::new).map(Quota::per_second);
        Self {
            calls: quota.map(RateLimiter::keyed),
            all: all.map(RateLimiter::direct),
            sign_ins: RateLimiter::keyed(Quota::per_minute(SIGN_INS)),
        }
    }

    /// Takes `cost` calls from what `address` has left. Without an address (nested in an app that
    /// does not tell it) nothing is limited.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn take(&self, address: Option<IpAddr>, cost: u32) -> Result<(), ApiError> {
        let Some(cost) = NonZeroU32::new(cost) else {
            return Ok(());
        };
        if let (Some(calls), Some(address)) = (&self.calls, address) {
            match calls.check_key_n(&network(address), cost) {
                Ok(Ok(())) => {}
                Ok(Err(early)) => return Err(ApiError::RateLimited(wait(&early))),
                Err(_) => return Err(ApiError::RateLimited(1)),
            }
        }
        match self.all.as_ref().map(|all| all.check_n(cost)) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(early))) => Err(ApiError::RateLimited(wait(&early))),
            Some(Err(_)) => Err(ApiError::RateLimited(1)),
        }
    }

    /// Takes one attempt to sign in.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn take_sign_in(&self, address: Option<IpAddr>) -> Result<(), ApiError> {
        // Without addresses all share one limit: guesses are no better for coming from nowhere.
        let address = address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        self.sign_ins
            .check_key(&network(address))
            .map_err(|early| ApiError::RateLimited(wait(&early)))
    }

    /// Forgets the addresses that have all their calls back.
    pub fn forget_idle(&self) {
        if let Some(calls) = &self.calls {
            calls.retain_recent();
        }
        self.sign_ins.retain_recent();
    }
}

/// Whole seconds until it may be tried again.
fn wait(early: &NotUntil<<DefaultClock as Clock>::Instant>) -> u64 {
    let wait = early.wait_time_from(DefaultClock::default().now());
    wait.as_secs() + 1
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
        let limiter = Limiter::new(Some(1), None);
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
    fn all_addresses_together_run_dry_too() {
        let limiter = Limiter::new(None, Some(2));
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        limiter.take(address(1), 1).expect("the first");
        limiter.take(address(2), 1).expect("the second");
        assert!(matches!(
            limiter.take(address(3), 1),
            Err(ApiError::RateLimited(_))
        ));
    }

    #[test]
    fn the_sixth_attempt_to_sign_in_waits_even_if_nothing_else_is_limited() {
        let limiter = Limiter::new(None, None);
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        for _ in 0..5 {
            limiter.take_sign_in(address).expect("five a minute");
        }
        assert!(matches!(
            limiter.take_sign_in(address),
            Err(ApiError::RateLimited(1..=13))
        ));
        let other = Some(IpAddr::from([192, 0, 2, 2]));
        limiter.take_sign_in(other).expect("another address");
    }

    #[test]
    fn a_64_of_ipv6_is_one_address() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:0:0:1"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
    }
}
