use std::fs::{DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::migrations::{self, MigrationError};
use super::{Storage, StorageError, writer};
use crate::config::Database;

const READERS: u32 = 8;

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
        "{} was written by a newer version (schema {found}, this one knows {known}); use that \
         version or restore a backup made before",
        file.display()
    )]
    Newer {
        /// The database.
        file: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema of this binary.
        known: i64,
    },
    /// Another process holds the migration lock.
    #[error("another process has been migrating {} for over a minute; try again", .0.display())]
    Locked(PathBuf),
    /// Anything else.
    #[error("cannot open {}: {reason}", file.display())]
    Other {
        /// The database.
        file: PathBuf,
        /// The database's words.
        reason: StorageError,
    },
}

/// A database just opened.
pub struct Opened {
    /// The database.
    pub storage: Storage,
    /// Its file.
    pub file: PathBuf,
    /// Whether the file was made just now.
    pub new: bool,
}

/// Opens the database, making it if it is missing, and brings its schema up to date.
pub async fn open(database: &Database) -> Result<Opened, OpenError> {
    let file = match database {
        Database::Folder { folder, file } => prepare_folder(folder)?.join(file),
        Database::File(file) => std::path::absolute(file).unwrap_or_else(|_| file.clone()),
    };
    let new = prepare_file(&file)?;
    let storage = connect(&file).await.map_err(|error| words(&file, error))?;
    Ok(Opened { storage, file, new })
}

async fn connect(file: &Path) -> Result<Storage, MigrationError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // What got a 2xx is on disk: the log is synced at every commit.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // What is erased is overwritten.
        .pragma("secure_delete", "ON");
    let write: SqlitePool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    migrations::run(&write).await?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options.read_only(true))
        .await?;
    let queue = writer::start(write.clone());
    Ok(Storage { read, write, queue })
}

fn words(file: &Path, error: MigrationError) -> OpenError {
    let file = file.to_owned();
    match error {
        MigrationError::Newer { found, known } => OpenError::Newer { file, found, known },
        MigrationError::Locked => OpenError::Locked(file),
        MigrationError::Database(reason) if is_not_a_database(&reason) => {
            OpenError::NotADatabase(file)
        }
        MigrationError::Database(reason) => OpenError::Other {
            file,
            reason: reason.into(),
        },
    }
}

/// `SQLITE_NOTADB`, and `SQLITE_CORRUPT` for a header that is right and a rest that is not.
fn is_not_a_database(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "26" || code == "11")
}

fn prepare_folder(folder: &Path) -> Result<PathBuf, OpenError> {
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
/// the same mode from `SQLite`. True if it was made just now.
fn prepare_file(file: &Path) -> Result<bool, OpenError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = match options.open(file) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => OpenOptions::new()
            .read(true)
            .write(true)
            .open(file)
            .map(|_| false),
        Err(error) => Err(error),
    };
    made.map_err(|reason| OpenError::Folder {
        folder: file.parent().unwrap_or(file).to_owned(),
        reason,
    })
}
