use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use workflowai_feedback_server::Config;

use super::connections::Patience;

/// How much of everything there may be, and how long it may take.
#[derive(Args)]
pub struct Limits {
    /// Public calls a second and address, or off
    #[arg(
        long,
        value_name = "N|off",
        env = "WORKFLOWAI_FEEDBACK_RATE_LIMIT",
        default_value = "20"
    )]
    rate_limit: RateLimit,
    /// Public calls of one address that may come at once; ten seconds' worth if not given
    #[arg(long, value_name = "N", env = "WORKFLOWAI_FEEDBACK_RATE_BURST")]
    rate_burst: Option<NonZeroU32>,
    /// Public calls a second from all addresses together, or off
    #[arg(
        long,
        value_name = "N|off",
        env = "WORKFLOWAI_FEEDBACK_TOTAL_RATE_LIMIT",
        default_value = "5000"
    )]
    total_rate_limit: RateLimit,
    /// Attempts to sign in a minute and address
    #[arg(
        long,
        value_name = "N",
        env = "WORKFLOWAI_FEEDBACK_SIGN_IN_LIMIT",
        default_value = "5"
    )]
    sign_in_limit: NonZeroU32,
    /// Users of one run that tokens bound to nobody may name
    #[arg(
        long,
        value_name = "N",
        env = "WORKFLOWAI_FEEDBACK_USERS_PER_RUN",
        default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    users_per_run: u32,
    /// Connections open at the same time; more wait for one to end
    #[arg(
        long,
        value_name = "N",
        env = "WORKFLOWAI_FEEDBACK_MAX_CONNECTIONS",
        default_value_t = 16_384,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    max_connections: u32,
    /// How long the headers of a request may take to arrive
    #[arg(
        long,
        value_name = "SECONDS",
        env = "WORKFLOWAI_FEEDBACK_HEADER_TIMEOUT",
        default_value = "10"
    )]
    header_timeout: NonZeroU32,
    /// How long the body of a request may take to arrive
    #[arg(
        long,
        value_name = "SECONDS",
        env = "WORKFLOWAI_FEEDBACK_BODY_TIMEOUT",
        default_value = "30"
    )]
    body_timeout: NonZeroU32,
    /// How long a connection may be without a byte in either direction
    #[arg(
        long,
        value_name = "SECONDS",
        env = "WORKFLOWAI_FEEDBACK_IDLE_TIMEOUT",
        default_value = "120"
    )]
    idle_timeout: NonZeroU32,
}

impl Limits {
    /// Sets those that the receiver itself sees to.
    pub fn apply(&self, config: &mut Config) {
        config.rate_limit = self.rate_limit.0;
        config.rate_burst = self.rate_burst;
        config.total_rate_limit = self.total_rate_limit.0;
        config.sign_in_limit = self.sign_in_limit;
        config.users_per_run = self.users_per_run;
        config.body_timeout = seconds(self.body_timeout);
    }

    pub fn connections(&self) -> usize {
        self.max_connections as usize
    }

    pub fn patience(&self) -> Patience {
        Patience {
            headers: seconds(self.header_timeout),
            idle: seconds(self.idle_timeout),
            ..Patience::default()
        }
    }
}

fn seconds(seconds: NonZeroU32) -> Duration {
    Duration::from_secs(seconds.get().into())
}

#[derive(Clone, Copy)]
struct RateLimit(Option<u32>);

impl FromStr for RateLimit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        let number = text.parse().ok().filter(|number| *number > 0);
        number
            .map(|number| Self(Some(number)))
            .ok_or("must be a number above 0, or off")
    }
}
