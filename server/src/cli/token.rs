use std::time::{SystemTime, UNIX_EPOCH};

use clap::Subcommand;
use serde_json::json;
use workflowai_feedback_protocol::FieldError;
use workflowai_feedback_protocol::token::Claims;

use super::Failure;
use super::legacy::Legacy;
use super::serve::Longest;
use super::storage::{Storage, tenant};

#[derive(Subcommand)]
pub enum Token {
    /// Prints a token for one run, and nothing else
    Mint {
        /// The agent that answered
        #[arg(long, value_name = "A")]
        agent: String,
        /// The answer to vote on
        #[arg(long, value_name = "R")]
        run: String,
        /// The tenant whose vote it is
        #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
        tenant: String,
        /// The user it is bound to; without one its holder may vote as any user of this run
        #[arg(long, value_name = "U")]
        user: Option<String>,
        /// How long it lasts; for ever if not given
        #[arg(
            long,
            value_name = "SECONDS",
            value_parser = clap::value_parser!(i64).range(1..=u32::MAX.into())
        )]
        expires_in: Option<i64>,
        #[command(flatten)]
        longest: Longest,
        #[command(flatten)]
        storage: Storage,
    },
    /// Prints as JSON what a token says, or why it is refused
    Inspect {
        /// The token; - reads it from the standard input
        token: String,
        #[command(flatten)]
        legacy: Legacy,
        #[command(flatten)]
        storage: Storage,
    },
}

impl Token {
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Mint {
                agent,
                run,
                tenant,
                user,
                expires_in,
                longest,
                storage,
            } => {
                let longest = longest.max_expires_in;
                if let (Some(seconds), Some(longest)) = (expires_in, longest)
                    && seconds > longest
                {
                    return Err(Failure(format!(
                        "--expires-in must be at most {longest}, the --max-expires-in set"
                    )));
                }
                let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
                let now = i64::try_from(now)?;
                let expires_at = expires_in
                    .or(longest)
                    .map(|seconds| now.saturating_add(seconds));
                let claims = Claims {
                    agent,
                    run,
                    user,
                    expires_at,
                };
                let token = storage.open().await?.mint(&tenant, &claims).await?;
                println!("{}", token.map_err(|error| Failure(flag(&error)))?);
            }
            Self::Inspect {
                token,
                legacy,
                storage,
            } => {
                let token = if token == "-" {
                    std::io::read_to_string(std::io::stdin())?
                } else {
                    token
                };
                let mut config = storage.config()?;
                legacy.apply(&mut config)?;
                let receiver = storage.open_with(config).await?;
                let read = receiver.inspect(token.trim()).await?;
                let (tenant, claims) =
                    read.map_err(|error| Failure(format!("the token {error}")))?;
                let shown = json!({
                    "tenant": tenant,
                    "agent": claims.agent,
                    "run": claims.run,
                    "user": claims.user,
                    "expires_at": claims.expires_at,
                });
                println!("{shown}");
            }
        }
        Ok(())
    }
}

/// A claim's error under the name of its flag.
fn flag(error: &FieldError) -> String {
    let flag = if error.field == "sub" {
        "user"
    } else {
        &error.field
    };
    format!("--{flag} {}", error.problem)
}
