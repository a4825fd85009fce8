use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AnyConnection, ConnectOptions, Connection};
use tokio::sync::Notify;

use super::super::Storage;
use super::super::checkpoint::Checkpoints;
use super::super::engine::Engine;
use super::super::file::File;
use super::super::migrations::{self, MigrationError};
use super::super::writer::{self, Rules, Writer};
use super::{OpenError, Opened, Place, quiet, schema, words};
use crate::metrics::Writes;

const READERS: u32 = 8;
/// Times the file is opened while another process has locked it: for five seconds.
const TRIES: u32 = 100;

/// For the one connection that writes. What got a 2xx is on disk: the log is synced at every
/// commit. What is erased is overwritten. A group of votes touches hundreds of pages, many of them
/// the same ones again: 16 MiB of them are kept. The log is copied into the file by another connection
/// ([`Checkpoints`]); this one does it where the log is 64 MiB, so that it does not grow for ever.
const WRITING: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
                       PRAGMA secure_delete = ON; PRAGMA cache_size = -16384;
                       PRAGMA wal_autocheckpoint = 16384";

pub async fn open(file: PathBuf, users_per_run: u32, counts: Writes) -> Result<Opened, OpenError> {
    let new = prepare_file(&file)?;
    let storage = connect(&file, users_per_run, counts)
        .await
        .map_err(|error| match error {
            MigrationError::Database(error) if is_not_a_database(&error) => {
                OpenError::NotADatabase(file.clone())
            }
            MigrationError::Database(error) if is_not_writable(&error) => {
                not_written(&file, io::Error::other(error))
            }
            error => words(Place::File(file.clone()), error),
        })?;
    Ok(Opened {
        storage,
        place: Place::File(file),
        new,
    })
}

async fn connect(
    file: &Path,
    users_per_run: u32,
    counts: Writes,
) -> Result<Storage, MigrationError> {
    let options = SqliteConnectOptions::new().filename(file);
    turn_on_the_log(&options).await?;
    let write = AnyPoolOptions::new()
        .max_connections(1)
        // It is in this process: it does not go away.
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(WRITING).execute(connection).await.map(drop) })
        })
        // Where a write fails, as on a full disk, SQLite itself ends the transaction, and sqlx
        // goes on to count it: no other would begin on this connection.
        .after_release(|connection, _| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .connect_with(quiet(AnyConnectOptions::from_url(&options.to_url_lossy())?))
        .await?;
    migrations::run(&write, Engine::Sqlite).await?;
    let checkpoints = Checkpoints::start(quiet(options.clone()));
    let options = options.read_only(true);
    let read = AnyPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(quiet(AnyConnectOptions::from_url(&options.to_url_lossy())?))
        .await?;
    let shard = Engine::Sqlite.shard();
    let told = Arc::new(Notify::new());
    let file = Arc::new(File::new(file.to_owned(), WRITING));
    let queue = writer::start(Writer {
        pool: write.clone(),
        file: Some(file.clone()),
        rules: Rules {
            shard,
            users_per_run,
        },
        counts,
        told: told.clone(),
        checkpoints: Some(checkpoints),
    });
    Ok(Storage {
        engine: Engine::Sqlite,
        read,
        write,
        file: Some(file),
        has_pieces: true,
        shard,
        queue,
        told,
        // An earlier process may have left something.
        is_uncleared: AtomicBool::new(true),
    })
}

/// Of a new file this is refused at once while another process writes it, most likely to do the same:
/// `SQLite` would not wait as long as was set.
async fn turn_on_the_log(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    let mut tries = 0;
    loop {
        tries += 1;
        match open_once(&options).await {
            Err(error) if is_locked(&error) && tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            opened => return opened,
        }
    }
}

/// Without a pool, which would try again and again with a file that is no database.
async fn open_once(options: &SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let mut connection = options.connect().await?;
    sqlx::query("SELECT COUNT(*) FROM sqlite_schema")
        .execute(&mut connection)
        .await?;
    connection.close().await
}

/// What is in a file, if it is there.
pub async fn look(file: &Path) -> Result<(Place, Engine, Option<i64>), OpenError> {
    let place = Place::File(std::path::absolute(file).unwrap_or_else(|_| file.to_owned()));
    if !file.exists() {
        return Ok((place, Engine::Sqlite, None));
    }
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let look = async {
        let mut connection = AnyConnection::connect_with(&quiet(AnyConnectOptions::from_url(
            &options.to_url_lossy(),
        )?))
        .await?;
        sqlx::query("SELECT COUNT(*) FROM sqlite_schema")
            .execute(&mut connection)
            .await?;
        Ok::<_, sqlx::Error>(schema(&mut connection).await)
    };
    match look.await {
        Ok(found) => Ok((place, Engine::Sqlite, found)),
        Err(error) if is_not_a_database(&error) => Err(OpenError::NotADatabase(file.to_owned())),
        Err(error) => Err(words(place, error.into())),
    }
}

/// `SQLITE_NOTADB`, and `SQLITE_CORRUPT` for a header that is right and a rest that is not.
fn is_not_a_database(error: &sqlx::Error) -> bool {
    matches!(code(error), Some(26 | 11))
}

/// `SQLITE_READONLY` and `SQLITE_CANTOPEN`.
fn is_not_writable(error: &sqlx::Error) -> bool {
    matches!(code(error), Some(8 | 14))
}

/// `SQLITE_BUSY`.
fn is_locked(error: &sqlx::Error) -> bool {
    code(error) == Some(5)
}

/// `SQLite`'s code, without what extends it.
fn code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// Makes the folder, readable by its owner alone.
pub fn prepare_folder(folder: &Path) -> Result<PathBuf, OpenError> {
    let error = |reason| OpenError::Folder {
        folder: folder.to_owned(),
        reason,
    };
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(error)?;
    folder.canonicalize().map_err(error)
}

/// Makes the file readable by its owner alone before `SQLite` opens it; the files beside it get
/// the same mode from `SQLite`. True if it was made just now. One that is there is not opened: to close it
/// would end the locks that this process has on it.
fn prepare_file(file: &Path) -> Result<bool, OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(not_written(file, error)),
    }
}

fn not_written(file: &Path, reason: io::Error) -> OpenError {
    OpenError::Folder {
        folder: file.parent().unwrap_or(file).to_owned(),
        reason,
    }
}
