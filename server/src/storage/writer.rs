//! One task writes votes and retractions, many in one commit: a commit costs a disk sync, and the
//! requests that arrive during one share the next.

mod group;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;
use tracing::Instrument;
use workflowai_feedback_protocol::{Intent, Outcome};

use super::checkpoint::Checkpoints;
use super::file::File;
use super::link::Link;
use super::{Storage, StorageError};
use crate::metrics::Writes;
use crate::observe::TRACES;
use group::Group;

/// Writes of one commit.
const GROUP: usize = 256;
/// Writes that wait for one.
const WAITING: usize = 4_096;
/// Groups of one turn.
const TURN: u32 = 8;
/// Times a group is tried.
const TRIES: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a database elsewhere may take for a group before its connection is given up: longer than it
/// waits for a lock.
const ANSWER: Duration = Duration::from_secs(10);

/// What identifies one entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The tenant.
    pub tenant: String,
    /// The agent.
    pub agent: String,
    /// The run.
    pub run: String,
    /// Empty where the vote names no user.
    pub user: String,
}

/// What a request asks to store.
#[derive(Clone, Debug)]
pub enum Change {
    /// A vote, with everything that replaces what was there.
    Vote {
        /// Thumbs up or down.
        outcome: Outcome,
        /// What the person wrote.
        comment: Option<String>,
        /// The reasons chosen.
        reasons: Vec<String>,
    },
    /// The vote is taken back.
    Retract,
}

/// One write.
#[derive(Clone, Debug)]
pub struct Write {
    /// Whose entry.
    pub key: Key,
    /// Whether the token is bound to the user.
    pub bound: bool,
    /// What to store.
    pub change: Change,
    /// The press the request carries.
    pub intent: Option<Intent>,
    /// When the request came, in microseconds.
    pub received_at: i64,
}

impl Write {
    /// Whether the request names a user that its token does not.
    fn names_a_user(&self) -> bool {
        !self.bound && !self.key.user.is_empty()
    }

    /// Whether there is nothing to store where there is no entry: a tombstone is left only where it must
    /// beat a vote under way.
    fn leaves_nothing(&self) -> bool {
        matches!(self.change, Change::Retract) && self.intent.is_none()
    }
}

/// The entry after a write.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The entry's id. Empty if there is none: a retraction of nothing.
    pub id: String,
    /// Null if it is taken back or was never there.
    pub outcome: Option<Outcome>,
    /// The comment.
    pub comment: Option<String>,
    /// Whether the stored state is this request's.
    pub applied: bool,
}

impl Stored {
    /// After a retraction of nothing.
    const fn nothing() -> Self {
        Self {
            id: String::new(),
            outcome: None,
            comment: None,
            applied: true,
        }
    }
}

/// A write and who waits for it.
pub struct Waiting {
    write: Write,
    done: oneshot::Sender<Result<Stored, StorageError>>,
}

/// Starts the writer. It ends when the sender is gone and everything sent is committed.
pub fn start(writer: Writer) -> mpsc::Sender<Waiting> {
    let (sender, receiver) = mpsc::channel(WAITING);
    if writer.file.is_some() {
        // Its calls block.
        let runtime = Handle::current();
        thread::spawn(move || runtime.block_on(run(writer, receiver)));
    } else {
        tokio::spawn(run(writer, receiver));
    }
    sender
}

async fn run(mut writer: Writer, mut queue: mpsc::Receiver<Waiting>) {
    let mut group = Vec::new();
    let mut turn = Turn::default();
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let begun = Instant::now();
        match writer.commit_retrying(&mut turn, &group).await {
            Ok(stored) => {
                writer.counts.commits.inc();
                writer.counts.committed.inc_by(group.len() as u64);
                writer.counts.seconds.observe(begun.elapsed().as_secs_f64());
                if let Some(checkpoints) = &mut writer.checkpoints {
                    checkpoints.committed(group.len());
                }
                answer(std::mem::take(&mut group), stored);
            }
            Err(error) => {
                writer.counts.failed.inc_by(group.len() as u64);
                let error = Arc::new(error);
                for waiting in group.drain(..) {
                    let _ = waiting.done.send(Err(StorageError::Group(error.clone())));
                }
            }
        }
        if queue.is_empty() || turn.groups >= TURN {
            turn = Turn::default();
        }
    }
}

/// Tells everybody what is stored. It wakes as many tasks as there were writes, which would take the time
/// of the next group.
fn answer(group: Vec<Waiting>, stored: Vec<Option<Stored>>) {
    tokio::spawn(async move {
        for (waiting, stored) in group.into_iter().zip(stored) {
            // Whoever is gone needs no answer.
            let _ = waiting.done.send(stored.ok_or(StorageError::UserLimit));
        }
    });
}

/// The writer's turn with a connection: where there is one for all that write, others wait for it.
#[derive(Default)]
struct Turn {
    connection: Option<PoolConnection<Any>>,
    /// Committed in this turn.
    groups: u32,
}

/// What it needs.
pub struct Writer {
    /// Its connections.
    pub pool: AnyPool,
    /// `SQLite`, called directly while the pool's one connection is held: others wait for that.
    pub file: Option<Arc<File>>,
    /// What holds for every group.
    pub rules: Rules,
    /// What is counted.
    pub counts: Writes,
    /// Woken when webhooks are told something.
    pub told: Arc<Notify>,
    /// Where a log is to be copied into a file.
    pub checkpoints: Option<Checkpoints>,
}

impl Writer {
    /// Commits a group, again if the database gave it up in favour of another process's.
    async fn commit_retrying(
        &self,
        turn: &mut Turn,
        group: &[Waiting],
    ) -> Result<Vec<Option<Stored>>, StorageError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let mut connection = match turn.connection.take() {
                Some(connection) => connection,
                None => self.pool.acquire().await?,
            };
            let committed = match &self.file {
                // Its calls end by themselves: it is in this process.
                Some(file) => Ok(commit_to_file(file, self.rules, group).await),
                None => timeout(ANSWER, commit(&mut connection, self.rules, group)).await,
            };
            let Ok(committed) = committed else {
                // Nobody knows what became of it, so nobody is told that it is stored. The pool would
                // wait for the same answer.
                drop(connection.detach());
                return Err(sqlx::Error::from(io::Error::from(io::ErrorKind::TimedOut)).into());
            };
            match committed {
                // One that failed goes back to the pool, which looks at it.
                Err(error) if tries < TRIES && is_conflict(&error) => {}
                Err(error) => return Err(error),
                Ok(committed) => {
                    turn.connection = Some(connection);
                    turn.groups += 1;
                    if committed.told {
                        self.told.notify_one();
                    }
                    return Ok(committed.stored);
                }
            }
        }
    }
}

/// A group that is on disk.
struct Committed {
    /// None is a write that the limit of users refused.
    stored: Vec<Option<Stored>>,
    /// Whether webhooks are to be told something.
    told: bool,
}

async fn commit(
    connection: &mut AnyConnection,
    rules: Rules,
    group: &[Waiting],
) -> Result<Committed, StorageError> {
    let mut transaction = connection.begin().await?;
    let committed = store(&mut Link::Any(&mut transaction), rules, group).await?;
    transaction.commit().await?;
    Ok(committed)
}

async fn commit_to_file(
    file: &File,
    rules: Rules,
    group: &[Waiting],
) -> Result<Committed, StorageError> {
    let mut connection = file.begin()?;
    let committed = store(&mut Link::File(&mut connection), rules, group).await?;
    file.commit(connection)?;
    Ok(committed)
}

async fn store(
    link: &mut Link<'_>,
    rules: Rules,
    group: &[Waiting],
) -> Result<Committed, StorageError> {
    let writes: Vec<&Write> = group.iter().map(|waiting| &waiting.write).collect();
    let mut group = Group::read(rules, link, &writes).await?;
    let places = writes.iter().enumerate();
    let stored = places
        .map(|(place, write)| group.apply(place, write))
        .collect();
    let told = group.write(rules, link).await?;
    Ok(Committed { stored, told })
}

/// What holds for every group.
#[derive(Clone, Copy)]
pub struct Rules {
    /// Where this process adds up.
    pub shard: i64,
    /// Users of a run that tokens bound to nobody may name.
    pub users_per_run: u32,
}

impl Rules {
    /// How many users of the run tokens bound to nobody have named, up to the limit. Several processes
    /// at once can go over it by the few they are writing.
    async fn users_of_run(self, link: &mut Link<'_>, key: &Key) -> Result<i64, StorageError> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM feedback
             WHERE tenant = $1 AND agent = $2 AND run = $3 AND unbound = 1 LIMIT {}) AS counted",
            self.users_per_run
        );
        let run = [&key.tenant, &key.agent, &key.run].map(|part| part.as_str().into());
        let counted: Vec<(i64,)> = link.query(&sql, run.to_vec()).await?;
        Ok(counted.first().map_or(0, |(users,)| *users))
    }
}

/// Serialisation failures and deadlocks (SQLSTATE 40001 and 40P01).
fn is_conflict(error: &StorageError) -> bool {
    let StorageError::Database(error) = error else {
        return false;
    };
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "40001" || code == "40P01")
}

impl Storage {
    /// Stores one write together with the others that wait. `Ok` means it is on disk.
    pub async fn write(&self, write: Write) -> Result<Stored, StorageError> {
        let (done, answer) = oneshot::channel();
        self.queue
            .send_timeout(Waiting { write, done }, PATIENCE)
            .await
            .map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => StorageError::Busy,
                mpsc::error::SendTimeoutError::Closed(_) => StorageError::Stopped,
            })?;
        answer
            .instrument(tracing::trace_span!(target: TRACES, "commit"))
            .await
            .map_err(|_| StorageError::Stopped)?
    }

    /// Writes that wait for a commit.
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}
