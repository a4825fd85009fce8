mod postgres;
mod sqlite;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;
use sqlx::{AnyConnection, ConnectOptions};

use super::migrations::MigrationError;
use super::{Storage, StorageError};
use crate::config::{Config, Database};
use crate::metrics::Writes;

/// Why a database could not be opened: one line each that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is missing and cannot be made, or nothing can be written in it.
    #[error(
        "cannot write in the folder {}: {reason}; choose another with --data-dir",
        folder.display()
    )]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// The file exists and is something else.
    #[error(
        "{} is not an SQLite database; move it away or choose another folder with --data-dir",
        .0.display()
    )]
    NotADatabase(PathBuf),
    /// A newer version made the database.
    #[error(
        "{place} was written by a newer version (schema {found}, this one knows {known}); use \
         that version or restore a backup made before"
    )]
    Newer {
        /// The database.
        place: Place,
        /// Its schema.
        found: i64,
        /// The newest schema of this binary.
        known: i64,
    },
    /// Another process holds the migration lock.
    #[error("another process has been migrating {0} for over a minute; try again")]
    Locked(Place),
    /// A commit would not wait for the disk.
    #[error(
        "{place} has {setting} = off, so it may lose votes that were acknowledged; switch it on, \
         or accept that with --allow-unsafe-durability"
    )]
    Unsafe {
        /// The database.
        place: Place,
        /// The setting.
        setting: String,
    },
    /// Anything else.
    #[error("cannot open {place}: {reason}")]
    Other {
        /// The database.
        place: Place,
        /// The database's words.
        reason: StorageError,
    },
}

/// Where a database is, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An `SQLite` file.
    File(PathBuf),
    /// A `PostgreSQL` database, as `postgres://host/name`.
    Server(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Server(address) => f.write_str(address),
        }
    }
}

/// A database just opened.
pub struct Opened {
    /// The database.
    pub storage: Storage,
    /// Where it is.
    pub place: Place,
    /// Whether it was made just now.
    pub new: bool,
}

/// Opens the database, making it if it is missing, and brings its schema up to date.
pub async fn open(config: &Config, counts: Writes) -> Result<Opened, OpenError> {
    sqlx::any::install_default_drivers();
    let users = config.users_per_run;
    match &config.database {
        Database::Folder { folder, file } => {
            let file = sqlite::prepare_folder(folder)?.join(file);
            sqlite::open(file, users, counts).await
        }
        Database::File(file) => {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
            sqlite::open(file, users, counts).await
        }
        Database::Postgres {
            url,
            allow_unsafe_durability,
        } => postgres::open(url, *allow_unsafe_durability, users, counts).await,
    }
}

/// Looks at a database without changing it, and says in words what it found.
pub async fn check(database: &Database) -> Result<String, OpenError> {
    sqlx::any::install_default_drivers();
    let (place, engine, found) = match database {
        Database::Folder { folder, file } => sqlite::look(&folder.join(file)).await?,
        Database::File(file) => sqlite::look(file).await?,
        Database::Postgres {
            url,
            allow_unsafe_durability,
        } => postgres::look(url, *allow_unsafe_durability).await?,
    };
    let known = engine.newest();
    match found {
        None => Ok(format!("{place} is empty and would be made")),
        Some(found) if found > known => Err(OpenError::Newer {
            place,
            found,
            known,
        }),
        Some(found) if found < known => Ok(format!(
            "{place} has the schema {found} and would be brought to {known}"
        )),
        Some(found) => Ok(format!("{place} has the schema {found}, the newest")),
    }
}

/// Without the log of slow statements: it has them whole, and those of many rows run to pages. How long
/// commits and answers take is among the metrics.
fn quiet<Options: ConnectOptions>(options: Options) -> Options {
    options.log_slow_statements(LevelFilter::Off, Duration::MAX)
}

/// The newest migration of a database. None if it has none.
async fn schema(connection: &mut AnyConnection) -> Option<i64> {
    // Without the table this fails, and that is the answer.
    let newest = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations");
    newest.fetch_one(connection).await.ok().flatten()
}

fn words(place: Place, error: MigrationError) -> OpenError {
    match error {
        MigrationError::Newer { found, known } => OpenError::Newer {
            place,
            found,
            known,
        },
        MigrationError::Locked => OpenError::Locked(place),
        MigrationError::Database(reason) => OpenError::Other {
            place,
            reason: reason.into(),
        },
    }
}
