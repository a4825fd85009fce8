use clap::Subcommand;
use serde_json::json;
use workflowai_feedback_server::{Event, NewWebhook};

use super::storage::{Storage, tenant};
use super::{Failure, table};

/// Rows that log and dead list.
const ROWS: u32 = 100;

#[derive(Subcommand)]
pub enum Webhook {
    /// Adds an address, and prints {id, secret} as JSON, this once
    Add {
        /// Where messages go: https, and reached by everybody
        url: String,
        /// The tenant whose votes it is told of
        #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
        tenant: String,
        /// How messages look: standard (Standard Webhooks) or slack
        #[arg(long, value_name = "FORM", default_value = "standard")]
        form: String,
        /// What they tell; everything if not given: voted, changed, retracted, annotated, `share_dropped`
        #[arg(long, value_name = "EVENT,…", value_delimiter = ',')]
        events: Vec<String>,
        /// Takes an address that only this machine or its network reaches; `serve` wants it too
        #[arg(long)]
        allow_private_webhooks: bool,
        #[command(flatten)]
        storage: Storage,
    },
    /// Lists the addresses, and how many messages wait and were given up
    List {
        #[command(flatten)]
        storage: Storage,
    },
    /// Removes an address, and what it was still to be told
    Remove {
        #[command(flatten)]
        which: Which,
    },
    /// Lists what became of its last messages
    Log {
        #[command(flatten)]
        which: Which,
    },
    /// Lists its messages that were given up
    Dead {
        #[command(flatten)]
        which: Which,
    },
    /// Sends again what was given up
    Retry {
        #[command(flatten)]
        which: Which,
    },
}

/// One webhook.
#[derive(clap::Args)]
pub struct Which {
    /// The webhook's id, as list shows it
    id: String,
    /// Its tenant
    #[arg(long, value_name = "T", default_value = "default", value_parser = tenant)]
    tenant: String,
    #[command(flatten)]
    storage: Storage,
}

impl Which {
    fn missing(&self) -> Failure {
        let Self { id, tenant, .. } = self;
        Failure(format!(
            "there is no webhook with the id {id} in {tenant}; webhook list shows them"
        ))
    }
}

impl Webhook {
    pub async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Add {
                url,
                tenant,
                form,
                events,
                allow_private_webhooks,
                storage,
            } => {
                let form = Some(form.as_str());
                let webhook = NewWebhook::checked(&url, form, &events, allow_private_webhooks)?;
                let (id, secret) = storage.open().await?.add_webhook(&tenant, &webhook).await?;
                println!("{}", json!({ "id": id, "secret": secret }));
            }
            Self::List { storage } => list(&storage).await?,
            Self::Remove { which } => {
                let receiver = which.storage.open().await?;
                if !receiver.remove_webhook(&which.tenant, &which.id).await? {
                    return Err(which.missing());
                }
            }
            Self::Log { which } => log(&which).await?,
            Self::Dead { which } => dead(&which).await?,
            Self::Retry { which } => {
                let receiver = which.storage.open().await?;
                let retried = receiver.retry_webhook(&which.tenant, &which.id).await?;
                println!("{}", retried.ok_or_else(|| which.missing())?);
            }
        }
        Ok(())
    }
}

async fn list(storage: &Storage) -> Result<(), Failure> {
    let webhooks = storage.open().await?.webhooks().await?;
    let rows = webhooks.into_iter().map(|webhook| {
        let last = webhook.last.map_or("never sent".into(), |last| {
            let outcome = last.status.map(|status| status.to_string());
            let outcome = outcome.or(last.failure).unwrap_or_default();
            format!("{outcome} {}", time(last.at))
        });
        let events: Vec<_> = webhook.events.into_iter().map(Event::as_str).collect();
        [
            webhook.id,
            webhook.tenant,
            webhook.form.as_str().to_owned(),
            webhook.url,
            events.join(","),
            webhook.waiting.to_string(),
            webhook.dead.to_string(),
            last,
        ]
    });
    let heading = [
        "id", "tenant", "form", "address", "events", "waiting", "dead", "last",
    ];
    table::print(heading, rows);
    Ok(())
}

async fn log(which: &Which) -> Result<(), Failure> {
    let receiver = which.storage.open().await?;
    let deliveries = receiver
        .webhook_deliveries(&which.tenant, &which.id, ROWS)
        .await?;
    let rows = deliveries.ok_or_else(|| which.missing())?;
    let rows = rows.into_iter().map(|delivery| {
        let status = delivery.status.map(|status| status.to_string());
        [
            time(delivery.at),
            delivery.message_id,
            delivery.event,
            status.or(delivery.failure).unwrap_or_default(),
            format!("{} ms", delivery.milliseconds),
        ]
    });
    table::print(["at", "message", "event", "answer", "took"], rows);
    Ok(())
}

async fn dead(which: &Which) -> Result<(), Failure> {
    let receiver = which.storage.open().await?;
    let letters = receiver
        .webhook_dead_letters(&which.tenant, &which.id, ROWS)
        .await?;
    let rows = letters.ok_or_else(|| which.missing())?;
    let rows = rows.into_iter().map(|letter| {
        [
            letter.message_id,
            letter.event,
            letter.feedback_id.unwrap_or_default(),
            time(letter.at),
            letter.tries.to_string(),
            time(letter.dead_at),
        ]
    });
    let heading = ["message", "event", "vote", "at", "tries", "given up"];
    table::print(heading, rows);
    Ok(())
}

/// A time in microseconds, in UTC to the second.
fn time(micros: i64) -> String {
    let time = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
