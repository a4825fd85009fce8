use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::any::AnyArguments;
use sqlx::query::QueryAs;
use sqlx::{Any, AnyConnection, AnyPool, Connection};
use uuid::Uuid;
use workflowai_feedback_protocol::Outcome;

use super::aggregates::{Deltas, Vote};
use super::engine::Engine;
use super::link::Link;
use super::{Storage, StorageError, contexts};
use crate::clock::now;
use crate::secret;

/// The name of the key of the hashes that are made now. One of earlier hashes, where a backup brought a
/// key of its own, has something behind it.
const KEY: &str = "erasure_key";
/// Entries that one transaction of retention drops: short enough that no vote waits long for it.
const BATCH: u32 = 500;
/// Times the log is tried to clear before it is left to the next time.
const CLEARINGS: u32 = 20;

/// What a statement that deletes entries must return.
const RETURNING: &str = "RETURNING tenant, agent, outcome, created_at,
    CAST(CASE WHEN comment IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_comment";

#[derive(sqlx::FromRow)]
struct Row {
    tenant: String,
    agent: String,
    outcome: Option<String>,
    has_comment: i64,
    created_at: i64,
}

type Delete<'q> = QueryAs<'q, Any, Row, AnyArguments>;

/// Deletes entries. History, intents and reasons go with them. Returns how many.
async fn delete(
    connection: &mut AnyConnection,
    delete: Delete<'_>,
    deltas: &mut Deltas,
) -> Result<u64, sqlx::Error> {
    let rows = delete.fetch_all(connection).await?;
    for row in &rows {
        if let Some(outcome) = row.outcome.as_deref().and_then(Outcome::parse) {
            let vote = Vote {
                outcome,
                has_comment: row.has_comment == 1,
                created_at: row.created_at,
            };
            deltas.subtract(&row.tenant, &row.agent, vote);
        }
    }
    Ok(rows.len() as u64)
}

/// Deletes what a person had left until `until`.
async fn delete_person(
    connection: &mut AnyConnection,
    tenant: &str,
    user: &str,
    until: i64,
    shard: i64,
    deltas: &mut Deltas,
) -> Result<u64, sqlx::Error> {
    contexts::erase(connection, tenant, user, until, shard).await?;
    let sql = format!(
        "DELETE FROM feedback
         WHERE tenant = $1 AND user_id = $2 AND user_id <> '' AND created_at <= $3 {RETURNING}"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(tenant.to_owned())
        .bind(user.to_owned())
        .bind(until);
    delete(connection, query, deltas).await
}

/// Who was erased, and when last.
#[derive(Default)]
pub struct Erasures {
    keys: Vec<String>,
    at: HashMap<(String, Vec<u8>), i64>,
}

impl Erasures {
    /// Reads them.
    pub async fn read(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let keys = keys(connection).await?;
        let rows: Vec<(String, Vec<u8>, i64)> =
            sqlx::query_as("SELECT tenant, hash, erased_at FROM erasures")
                .fetch_all(connection)
                .await?;
        let at = rows
            .into_iter()
            .map(|(tenant, hash, at)| ((tenant, hash), at));
        Ok(Self {
            keys,
            at: at.collect(),
        })
    }

    /// Erases everybody again who is among them, in a database that was restored, and keeps them
    /// in it. Returns how many entries went.
    pub async fn apply(
        &self,
        connection: &mut AnyConnection,
        shard: i64,
    ) -> Result<u64, StorageError> {
        if self.at.is_empty() {
            return Ok(0);
        }
        add_keys(connection, &self.keys).await?;
        for ((tenant, hash), at) in &self.at {
            remember(connection, tenant, hash, *at).await?;
        }
        let people: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT tenant, user_id FROM feedback WHERE user_id <> ''
                 UNION SELECT DISTINCT tenant, user_id FROM contexts WHERE user_id <> ''",
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut deltas = Deltas::default();
        let mut erased = 0;
        for (tenant, user) in people {
            let erasures = self.keys.iter().filter_map(|key| {
                let hash = hash(key, &tenant, &user);
                self.at.get(&(tenant.clone(), hash))
            });
            if let Some(at) = erasures.max() {
                erased +=
                    delete_person(connection, &tenant, &user, *at, shard, &mut deltas).await?;
            }
        }
        deltas.write(&mut Link::Any(connection), shard).await?;
        Ok(erased)
    }
}

/// What is kept of an erased person.
fn hash(key: &str, tenant: &str, user: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length is a key");
    mac.update(tenant.as_bytes());
    // In no id.
    mac.update(&[0]);
    mac.update(user.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Every key that hashes were made with.
async fn keys(connection: &mut AnyConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT value FROM settings WHERE name = $1 OR name LIKE $2")
        .bind(KEY)
        .bind(format!("{KEY} %"))
        .fetch_all(connection)
        .await
}

/// Keeps keys beside those that are there: a hash says nothing without the one it was made with.
async fn add_keys(connection: &mut AnyConnection, added: &[String]) -> Result<(), sqlx::Error> {
    let mut there = keys(connection).await?;
    for key in added {
        if there.contains(key) {
            continue;
        }
        let name = if there.is_empty() {
            KEY.to_owned()
        } else {
            format!("{KEY} {}", Uuid::now_v7())
        };
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2)")
            .bind(name)
            .bind(key)
            .execute(&mut *connection)
            .await?;
        there.push(key.clone());
    }
    Ok(())
}

async fn remember(
    connection: &mut AnyConnection,
    tenant: &str,
    hash: &[u8],
    at: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO erasures (tenant, hash, erased_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, hash) DO UPDATE SET erased_at = excluded.erased_at
         WHERE excluded.erased_at > erasures.erased_at",
    )
    .bind(tenant)
    .bind(hash)
    .bind(at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The key of the hashes, which whoever needs it first makes.
async fn key(connection: &mut AnyConnection) -> Result<String, sqlx::Error> {
    sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(KEY)
        .bind(secret::random())
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar("SELECT value FROM settings WHERE name = $1")
        .bind(KEY)
        .fetch_one(connection)
        .await
}

/// Copies the log of `SQLite` back and empties it. False if somebody reads all the while.
async fn clear_log(pool: AnyPool) -> Result<bool, sqlx::Error> {
    for _ in 0..CLEARINGS {
        let mut connection = pool.acquire().await?;
        // Votes wait as long as it waits for readers.
        sqlx::raw_sql("PRAGMA busy_timeout = 50")
            .execute(&mut *connection)
            .await?;
        let busy = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut *connection)
            .await;
        sqlx::raw_sql("PRAGMA busy_timeout = 5000")
            .execute(&mut *connection)
            .await?;
        let busy: i64 = busy?;
        if busy == 0 {
            return Ok(true);
        }
        drop(connection);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(false)
}

impl Storage {
    /// Erases everything of one end user: votes, tombstones, history, contexts. A keyed hash is kept, for
    /// backups that are restored later. Returns how many entries.
    pub async fn erase(&self, tenant: &str, user: &str) -> Result<u64, StorageError> {
        let mut transaction = self.begin_long().await?;
        let key = key(&mut transaction).await?;
        let now = now();
        remember(&mut transaction, tenant, &hash(&key, tenant, user), now).await?;
        let mut deltas = Deltas::default();
        let erased =
            delete_person(&mut transaction, tenant, user, now, self.shard, &mut deltas).await?;
        deltas
            .write(&mut Link::Any(&mut transaction), self.shard)
            .await?;
        transaction.commit().await?;
        self.is_uncleared.store(true, Ordering::SeqCst);
        self.clear_log().await;
        Ok(erased)
    }

    /// Overwrites on the disk of `SQLite` what was erased since the last time: until then it can be read
    /// in the log beside the file, and in the file, where the log was not copied back to. What is being
    /// read prevents it; then it is for the next time.
    pub async fn clear_log(&self) {
        if self.engine != Engine::Sqlite || !self.is_uncleared.swap(false, Ordering::SeqCst) {
            return;
        }
        // Whoever asked may hang up: that must not end it half-way.
        let cleared = tokio::spawn(clear_log(self.write.clone())).await;
        match cleared {
            Ok(Ok(true)) => return,
            Ok(Ok(false)) => {
                tracing::warn!(
                    "what was erased stays in the log of the database: it is being read"
                );
            }
            Ok(Err(error)) => tracing::error!(%error, "the log of the database was not cleared"),
            Err(error) => tracing::error!(%error, "the log of the database was not cleared"),
        }
        self.is_uncleared.store(true, Ordering::SeqCst);
    }

    /// Drops every entry of a tenant made before `before`, in short transactions. Returns how many.
    pub async fn drop_older(&self, tenant: &str, before: i64) -> Result<u64, StorageError> {
        let mut dropped = 0;
        for which in ["NOT NULL", "NULL"] {
            dropped += self.drop_batches(tenant, which, before).await?;
        }
        self.drop_older_contexts(tenant, before).await?;
        self.drop_older_people(tenant, before).await?;
        if dropped > 0 {
            self.is_uncleared.store(true, Ordering::SeqCst);
        }
        Ok(dropped)
    }

    async fn drop_batches(
        &self,
        tenant: &str,
        outcome_is: &str,
        before: i64,
    ) -> Result<u64, StorageError> {
        let mut dropped = 0;
        loop {
            // Once more outside: a row that was waited for may be a new vote by then.
            let sql = format!(
                "DELETE FROM feedback WHERE id IN (
                     SELECT id FROM feedback
                     WHERE tenant = $1 AND created_at < $2 AND outcome IS {outcome_is}
                     ORDER BY created_at LIMIT {BATCH}
                 ) AND created_at < $2 AND outcome IS {outcome_is} {RETURNING}"
            );
            let mut connection = self.write.acquire().await?;
            let mut transaction = connection.begin_with(self.engine.begin()).await?;
            let query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(tenant.to_owned())
                .bind(before);
            let mut deltas = Deltas::default();
            let batch = delete(&mut transaction, query, &mut deltas).await?;
            deltas
                .write(&mut Link::Any(&mut transaction), self.shard)
                .await?;
            transaction.commit().await?;
            dropped += batch;
            if batch < u64::from(BATCH) {
                return Ok(dropped);
            }
        }
    }
}
