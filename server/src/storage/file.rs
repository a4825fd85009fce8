//! `SQLite`, called directly by what writes the most: votes, and the index of their comments. The calls
//! block. All of them are on one connection, as each forgets its pages when another has written.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::StorageError;

/// Statements that stay prepared: more than a group of votes has.
const PREPARED: usize = 64;

/// The file, with a connection from the first transaction on. It is for whoever holds the one connection
/// of the pool that writes: there it is waited for.
pub struct File {
    path: PathBuf,
    /// What a connection begins with.
    pragmas: &'static str,
    connection: Mutex<Option<Connection>>,
}

impl File {
    pub const fn new(path: PathBuf, pragmas: &'static str) -> Self {
        Self {
            path,
            pragmas,
            connection: Mutex::new(None),
        }
    }

    /// Begins a transaction. To drop the connection is to give up what it had begun.
    pub fn begin(&self) -> Result<Connection, StorageError> {
        let connection = match self.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(connection)
    }

    /// Commits it, and keeps the connection for the next.
    pub fn commit(&self, connection: Connection) -> Result<(), StorageError> {
        connection.prepare_cached("COMMIT")?.execute([])?;
        *self.lock() = Some(connection);
        Ok(())
    }

    /// Closes it until it is needed again.
    pub fn close(&self) {
        drop(self.take());
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.execute_batch(self.pragmas)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(connection)
    }

    fn take(&self) -> Option<Connection> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        // It is whole at any time.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
