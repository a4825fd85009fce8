use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, InsufficientCapacity, NotUntil, Quota,
    RateLimiter,
};

use crate::Config;
use crate::error::ApiError;

/// Public calls a second and address, unless set otherwise.
pub const WRITES_A_SECOND: u32 = 20;
/// Public calls a second in all, unless set otherwise.
pub const CALLS_IN_ALL: u32 = 5_000;
/// Attempts to sign in a minute and address, unless set otherwise.
pub const SIGN_INS: NonZeroU32 = NonZeroU32::new(5).expect("not zero");
/// How many seconds' worth may come at once, unless set otherwise.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

/// Limits public calls by address and in all, and attempts to sign in.
pub struct Limiter {
    calls: Option<(DefaultKeyedRateLimiter<IpAddr>, NonZeroU32)>,
    all: Option<(DefaultDirectRateLimiter, NonZeroU32)>,
    /// Never switched off: it stands between guesses and the dashboard.
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limiter {
    pub fn new(config: &Config) -> Self {
        let by_address = config.rate_limit.and_then(NonZeroU32::new);
        let calls = by_address.map(|rate| {
            let burst = config.rate_burst.unwrap_or(rate.saturating_mul(BURST));
            let quota = Quota::per_second(rate).allow_burst(burst);
            (RateLimiter::keyed(quota), burst)
        });
        let in_all = config.total_rate_limit.and_then(NonZeroU32::new);
        Self {
            calls,
            all: in_all.map(|rate| (RateLimiter::direct(Quota::per_second(rate)), rate)),
            sign_ins: RateLimiter::keyed(Quota::per_minute(config.sign_in_limit)),
        }
    }

    /// Takes one call from what `address` has left. Without an address (nested in an app that does
    /// not tell it) only all addresses together are limited.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn take(&self, address: Option<IpAddr>) -> Result<(), ApiError> {
        self.take_at_most(address, |_| NonZeroU32::MIN.into())
    }

    /// Takes what a call costs beyond one: together no more than may come at once, as it could
    /// never be had.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`].
    pub fn take_more(&self, address: Option<IpAddr>, more: u32) -> Result<(), ApiError> {
        self.take_at_most(address, |burst| more.min(burst.get() - 1))
    }

    fn take_at_most(
        &self,
        address: Option<IpAddr>,
        cost: impl Fn(NonZeroU32) -> u32,
    ) -> Result<(), ApiError> {
        let cost = |burst| NonZeroU32::new(cost(burst));
        if let (Some((calls, burst)), Some(address)) = (&self.calls, address)
            && let Some(cost) = cost(*burst)
        {
            taken(calls.check_key_n(&network(address), cost))?;
        }
        if let Some((all, burst)) = &self.all
            && let Some(cost) = cost(*burst)
        {
            taken(all.check_n(cost))?;
        }
        Ok(())
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
        if let Some((calls, _)) = &self.calls {
            calls.retain_recent();
        }
        self.sign_ins.retain_recent();
    }
}

type Early = NotUntil<<DefaultClock as Clock>::Instant>;

fn taken(taken: Result<Result<(), Early>, InsufficientCapacity>) -> Result<(), ApiError> {
    match taken {
        Ok(Ok(())) => Ok(()),
        Ok(Err(early)) => Err(ApiError::RateLimited(wait(&early))),
        // No cost is above what may come at once.
        Err(InsufficientCapacity(_)) => Err(ApiError::RateLimited(1)),
    }
}

/// Whole seconds until it may be tried again.
fn wait(early: &Early) -> u64 {
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

    fn limiter(by_address: Option<u32>, in_all: Option<u32>) -> Limiter {
        Limiter::new(&Config {
            rate_limit: by_address,
            total_rate_limit: in_all,
            ..Config::in_folder("")
        })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn one_address_runs_dry_and_another_does_not() {
        let limiter = limiter(Some(1), None);
        for _ in 0..10 {
            limiter.take(Some(address(1))).expect("the burst");
        }
        let refused = limiter.take(Some(address(1)));
        assert!(matches!(refused, Err(ApiError::RateLimited(_))));
        limiter.take(Some(address(2))).expect("another address");
        for _ in 0..1_000 {
            limiter.take(None).expect("no address, no limit");
        }
    }

    #[test]
    fn all_addresses_together_run_dry_too() {
        let limiter = limiter(None, Some(2));
        limiter.take(Some(address(1))).expect("the first");
        limiter.take(Some(address(2))).expect("the second");
        let refused = limiter.take(Some(address(3)));
        assert!(matches!(refused, Err(ApiError::RateLimited(_))));
    }

    #[test]
    fn a_call_that_costs_more_than_may_come_at_once_is_taken_with_nothing_else() {
        for (by_address, in_all) in [(Some(1), None), (None, Some(5)), (None, Some(1))] {
            let limiter = limiter(by_address, in_all);
            limiter.take(Some(address(1))).expect("the first");
            limiter
                .take_more(Some(address(1)), 10)
                .expect("the rest of it");
            let refused = limiter.take(Some(address(1)));
            assert!(matches!(refused, Err(ApiError::RateLimited(_))));
        }
    }

    #[test]
    fn the_sixth_attempt_to_sign_in_waits_even_if_nothing_else_is_limited() {
        let limiter = limiter(None, None);
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
