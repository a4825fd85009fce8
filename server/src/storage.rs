//! Everything that touches the database. The SQL is what both `SQLite` and `PostgreSQL` read.

mod aggregates;
mod annotate;
mod api_keys;
mod bulk;
mod checkpoint;
mod contexts;
mod copy;
mod engine;
mod erase;
mod feedback;
mod file;
mod filter;
mod history;
mod link;
mod migrations;
mod open;
mod people;
mod reasons;
mod rows;
mod search;
mod settings;
mod signing_keys;
mod tables;
mod team;
mod triage;
mod users;
mod views;
mod webhook_queue;
mod webhooks;
mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{Notify, mpsc};

use engine::Engine;
use file::File;

pub use aggregates::{AgentTotals, BUCKET, Totals};
pub use annotate::Mark;
pub use api_keys::ApiKeyInfo;
pub use bulk::{Loaded, LoadedMark};
pub use contexts::Run;
pub use copy::{Copied, CopyError};
pub use feedback::{Count, Entry};
pub use filter::Filter;
pub use history::Past;
pub use open::{OpenError, Opened, Place, check, open};
pub use reasons::Reasons;
pub use signing_keys::SigningKeyInfo;
pub use team::{ADMIN, Invitation, Joined, Newcomer, VIEWER};
pub use triage::{Assign, Assignee, Triage};
pub use users::{Person, SESSION_LIFE};
pub use views::View;
pub use webhook_queue::{Hook, Queued, Told};
pub use webhooks::{DeadLetter, Delivery, WebhookInfo};
pub use writer::{Change, Key, Write};

/// The first tenant.
pub const DEFAULT_TENANT: &str = "default";

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database's own error.
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    /// `SQLite`'s own error.
    #[error("{0}")]
    File(#[from] rusqlite::Error),
    /// The group of writes that this one was in could not be committed.
    #[error("a group of writes failed: {0}")]
    Group(Arc<Self>),
    /// More writes are waiting than the database takes in a few seconds.
    #[error("too many writes are waiting")]
    Busy,
    /// The receiver is shutting down.
    #[error("the writer has stopped")]
    Stopped,
    /// A token bound to nobody named another user of a run that has its fill of them.
    #[error("the run has as many users as unbound tokens may name")]
    UserLimit,
    /// A stored row is not what this version writes.
    #[error("a stored {0} cannot be read")]
    Unreadable(&'static str),
}

/// The open database.
pub struct Storage {
    engine: Engine,
    /// Readers, several at a time.
    read: AnyPool,
    /// One connection to `SQLite`, which has one writer: waiting here is fairer than in its file
    /// lock.
    write: AnyPool,
    /// `SQLite` without a way to it. It is for whoever holds the connection of `write`.
    file: Option<Arc<File>>,
    /// Whether searches have an index of three-character pieces.
    has_pieces: bool,
    /// Where this process adds up.
    shard: i64,
    queue: mpsc::Sender<writer::Waiting>,
    /// Wakes whoever sends what webhooks are told.
    told: Arc<Notify>,
    /// Whether the log of `SQLite` may hold what was erased.
    is_uncleared: AtomicBool,
}

impl Storage {
    /// Begins a transaction that writes.
    async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        self.write.begin_with(self.engine.begin()).await
    }

    /// Begins one whose statements may take as long as they take: they touch as much as there is.
    async fn begin_long(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        let mut transaction = self.begin().await?;
        if self.engine == Engine::Postgres {
            sqlx::raw_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction)
    }

    /// Answers if the database does.
    pub async fn ping(&self) -> Result<(), StorageError> {
        sqlx::query("SELECT 1 FROM tenants LIMIT 1")
            .execute(&self.read)
            .await?;
        Ok(())
    }
}

/// Makes a tenant if it is missing.
async fn ensure_tenant(
    connection: &mut sqlx::AnyConnection,
    tenant: &str,
    now: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO tenants (id, created_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(tenant)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
