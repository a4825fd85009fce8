use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sqlx::AnyPool;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;

use super::super::Storage;
use super::super::engine::Engine;
use super::super::migrations;
use super::super::search;
use super::super::writer::{self, Rules, Writer};
use super::{OpenError, Opened, Place, quiet, schema, words};
use crate::metrics::Writes;

const READERS: u32 = 8;
/// The writer's, and some for what people change by hand.
const WRITERS: u32 = 3;
/// For connections that write: somebody who holds a lock must not stop all votes. What they look for has
/// an index, and plans are kept that were made when there were too few rows to use it.
const WRITING: &str = "SET lock_timeout = '5s'; SET statement_timeout = '30s';
     SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
/// A commit that does not wait for the disk, or for the log to be written at all.
const DURABILITY: [&str; 2] = ["fsync", "synchronous_commit"];

pub async fn open(
    url: &str,
    allow_unsafe: bool,
    users_per_run: u32,
    counts: Writes,
) -> Result<Opened, OpenError> {
    let place = Place::Server(without_password(url));
    let error = |error: sqlx::Error| OpenError::Other {
        place: place.clone(),
        reason: error.into(),
    };
    let options = quiet(AnyConnectOptions::from_str(url).map_err(error)?);
    let pool = |connections, patience| {
        AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(patience))
    };
    // What is done to the schema takes as long as it takes.
    let making = pool(WRITERS, 30).connect_with(options.clone());
    let making = making.await.map_err(error)?;
    if !allow_unsafe && let Some(setting) = unsafe_setting(&making).await.map_err(error)? {
        return Err(OpenError::Unsafe { place, setting });
    }
    let new = migrations::run(&making, Engine::Postgres)
        .await
        .map_err(|error| words(place.clone(), error))?;
    let has_pieces = search::make_pieces(&making).await;
    making.close().await;
    let write = pool(WRITERS, 10).after_connect(|connection, _| {
        Box::pin(async move { sqlx::raw_sql(WRITING).execute(connection).await.map(drop) })
    });
    let write = write.connect_with(options.clone()).await.map_err(error)?;
    let read = pool(READERS, 5).connect_with(options).await;
    let read = read.map_err(error)?;
    let shard = Engine::Postgres.shard();
    let told = Arc::new(Notify::new());
    let queue = writer::start(Writer {
        pool: write.clone(),
        file: None,
        rules: Rules {
            shard,
            users_per_run,
        },
        counts,
        told: told.clone(),
        checkpoints: None,
    });
    Ok(Opened {
        storage: Storage {
            engine: Engine::Postgres,
            read,
            write,
            file: None,
            has_pieces,
            shard,
            queue,
            told,
            is_uncleared: AtomicBool::new(false),
        },
        place,
        new,
    })
}

/// What is in a database.
pub async fn look(
    url: &str,
    allow_unsafe: bool,
) -> Result<(Place, Engine, Option<i64>), OpenError> {
    let place = Place::Server(without_password(url));
    let error = |error: sqlx::Error| words(place.clone(), error.into());
    let options = quiet(AnyConnectOptions::from_str(url).map_err(error)?);
    let pool = AnyPoolOptions::new().max_connections(1);
    let pool = pool.acquire_timeout(Duration::from_secs(5));
    let pool = pool.connect_with(options).await.map_err(error)?;
    if !allow_unsafe && let Some(setting) = unsafe_setting(&pool).await.map_err(error)? {
        return Err(OpenError::Unsafe { place, setting });
    }
    let found = schema(&mut *pool.acquire().await.map_err(error)?).await;
    Ok((place, Engine::Postgres, found))
}

/// The setting that lets acknowledged votes get lost, if there is one. Engines that speak the
/// protocol and have no such setting are not asked further.
async fn unsafe_setting(pool: &AnyPool) -> Result<Option<String>, sqlx::Error> {
    for setting in DURABILITY {
        let value: Option<String> = sqlx::query_scalar("SELECT current_setting($1, true)")
            .bind(setting)
            .fetch_one(pool)
            .await?;
        if value.as_deref() == Some("off") {
            return Ok(Some(setting.to_owned()));
        }
    }
    Ok(None)
}

fn without_password(url: &str) -> String {
    let Ok(options) = PgConnectOptions::from_str(url) else {
        return "the database of --database-url".into();
    };
    let host = options.get_host();
    let name = options
        .get_database()
        .unwrap_or_else(|| options.get_username());
    format!("postgres://{host}/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        let shown = without_password("postgres://me:secret@db.example:5433/votes?sslmode=require");
        assert_eq!(shown, "postgres://db.example/votes");
    }
}
