//! Copies what `SQLite`'s log holds into the file while votes go on being written: at a commit it
//! would be done in their time.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::mpsc;

/// Writes from one time to the next: some 4,000 pages of the log.
const WRITES: usize = 512;

/// Told of what is committed.
pub struct Checkpoints {
    due: mpsc::Sender<()>,
    writes: usize,
}

impl Checkpoints {
    /// Starts a task with a connection of its own, which ends when this is gone.
    pub fn start(options: SqliteConnectOptions) -> Self {
        let (due, asked) = mpsc::channel(1);
        tokio::spawn(run(options, asked));
        Self { due, writes: 0 }
    }

    pub fn committed(&mut self, writes: usize) {
        self.writes += writes;
        // Where it is full there is one under way and one to come.
        if self.writes >= WRITES && self.due.try_send(()).is_ok() {
            self.writes = 0;
        }
    }
}

async fn run(options: SqliteConnectOptions, mut asked: mpsc::Receiver<()>) {
    let mut connection: Option<SqliteConnection> = None;
    while asked.recv().await.is_some() {
        let mut with = match connection.take() {
            Some(connection) => connection,
            None => match options.connect().await {
                Ok(connection) => connection,
                // The writer does it at a commit, as soon as the log is long.
                Err(error) => {
                    tracing::warn!(%error, "the log cannot be copied into the file");
                    continue;
                }
            },
        };
        // PASSIVE waits for nobody and lets nobody wait.
        let checkpoint = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)");
        match checkpoint.execute(&mut with).await {
            Ok(_) => connection = Some(with),
            Err(error) => tracing::warn!(%error, "the log cannot be copied into the file"),
        }
    }
    if let Some(connection) = connection {
        // What is in the log stays there.
        let _ = connection.close().await;
    }
}
