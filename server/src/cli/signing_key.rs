use clap::{Subcommand, ValueEnum};
use serde_json::json;
use workflowai_feedback_protocol::token::Algorithm;

use super::Failure;
use super::storage::{Storage, tenant};

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
    /// Lists the keys, without their secrets
    List {
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
            Self::List { storage } => {
                for key in storage.open().await?.signing_keys().await? {
                    let state = if key.retired_at.is_some() {
                        "retired"
                    } else {
                        "active"
                    };
                    println!("{}\t{}\t{}\t{state}", key.kid, key.algorithm, key.tenant);
                }
            }
        }
        Ok(())
    }
}
