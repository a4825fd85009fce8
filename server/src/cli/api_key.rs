use clap::Subcommand;
use workflowai_feedback_server::Scope;

use super::Failure;
use super::storage::{Storage, tenant};

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
}

impl ApiKey {
    pub async fn run(self) -> Result<(), Failure> {
        let Self::New {
            tenant,
            scopes,
            storage,
        } = self;
        let key = storage.open().await?.new_api_key(&tenant, &scopes).await?;
        println!("{key}");
        Ok(())
    }
}

fn scope(name: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.map(Scope::as_str).join(", ");
    Scope::parse(name).ok_or_else(|| format!("there is no such scope; there are: {}", known()))
}
