//! What was rated: the input and output of a run, as a backend stored it.

use sqlx::AnyConnection;

use super::{Storage, StorageError};
use crate::clock::{DAY, now};
use crate::context::{Context, Kind};

/// How long it stays without a vote on its run.
const UNRATED_LIFE: i64 = 30 * DAY;
/// Rows that one transaction of cleaning looks at.
const BATCH: u32 = 100;
/// zstd's own usual level.
const LEVEL: i32 = 3;

/// What a run is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// The tenant.
    pub tenant: String,
    /// The agent.
    pub agent: String,
    /// The run.
    pub id: String,
}

/// Bytes that went, by tenant.
#[derive(sqlx::FromRow)]
struct Gone {
    tenant: String,
    size: i64,
}

impl Storage {
    /// Stores the context of a run in the place of any before, and whose run it was. False if the
    /// tenant's contexts would take more than `quota` bytes.
    pub async fn put_context(
        &self,
        run: &Run,
        user: &str,
        context: &Context,
        quota: i64,
    ) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        if !self
            .put(&mut transaction, run, user, context, quota)
            .await?
        {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Stores several in one transaction, whatever they take.
    pub async fn load_contexts(
        &self,
        contexts: impl Iterator<Item = (Run, Context)> + Send,
    ) -> Result<(), StorageError> {
        let mut transaction = self.begin().await?;
        for (run, context) in contexts {
            self.put(&mut transaction, &run, "", &context, i64::MAX)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn put(
        &self,
        connection: &mut AnyConnection,
        run: &Run,
        user: &str,
        context: &Context,
        quota: i64,
    ) -> Result<bool, StorageError> {
        let body = zstd::bulk::compress(context.text.as_bytes(), LEVEL)
            .map_err(|_| StorageError::Unreadable("context"))?;
        let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let now = now();
        // A row to lock, so that two machines do not both take the place of the same one.
        sqlx::query(
            "INSERT INTO contexts (tenant, agent, run, user_id, kind, body, size, stored_at, due_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)
             ON CONFLICT (tenant, agent, run) DO NOTHING",
        )
        .bind(&run.tenant)
        .bind(&run.agent)
        .bind(&run.id)
        .bind(user)
        .bind(context.kind.as_str())
        .bind(body.as_slice())
        .bind(now)
        .bind(now + UNRATED_LIFE)
        .execute(&mut *connection)
        .await?;
        let lock = if self.engine.has_row_locks() {
            " FOR UPDATE"
        } else {
            ""
        };
        let sql = format!(
            "SELECT size FROM contexts WHERE tenant = $1 AND agent = $2 AND run = $3{lock}"
        );
        let before: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(&run.tenant)
            .bind(&run.agent)
            .bind(&run.id)
            .fetch_one(&mut *connection)
            .await?;
        let taken: i64 = sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM context_usage WHERE tenant = $1",
        )
        .bind(&run.tenant)
        .fetch_one(&mut *connection)
        .await?;
        let more = size - before;
        if taken.saturating_add(more) > quota {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE contexts SET user_id = $4, kind = $5, body = $6, size = $7, stored_at = $8,
                 due_at = $9
             WHERE tenant = $1 AND agent = $2 AND run = $3",
        )
        .bind(&run.tenant)
        .bind(&run.agent)
        .bind(&run.id)
        .bind(user)
        .bind(context.kind.as_str())
        .bind(body.as_slice())
        .bind(size)
        .bind(now)
        .bind(now + UNRATED_LIFE)
        .execute(&mut *connection)
        .await?;
        use_more(connection, &run.tenant, self.shard, more).await?;
        Ok(true)
    }

    /// What was stored with a run.
    pub async fn context(&self, run: &Run) -> Result<Option<Context>, StorageError> {
        let row: Option<(String, Vec<u8>)> = sqlx::query_as(
            "SELECT kind, body FROM contexts WHERE tenant = $1 AND agent = $2 AND run = $3",
        )
        .bind(&run.tenant)
        .bind(&run.agent)
        .bind(&run.id)
        .fetch_optional(&self.read)
        .await?;
        let unreadable = || StorageError::Unreadable("context");
        row.map(|(kind, body)| {
            let text = zstd::bulk::decompress(&body, Context::BYTES).map_err(|_| unreadable())?;
            Ok(Context {
                kind: Kind::parse(&kind).ok_or_else(unreadable)?,
                text: String::from_utf8(text).map_err(|_| unreadable())?,
            })
        })
        .transpose()
    }

    /// Removes what was stored with a run. False if there is none.
    pub async fn remove_context(&self, run: &Run) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        let gone: Vec<Gone> = sqlx::query_as(
            "DELETE FROM contexts WHERE tenant = $1 AND agent = $2 AND run = $3
             RETURNING tenant, size",
        )
        .bind(&run.tenant)
        .bind(&run.agent)
        .bind(&run.id)
        .fetch_all(&mut *transaction)
        .await?;
        let removed = free(&mut transaction, self.shard, &gone).await?;
        transaction.commit().await?;
        Ok(removed > 0)
    }

    /// Drops what has been without a vote for 30 days. What has one is looked at again after as
    /// long. Returns how many went.
    pub async fn drop_unrated(&self) -> Result<u64, StorageError> {
        let mut dropped = 0;
        loop {
            let now = now();
            let mut transaction = self.begin().await?;
            let due: Vec<(String, String, String, i64)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "SELECT tenant, agent, run, CAST(CASE WHEN EXISTS (
                     SELECT 1 FROM feedback WHERE feedback.tenant = contexts.tenant
                         AND feedback.agent = contexts.agent AND feedback.run = contexts.run
                         AND feedback.outcome IS NOT NULL
                 ) THEN 1 ELSE 0 END AS BIGINT)
                 FROM contexts WHERE due_at <= $1 ORDER BY due_at, tenant, agent, run LIMIT {BATCH}"
            )))
                .bind(now)
                .fetch_all(&mut *transaction)
                .await?;
            let last = due.len() < BATCH as usize;
            for (tenant, agent, run, rated) in due {
                if rated == 1 {
                    sqlx::query(
                        "UPDATE contexts SET due_at = $4
                         WHERE tenant = $1 AND agent = $2 AND run = $3",
                    )
                    .bind(tenant)
                    .bind(agent)
                    .bind(run)
                    .bind(now + UNRATED_LIFE)
                    .execute(&mut *transaction)
                    .await?;
                    continue;
                }
                let gone: Vec<Gone> = sqlx::query_as(
                    "DELETE FROM contexts WHERE tenant = $1 AND agent = $2 AND run = $3
                     RETURNING tenant, size",
                )
                .bind(tenant)
                .bind(agent)
                .bind(run)
                .fetch_all(&mut *transaction)
                .await?;
                dropped += free(&mut transaction, self.shard, &gone).await?;
            }
            transaction.commit().await?;
            if last {
                return Ok(dropped);
            }
        }
    }

    /// Drops a tenant's contexts stored before `before`, in short transactions.
    pub(super) async fn drop_older_contexts(
        &self,
        tenant: &str,
        before: i64,
    ) -> Result<(), StorageError> {
        loop {
            let mut transaction = self.begin().await?;
            let gone: Vec<Gone> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
                "DELETE FROM contexts WHERE (tenant, agent, run) IN (
                     SELECT tenant, agent, run FROM contexts
                     WHERE tenant = $1 AND stored_at < $2 ORDER BY stored_at LIMIT {BATCH}
                 ) RETURNING tenant, size"
            )))
            .bind(tenant)
            .bind(before)
            .fetch_all(&mut *transaction)
            .await?;
            let dropped = free(&mut transaction, self.shard, &gone).await?;
            transaction.commit().await?;
            if dropped < u64::from(BATCH) {
                return Ok(());
            }
        }
    }
}

/// Erases the contexts of a person that were stored until `until`: of runs that were theirs, and of
/// runs of nobody in particular that no other named user has voted on. To be called before their
/// votes go.
pub async fn erase(
    connection: &mut AnyConnection,
    tenant: &str,
    user: &str,
    until: i64,
    shard: i64,
) -> Result<u64, sqlx::Error> {
    let mut erased = 0;
    for sql in [
        "DELETE FROM contexts WHERE tenant = $1 AND user_id = $2 AND stored_at <= $3
         RETURNING tenant, size",
        "DELETE FROM contexts WHERE tenant = $1 AND user_id = '' AND stored_at <= $3
             AND (agent, run) IN (SELECT agent, run FROM feedback
                 WHERE feedback.tenant = $1 AND feedback.user_id = $2
                     AND feedback.user_id <> '')
             AND NOT EXISTS (SELECT 1 FROM feedback WHERE feedback.tenant = contexts.tenant
                 AND feedback.agent = contexts.agent AND feedback.run = contexts.run
                 AND feedback.user_id <> $2 AND feedback.user_id <> ''
                 AND feedback.outcome IS NOT NULL)
         RETURNING tenant, size",
    ] {
        let gone: Vec<Gone> = sqlx::query_as(sql)
            .bind(tenant)
            .bind(user)
            .bind(until)
            .fetch_all(&mut *connection)
            .await?;
        erased += free(connection, shard, &gone).await?;
    }
    Ok(erased)
}

/// Takes what went from what is used. Returns how many went.
async fn free(
    connection: &mut AnyConnection,
    shard: i64,
    gone: &[Gone],
) -> Result<u64, sqlx::Error> {
    for Gone { tenant, size } in gone {
        use_more(connection, tenant, shard, -size).await?;
    }
    Ok(gone.len() as u64)
}

async fn use_more(
    connection: &mut AnyConnection,
    tenant: &str,
    shard: i64,
    bytes: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO context_usage (tenant, shard, bytes) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, shard) DO UPDATE SET bytes = context_usage.bytes + excluded.bytes",
    )
    .bind(tenant)
    .bind(shard)
    .bind(bytes)
    .execute(connection)
    .await?;
    Ok(())
}
