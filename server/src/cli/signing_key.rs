use std::path::PathBuf;
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use serde_json::json;
use uuid::Uuid;
use workflowai_feedback_protocol::check_id;
use workflowai_feedback_protocol::token::Algorithm;

use super::storage::{Storage, day, tenant};
use super::{Failure, table};

#[derive(Subcommand)]
pub enum SigningKey {
    /// Makes a key and prints {kid, alg, secret} as JSON, this once
    New {
        /// HS256 shares one secret with the backend; the secret of `EdDSA` is a private key (PKCS #8 PEM)
        #[arg(long, value_name = "ALG", default_value = "HS256")]
        alg: Alg,
        /// The tenant whose votes its tokens cast
        #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
        tenant: String,
        #[command(flatten)]
        storage: Storage,
    },
    /// Adds the public key of a backend that signs by itself; prints its {kid, alg}
    Add {
        /// Ed25519 public key in PEM
        #[arg(long, value_name = "FILE")]
        public_key: PathBuf,
        /// The id that the tokens' headers carry; made up if not given
        #[arg(long, value_name = "KID", value_parser = kid)]
        kid: Option<String>,
        /// The tenant whose votes its tokens cast
        #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
        tenant: String,
        #[command(flatten)]
        storage: Storage,
    },
    /// Lists the keys, without their secrets
    List {
        #[command(flatten)]
        storage: Storage,
    },
    /// Ends a key; another signs from now on
    Retire {
        /// The key's id, as list shows it
        kid: String,
        /// How long its tokens are still taken
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        grace: u32,
        #[command(flatten)]
        storage: Storage,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Alg {
    #[value(name = "HS256")]
    Hs256,
    #[value(name = "EdDSA")]
    EdDsa,
}

impl From<Alg> for Algorithm {
    fn from(alg: Alg) -> Self {
        match alg {
            Alg::Hs256 => Self::Hs256,
            Alg::EdDsa => Self::EdDsa,
        }
    }
}

impl SigningKey {
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::New {
                alg,
                tenant,
                storage,
            } => {
                let key = storage
                    .open()
                    .await?
                    .new_signing_key(&tenant, alg.into())
                    .await?;
                let shown = json!({
                    "kid": key.kid(),
                    "alg": key.algorithm().as_str(),
                    "secret": key.secret(),
                });
                println!("{shown}");
            }
            Self::Add {
                public_key,
                kid,
                tenant,
                storage,
            } => {
                let file = public_key.display();
                let pem = std::fs::read_to_string(&public_key)
                    .map_err(|error| Failure(format!("cannot read {file}: {error}")))?;
                let kid = kid.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
                let added = storage
                    .open()
                    .await?
                    .add_public_key(&tenant, &kid, &pem)
                    .await?;
                if !added.map_err(|error| Failure(format!("{file} is {error}")))? {
                    return Err(Failure(format!("there is a key with the id {kid} already")));
                }
                println!(
                    "{}",
                    json!({ "kid": kid, "alg": Algorithm::EdDsa.as_str() })
                );
            }
            Self::List { storage } => {
                let keys = storage.open().await?.signing_keys().await?;
                let rows = keys.into_iter().map(|key| {
                    let state = key
                        .retired_at
                        .map_or("active".into(), |at| format!("retired {}", day(at)));
                    [
                        key.kid,
                        key.algorithm,
                        key.tenant,
                        day(key.created_at),
                        state,
                    ]
                });
                table::print(["kid", "alg", "tenant", "made", "state"], rows);
            }
            Self::Retire {
                kid,
                grace,
                storage,
            } => {
                let grace = Duration::from_secs(grace.into());
                if !storage
                    .open()
                    .await?
                    .retire_signing_key(&kid, grace)
                    .await?
                {
                    return Err(Failure(format!(
                        "there is no signing key with the id {kid}; signing-key list shows them"
                    )));
                }
            }
        }
        Ok(())
    }
}

fn kid(text: &str) -> Result<String, String> {
    check_id("kid", text).map_err(|error| error.problem)?;
    Ok(text.to_owned())
}
