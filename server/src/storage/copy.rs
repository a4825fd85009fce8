//! Backups, their restoring, and moving to another database.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{Any, AnyConnection, Arguments, Row, Transaction};

use super::engine::Engine;
use super::erase::Erasures;
use super::tables::{Kind, LEFT_OUT, TABLES, Table};
use super::{OpenError, Opened, Place, Storage, open, search};
use crate::config::{Config, Database};
use crate::metrics::Writes;

/// Rows of one statement.
const ROWS: usize = 100;

/// Why votes could not be copied: one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// One of the databases, on its own part of the work.
    #[error("the database failed: {0}")]
    Storage(#[from] super::StorageError),
    /// A database that cannot be opened.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// A file.
    #[error("cannot write {}: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// The backup is not there.
    #[error("cannot read {}: {reason}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// The system's words.
        reason: io::Error,
    },
    /// The target has votes already.
    #[error("{0} has votes already; --replace throws them away")]
    NotEmpty(Place),
    /// What was written is not what was read.
    #[error("{table} differs after copying; nothing was changed")]
    Differs {
        /// The table.
        table: &'static str,
    },
}

/// What was copied of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: &'static str,
    /// How many rows.
    pub rows: u64,
    /// A sum over their SHA-256, the same in whatever order they come.
    pub checksum: u128,
}

impl Copied {
    const fn nothing_of(table: &'static str) -> Self {
        Self {
            table,
            rows: 0,
            checksum: 0,
        }
    }

    fn add(&mut self, row: &[Cell]) {
        let mut hash = Sha256::new();
        for cell in row {
            let (kind, bytes) = match cell {
                Cell::Text(None) | Cell::Number(None) => (0, Vec::new()),
                Cell::Text(Some(text)) => (1, text.as_bytes().to_vec()),
                Cell::Number(Some(number)) => (2, number.to_be_bytes().to_vec()),
                Cell::Bytes(bytes) => (3, bytes.clone()),
            };
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.checksum = self.checksum.wrapping_add(u128::from_be_bytes(first));
    }
}

enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Vec<u8>),
}

fn cells(table: &Table, row: &AnyRow) -> Result<Vec<Cell>, sqlx::Error> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(index, (_, kind))| {
            Ok(match kind {
                Kind::Text => Cell::Text(row.try_get(index)?),
                Kind::Number => Cell::Number(row.try_get(index)?),
                Kind::Bytes => Cell::Bytes(row.try_get(index)?),
            })
        })
        .collect()
}

fn columns(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

/// Reads a table and, if given, writes it into another database.
async fn read_table(
    table: &Table,
    source: &mut AnyConnection,
    mut target: Option<&mut AnyConnection>,
) -> Result<Copied, sqlx::Error> {
    let mut copied = Copied::nothing_of(table.name);
    let sql = format!("SELECT {} FROM {}", columns(table), table.name);
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch(source);
    let mut batch = Vec::with_capacity(ROWS);
    while let Some(row) = rows.try_next().await? {
        let row = cells(table, &row)?;
        copied.add(&row);
        if let Some(target) = target.as_deref_mut() {
            batch.push(row);
            if batch.len() == ROWS {
                insert(table, std::mem::take(&mut batch), target).await?;
            }
        }
    }
    if let Some(target) = target
        && !batch.is_empty()
    {
        insert(table, batch, target).await?;
    }
    Ok(copied)
}

async fn insert(
    table: &Table,
    rows: Vec<Vec<Cell>>,
    target: &mut AnyConnection,
) -> Result<(), sqlx::Error> {
    let mut place = 0;
    let values: Vec<String> = rows
        .iter()
        .map(|row| {
            let places: Vec<String> = row
                .iter()
                .map(|_| {
                    place += 1;
                    format!("${place}")
                })
                .collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        table.name,
        columns(table),
        values.join(", ")
    );
    let mut arguments = AnyArguments::default();
    for cell in rows.into_iter().flatten() {
        let added = match cell {
            Cell::Text(text) => arguments.add(text),
            Cell::Number(number) => arguments.add(number),
            Cell::Bytes(bytes) => arguments.add(bytes),
        };
        added.expect("texts, numbers and bytes are values of every database");
    }
    sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments)
        .execute(target)
        .await?;
    Ok(())
}

/// Puts everything of one database in the place of everything of another, and reads it back.
async fn copy(source: &Storage, target: &mut AnyConnection) -> Result<Vec<Copied>, CopyError> {
    let mut snapshot = source
        .read
        .begin_with(source.engine.begin_snapshot())
        .await?;
    for table in LEFT_OUT
        .into_iter()
        .chain(TABLES.iter().rev().map(|table| table.name))
    {
        let sql = format!("DELETE FROM {table}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&mut *target)
            .await?;
    }
    let mut all = Vec::new();
    for table in TABLES {
        let copied = read_table(table, &mut snapshot, Some(target)).await?;
        if read_table(table, target, None).await? != copied {
            return Err(CopyError::Differs { table: table.name });
        }
        all.push(copied);
    }
    search::all_due(target).await?;
    Ok(all)
}

async fn is_empty(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    let one: Option<i64> =
        sqlx::query_scalar("SELECT CAST(1 AS BIGINT) AS one FROM feedback LIMIT 1")
            .fetch_optional(connection)
            .await?;
    Ok(one.is_none())
}

impl Storage {
    /// Writes everything but sessions into a new `SQLite` file, as it is at one moment, while
    /// votes go on.
    pub async fn backup(&self, file: &Path) -> Result<(), CopyError> {
        let error = |reason| CopyError::File {
            file: file.to_owned(),
            reason,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let made = options.open(file).map_err(error)?;
        let written = self.write_backup(file).await;
        if written.is_err() {
            // Half a backup must not be taken for one.
            let _ = std::fs::remove_file(file);
        }
        written?;
        made.sync_all().map_err(error)
    }

    async fn write_backup(&self, file: &Path) -> Result<(), CopyError> {
        if self.engine == Engine::Sqlite {
            sqlx::query("VACUUM INTO $1")
                .bind(file.display().to_string())
                .execute(&self.read)
                .await?;
        }
        let backup = open_file(file).await?;
        let mut transaction = backup.begin().await?;
        if self.engine == Engine::Sqlite {
            for table in LEFT_OUT {
                let sql = format!("DELETE FROM {table}");
                sqlx::query(sqlx::AssertSqlSafe(sql))
                    .execute(&mut *transaction)
                    .await?;
            }
        } else {
            copy(self, &mut transaction).await?;
        }
        transaction.commit().await?;
        backup.close().await;
        Ok(())
    }

    /// Puts a backup in the place of everything here, and erases again whoever was erased since.
    /// All of it, or nothing. Returns what was copied, and how many entries were erased.
    pub async fn restore(
        &self,
        place: &Place,
        file: &Path,
        replace: bool,
    ) -> Result<(Vec<Copied>, u64), CopyError> {
        let missing = |reason| CopyError::Missing {
            file: file.to_owned(),
            reason,
        };
        // A copy, as an older backup is brought up to date before it is read.
        let folder = tempfile::tempdir().map_err(missing)?;
        let copied = folder.path().join("backup.db");
        std::fs::copy(file, &copied).map_err(missing)?;
        let backup = open_file(&copied).await?;
        let mut transaction = self.begin_long().await?;
        self.check_empty(&mut transaction, place, replace).await?;
        let erasures = Erasures::read(&mut transaction).await?;
        let copied = copy(&backup, &mut transaction).await?;
        let erased = erasures.apply(&mut transaction, self.shard).await?;
        transaction.commit().await?;
        backup.close().await;
        Ok((copied, erased))
    }

    /// Copies everything into another database that has no votes. All of it, or nothing.
    pub async fn migrate(&self, config: &Config) -> Result<(Place, Vec<Copied>), CopyError> {
        let Opened { storage, place, .. } = open(config, Writes::new()).await?;
        let mut transaction = storage.begin_long().await?;
        storage.check_empty(&mut transaction, &place, false).await?;
        let copied = copy(self, &mut transaction).await?;
        transaction.commit().await?;
        storage.close().await;
        Ok((place, copied))
    }

    async fn check_empty(
        &self,
        transaction: &mut Transaction<'_, Any>,
        place: &Place,
        replace: bool,
    ) -> Result<(), CopyError> {
        if !replace && !is_empty(transaction).await? {
            return Err(CopyError::NotEmpty(place.clone()));
        }
        Ok(())
    }

    /// Closes the files, so that one file holds everything.
    async fn close(self) {
        drop(self.queue);
        if let Some(file) = &self.file {
            file.close();
        }
        self.read.close().await;
        self.write.close().await;
    }
}

async fn open_file(file: &Path) -> Result<Storage, CopyError> {
    let mut config = Config::in_folder("");
    config.database = Database::File(file.to_owned());
    Ok(open(&config, Writes::new()).await?.storage)
}
