use clap::Args;
use workflowai_feedback_protocol::check_id;
use workflowai_feedback_protocol::token::LegacyKey;
use workflowai_feedback_server::Config;

use super::Failure;

/// What the original service's tokens are read with.
#[derive(Args)]
pub struct Legacy {
    /// Accepts tokens of the original service, signed with this key
    #[arg(
        long,
        value_name = "BASE64",
        env = "WORKFLOWAI_FEEDBACK_LEGACY_HMAC_KEY",
        hide_env_values = true
    )]
    legacy_hmac_key: Option<String>,
    /// Names an agent of those tokens, as `legacy-1-2=support-chat`; may be given again
    #[arg(
        long,
        value_name = "legacy-T-U=AGENT",
        env = "WORKFLOWAI_FEEDBACK_LEGACY_AGENT",
        value_delimiter = ',',
        value_parser = named
    )]
    legacy_agent: Vec<(String, String)>,
}

impl Legacy {
    pub fn apply(self, config: &mut Config) -> Result<(), Failure> {
        let key = self.legacy_hmac_key.as_deref().map(LegacyKey::from_base64);
        config.legacy_key = key
            .transpose()
            .map_err(|error| Failure(format!("--legacy-hmac-key is {error}")))?;
        config.legacy_agents = self.legacy_agent.into_iter().collect();
        Ok(())
    }
}

fn named(text: &str) -> Result<(String, String), String> {
    let (number, agent) = text.split_once('=').unwrap_or((text, ""));
    let numbers = number.strip_prefix("legacy-").unwrap_or_default();
    let numbers = numbers.split('-').map(str::parse::<u64>);
    let is_legacy = matches!(numbers.collect::<Vec<_>>()[..], [Ok(_), Ok(_)]);
    if !is_legacy || check_id("agent", agent).is_err() {
        return Err("must be as legacy-1-2=support-chat".into());
    }
    Ok((number.to_owned(), agent.to_owned()))
}
