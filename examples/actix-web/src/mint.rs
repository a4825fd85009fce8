use std::time::{Duration, SystemTime, UNIX_EPOCH};

use workflowai_feedback_protocol::FieldError;
use workflowai_feedback_protocol::token::{Claims, SigningKey};

/// Signs the right of one person to vote on one run, from now on for so long.
pub fn feedback_token(
    key: &SigningKey,
    (agent, run, user): (&str, &str, &str),
    lasts: Duration,
) -> Result<String, FieldError> {
    let ends = SystemTime::now() + lasts;
    let ends = ends.duration_since(UNIX_EPOCH).unwrap_or_default();
    key.mint(&Claims {
        agent: agent.to_owned(),
        run: run.to_owned(),
        user: Some(user.to_owned()),
        expires_at: i64::try_from(ends.as_secs()).ok(),
    })
}
