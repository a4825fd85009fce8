use std::borrow::Cow;
use std::convert::Infallible;
use std::time::Duration;

use sqlx::AnyPool;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::DEFAULT_TENANT;
use super::engine::Engine;
use crate::clock::{SECOND, now};
use crate::secret;

/// Times the lock's own table is tried to make.
const TRIES: u32 = 10;
/// How long one process may hold the lock before another takes it: it is gone then.
const LEASE: i64 = 60 * SECOND;
/// How often the one that migrates says that it is there.
const RENEWAL: Duration = Duration::from_secs(5);

pub enum MigrationError {
    Database(sqlx::Error),
    Newer { found: i64, known: i64 },
    Locked,
}

impl From<sqlx::Error> for MigrationError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// Brings the schema up to date, one process at a time. True if this process is the first
/// to use it.
pub async fn run(pool: &AnyPool, engine: Engine) -> Result<bool, MigrationError> {
    let migrations = engine.migrations();
    let known = engine.newest();
    let mut migrator = Migrator::with_migrations(
        migrations
            .iter()
            .map(|(version, name, sql)| {
                let (name, sql) = (Cow::Borrowed(*name), sqlx::SqlStr::from_static(sql));
                Migration::new(*version, name, MigrationType::Simple, sql, false)
            })
            .collect(),
    );
    // Engines differ in advisory locks, so the lock is a row of our own.
    migrator.set_locking(false);
    make_lease_table(pool).await?;
    let holder = secret::random();
    let deadline = now() + LEASE + 5 * SECOND;
    while !take_lease(pool, &holder).await? {
        if now() > deadline {
            return Err(MigrationError::Locked);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let result = tokio::select! {
        result = migrator.run(pool) => result,
        never = renew_lease(pool, &holder) => match never {},
    };
    // Under the lease, so that one process after the other asks.
    let new = match result {
        Ok(()) => claim_as_new(pool).await,
        Err(_) => Ok(false),
    };
    sqlx::query("DELETE FROM migration_lease WHERE holder = $1")
        .bind(&holder)
        .execute(pool)
        .await?;
    match result {
        Ok(()) => Ok(new?),
        Err(MigrateError::VersionMissing(found)) => Err(MigrationError::Newer { found, known }),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(MigrationError::Database(error))
        }
        Err(error) => Err(MigrationError::Database(error.into())),
    }
}

async fn make_lease_table(pool: &AnyPool) -> Result<(), sqlx::Error> {
    let mut tries = 0;
    loop {
        let made = sqlx::query(
            "CREATE TABLE IF NOT EXISTS migration_lease (
                id BIGINT PRIMARY KEY NOT NULL, holder TEXT NOT NULL, expires_at BIGINT NOT NULL
            )",
        )
        .execute(pool)
        .await;
        tries += 1;
        match made {
            // PostgreSQL fails for the second of two that make it at once.
            Err(sqlx::Error::Database(_)) if tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            made => return made.map(drop),
        }
    }
}

/// True for the one process that finds the first tenant without the time of its making.
async fn claim_as_new(pool: &AnyPool) -> Result<bool, sqlx::Error> {
    let claimed =
        sqlx::query("UPDATE tenants SET created_at = $1 WHERE id = $2 AND created_at = 0")
            .bind(now())
            .bind(DEFAULT_TENANT)
            .execute(pool)
            .await?;
    Ok(claimed.rows_affected() == 1)
}

async fn take_lease(pool: &AnyPool, holder: &str) -> Result<bool, sqlx::Error> {
    let now = now();
    let taken = sqlx::query(
        "INSERT INTO migration_lease (id, holder, expires_at) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE migration_lease.expires_at < $3",
    )
    .bind(holder)
    .bind(now + LEASE)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Keeps the lease for as long as a migration takes. On `SQLite` the migration has the one connection, and
/// the lock of the file, so that nobody can take the lease.
async fn renew_lease(pool: &AnyPool, holder: &str) -> Infallible {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let renewed = sqlx::query("UPDATE migration_lease SET expires_at = $1 WHERE holder = $2")
            .bind(now() + LEASE)
            .bind(holder)
            .execute(pool)
            .await;
        if let Err(error) = renewed {
            tracing::warn!(%error, "the lease of the migration was not renewed");
        }
    }
}
