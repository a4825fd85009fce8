use clap::Subcommand;
use workflowai_feedback_server::Scope;

use super::storage::{Storage, day, tenant};
use super::{Failure, table};

#[derive(Subcommand)]
pub enum ApiKey {
    /// Makes a key and prints it alone, this once
    New {
        /// The tenant it belongs to
        #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
        tenant: String,
        /// What it may do: mint, read, annotate, erase, context, admin
        #[arg(
            long,
            value_name = "SCOPE,…",
            value_delimiter = ',',
            default_value = "mint,read,annotate,context",
            value_parser = scope
        )]
        scopes: Vec<Scope>,
        #[command(flatten)]
        storage: Storage,
    },
    /// Lists the keys by their id and first characters
    List {
        #[command(flatten)]
        storage: Storage,
    },
    /// Ends a key at once and for good
    Revoke {
        /// The key's id, as list shows it
        id: String,
        #[command(flatten)]
        storage: Storage,
    },
}

impl ApiKey {
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::New {
                tenant,
                scopes,
                storage,
            } => {
                println!(
                    "{}",
                    storage.open().await?.new_api_key(&tenant, &scopes).await?
                );
            }
            Self::List { storage } => {
                let keys = storage.open().await?.api_keys().await?;
                let rows = keys.into_iter().map(|key| {
                    let state = key
                        .revoked_at
                        .map_or("active".into(), |at| format!("revoked {}", day(at)));
                    let used = key.last_used_at.map_or("never".into(), day);
                    let made = day(key.created_at);
                    [
                        key.id,
                        key.tenant,
                        format!("{}…", key.hint),
                        key.scopes,
                        made,
                        used,
                        state,
                    ]
                });
                let heading = [
                    "id",
                    "tenant",
                    "key",
                    "scopes",
                    "made",
                    "last used",
                    "state",
                ];
                table::print(heading, rows);
            }
            Self::Revoke { id, storage } => {
                if !storage.open().await?.revoke_api_key(&id).await? {
                    return Err(Failure(format!(
                        "there is no active API key with the id {id}; api-key list shows them"
                    )));
                }
            }
        }
        Ok(())
    }
}

fn scope(name: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    Scope::parse(name).ok_or_else(|| format!("there is no such scope; there are: {}", known()))
}
