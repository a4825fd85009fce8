//! One task writes votes and retractions, many in one commit: a commit costs a disk sync, and the
//! requests that arrive during one share the next.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Any, AnyPool, Transaction};
use tokio::sync::{Notify, mpsc, oneshot};
use tracing::Instrument;
use uuid::Uuid;
use workflowai_feedback_protocol::{Intent, Outcome};

use super::aggregates::{Deltas, Vote};
use super::engine::Engine;
use super::history::{Step, remember};
use super::webhook_queue::Listeners;
use super::{Storage, StorageError, search};
use crate::fold::fold;
use crate::metrics::Writes;
use crate::observe::TRACES;
use crate::order::{StoredPress, Verdict, judge, pressed_at};
use crate::webhook::Event;

/// Writes of one commit.
const GROUP: usize = 256;
/// Writes that wait for one.
const WAITING: usize = 4_096;
/// Times a group is tried.
const TRIES: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(5);

/// What identifies one entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// A write and who waits for it.
pub struct Waiting {
    write: Write,
    done: oneshot::Sender<Result<Stored, StorageError>>,
}

/// Starts the writer. It ends when the sender is gone and everything sent is committed.
pub fn start(writer: Writer) -> mpsc::Sender<Waiting> {
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(run(writer, receiver));
    sender
}

async fn run(writer: Writer, mut queue: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(GROUP);
    while queue.recv_many(&mut group, GROUP).await > 0 {
        let begun = Instant::now();
        match writer.commit_retrying(&group).await {
            Ok(stored) => {
                writer.counts.commits.inc();
                writer.counts.committed.inc_by(group.len() as u64);
                writer.counts.seconds.observe(begun.elapsed().as_secs_f64());
                for (waiting, stored) in group.drain(..).zip(stored) {
                    // Whoever is gone needs no answer.
                    let _ = waiting.done.send(stored.ok_or(StorageError::UserLimit));
                }
            }
            Err(error) => {
                writer.counts.failed.inc_by(group.len() as u64);
                let error = Arc::new(error);
                for waiting in group.drain(..) {
                    let _ = waiting.done.send(Err(StorageError::Group(error.clone())));
                }
            }
        }
    }
}

/// What it needs.
pub struct Writer {
    /// Its connections.
    pub pool: AnyPool,
    /// The database.
    pub engine: Engine,
    /// Where this process adds up.
    pub shard: i64,
    /// Users of a run that tokens bound to nobody may name.
    pub users_per_run: u32,
    /// What is counted.
    pub counts: Writes,
    /// Woken when webhooks are told something.
    pub told: Arc<Notify>,
}

impl Writer {
    /// Commits a group, again if the database gave it up in favour of another process's.
    async fn commit_retrying(&self, group: &[Waiting]) -> Result<Vec<Option<Stored>>, sqlx::Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.commit(group).await {
                Err(error) if tries < TRIES && is_conflict(&error) => {}
                result => return result,
            }
        }
    }

    /// None is a write that the limit of users refused.
    async fn commit(&self, group: &[Waiting]) -> Result<Vec<Option<Stored>>, sqlx::Error> {
        // Rows are locked in one order everywhere, so that two processes never wait for each
        // other; the writes of one key keep theirs.
        let mut order: Vec<usize> = (0..group.len()).collect();
        if self.engine.has_row_locks() {
            order.sort_by(|a, b| group[*a].write.key.cmp(&group[*b].write.key));
        }
        let mut transaction = self.pool.begin_with(self.engine.begin()).await?;
        let mut stored = vec![None; group.len()];
        let mut sides = Sides {
            deltas: Deltas::default(),
            listeners: Listeners::read(&mut transaction).await?,
        };
        for index in order {
            let write = &group[index].write;
            stored[index] = self.apply(&mut transaction, write, &mut sides).await?;
        }
        sides.deltas.write(&mut transaction, self.shard).await?;
        transaction.commit().await?;
        if sides.listeners.told {
            self.told.notify_one();
        }
        Ok(stored)
    }

    async fn apply(
        &self,
        transaction: &mut Transaction<'_, Any>,
        write: &Write,
        sides: &mut Sides,
    ) -> Result<Option<Stored>, sqlx::Error> {
        let mut row = find(transaction, self.engine, &write.key).await?;
        // A retraction of nothing leaves a tombstone only where it must beat a vote under way.
        if row.is_none() && matches!(write.change, Change::Retract) && write.intent.is_none() {
            return Ok(Some(Stored {
                id: String::new(),
                outcome: None,
                comment: None,
                applied: true,
            }));
        }
        if row.is_none() && write.names_a_user() && self.is_full(transaction, &write.key).await? {
            return Ok(None);
        }
        if row.is_none() && self.engine.has_row_locks() {
            claim(transaction, write).await?;
            row = find(transaction, self.engine, &write.key).await?;
        }
        let last = match (&row, &write.intent) {
            (Some(row), Some(intent)) => {
                last_sequence(transaction, &row.id, &intent.client).await?
            }
            _ => None,
        };
        let press = row.as_ref().map(|row| StoredPress {
            client: row.client.clone(),
            sequence: row.sequence,
            pressed_at: row.pressed_at,
        });
        let verdict = judge(
            write.received_at,
            write.intent.as_ref(),
            press.as_ref(),
            last,
        );
        Ok(Some(match (verdict, row) {
            (Verdict::Superseded, Some(row)) => row.stored(false),
            (Verdict::Repeat { current }, Some(row)) => row.stored(current),
            (_, row) => store(transaction, write, row, sides).await?,
        }))
    }

    /// Whether tokens bound to nobody have named as many users of the run as they may. Several
    /// processes at once can go over by the few they are writing.
    async fn is_full(
        &self,
        transaction: &mut Transaction<'_, Any>,
        key: &Key,
    ) -> Result<bool, sqlx::Error> {
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM feedback
             WHERE tenant = $1 AND agent = $2 AND run = $3 AND unbound = 1 LIMIT {}) AS counted",
            self.users_per_run
        );
        let users: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(&key.tenant)
            .bind(&key.agent)
            .bind(&key.run)
            .fetch_one(&mut **transaction)
            .await?;
        Ok(users >= i64::from(self.users_per_run))
    }
}

/// What a group of writes changes beside the votes.
struct Sides {
    deltas: Deltas,
    listeners: Listeners,
}

/// Serialisation failures and deadlocks (SQLSTATE 40001 and 40P01).
fn is_conflict(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "40001" || code == "40P01")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    outcome: Option<String>,
    comment: Option<String>,
    reasons: String,
    client: String,
    sequence: i64,
    pressed_at: i64,
    created_at: i64,
}

impl Row {
    fn outcome(&self) -> Option<Outcome> {
        self.outcome.as_deref().and_then(Outcome::parse)
    }

    fn vote(&self) -> Option<Vote> {
        Some(Vote {
            outcome: self.outcome()?,
            has_comment: self.comment.is_some(),
            created_at: self.created_at,
        })
    }

    fn stored(self, applied: bool) -> Stored {
        Stored {
            outcome: self.outcome(),
            id: self.id,
            comment: self.comment,
            applied,
        }
    }
}

/// Reads the entry of a key and, where several processes write, keeps it until the commit.
async fn find(
    transaction: &mut Transaction<'_, Any>,
    engine: Engine,
    key: &Key,
) -> Result<Option<Row>, sqlx::Error> {
    let lock = if engine.has_row_locks() {
        " FOR UPDATE"
    } else {
        ""
    };
    let sql = format!(
        "SELECT id, outcome, comment, reasons, client, sequence, pressed_at,
             created_at
         FROM feedback WHERE tenant = $1 AND agent = $2 AND run = $3 AND user_id = $4{lock}"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(&key.tenant)
        .bind(&key.agent)
        .bind(&key.run)
        .bind(&key.user)
        .fetch_optional(&mut **transaction)
        .await
}

/// Makes a row to lock for a key that has none. Whoever comes second waits for the first one's
/// commit; a tombstone that loses against any press is what both start from.
async fn claim(transaction: &mut Transaction<'_, Any>, write: &Write) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO feedback (id, tenant, agent, run, user_id, created_at, updated_at, client,
             sequence, pressed_at, unbound)
         VALUES ($1, $2, $3, $4, $5, $6, $6, '', -1, $7, $8)
         ON CONFLICT (tenant, agent, run, user_id) DO NOTHING",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(&write.key.tenant)
    .bind(&write.key.agent)
    .bind(&write.key.run)
    .bind(&write.key.user)
    .bind(write.received_at)
    .bind(i64::MIN)
    .bind(i64::from(write.names_a_user()))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn last_sequence(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
    client: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT sequence FROM intents WHERE feedback_id = $1 AND client = $2")
        .bind(id)
        .bind(client)
        .fetch_optional(&mut **transaction)
        .await
}

async fn store(
    transaction: &mut Transaction<'_, Any>,
    write: &Write,
    row: Option<Row>,
    sides: &mut Sides,
) -> Result<Stored, sqlx::Error> {
    let none = Vec::new();
    let (outcome, comment, reasons) = match &write.change {
        Change::Vote {
            outcome,
            comment,
            reasons,
        } => (Some(*outcome), comment.clone(), reasons),
        Change::Retract => (None, None, &none),
    };
    let reasons_json = serde_json::json!(reasons).to_string();
    let other_reasons = row.as_ref().map_or("[]", |row| &row.reasons) != reasons_json;
    // A vote that changed is open again; the same vote sent twice is not.
    let same = row
        .as_ref()
        .is_some_and(|row| row.outcome() == outcome && row.comment == comment && !other_reasons);
    let other_comment = row.as_ref().and_then(|row| row.comment.as_ref()) != comment.as_ref();
    let had = row.as_ref().and_then(Row::vote);
    // An entry that was taken back and voted on again is a new vote: it is listed as the newest.
    let created_at = had.map_or(write.received_at, |vote| vote.created_at);
    let (tenant, agent) = (&write.key.tenant, &write.key.agent);
    if let Some(vote) = had {
        sides.deltas.subtract(tenant, agent, vote);
    }
    if let Some(outcome) = outcome {
        sides.deltas.add(
            tenant,
            agent,
            Vote {
                outcome,
                has_comment: comment.is_some(),
                created_at,
            },
        );
    }
    let id = row.map_or_else(|| Uuid::now_v7().to_string(), |row| row.id);
    let client = write.intent.as_ref().map_or("", |intent| &intent.client);
    let sequence = write
        .intent
        .as_ref()
        .map_or(0, |intent| signed(intent.sequence));
    sqlx::query(
        "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, comment, reasons,
             folded, created_at, updated_at, client, sequence, pressed_at, unbound)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $15, $11, $12, $13, $16)
         ON CONFLICT (tenant, agent, run, user_id) DO UPDATE SET
             outcome = excluded.outcome, comment = excluded.comment, reasons = excluded.reasons,
             folded = excluded.folded, updated_at = excluded.updated_at,
             annotation = CASE WHEN $14 = 1 THEN feedback.annotation END,
             annotation_comment = CASE WHEN $14 = 1 THEN feedback.annotation_comment END,
             client = excluded.client, sequence = excluded.sequence,
             pressed_at = excluded.pressed_at,
             created_at = excluded.created_at",
    )
    .bind(&id)
    .bind(&write.key.tenant)
    .bind(&write.key.agent)
    .bind(&write.key.run)
    .bind(&write.key.user)
    .bind(outcome.map(Outcome::as_str))
    .bind(&comment)
    .bind(&reasons_json)
    .bind(comment.as_deref().map(fold))
    .bind(created_at)
    .bind(client)
    .bind(sequence)
    .bind(pressed_at(write.received_at, write.intent.as_ref()))
    .bind(i64::from(same))
    .bind(write.received_at)
    .bind(i64::from(write.names_a_user()))
    .execute(&mut **transaction)
    .await?;
    if other_comment {
        search::due(transaction, &id).await?;
    }
    if other_reasons {
        store_reasons(transaction, &id, reasons).await?;
    }
    if let Some(intent) = &write.intent {
        store_sequence(transaction, &id, intent).await?;
    }
    remember_change(transaction, write, &id, had.is_some()).await?;
    let event = match (had.is_some(), outcome.is_some()) {
        (false, true) => Some(Event::Voted),
        (true, true) if !same => Some(Event::Changed),
        (true, false) => Some(Event::Retracted),
        _ => None,
    };
    if let Some(event) = event {
        let at = write.received_at;
        let listeners = &mut sides.listeners;
        listeners.tell(transaction, tenant, &id, event, at).await?;
    }
    Ok(Stored {
        id,
        outcome,
        comment,
        applied: true,
    })
}

/// Adds a vote, a change or a retraction to the history.
async fn remember_change(
    transaction: &mut Transaction<'_, Any>,
    write: &Write,
    id: &str,
    had_a_vote: bool,
) -> Result<(), sqlx::Error> {
    let (outcome, comment) = match &write.change {
        Change::Vote {
            outcome, comment, ..
        } => (Some(*outcome), comment.as_deref()),
        Change::Retract => (None, None),
    };
    let action = match (&write.change, had_a_vote) {
        (Change::Vote { .. }, false) => "voted",
        (Change::Vote { .. }, true) => "changed",
        (Change::Retract, _) => "retracted",
    };
    let step = Step {
        feedback_id: id,
        at: write.received_at,
        actor: "visitor",
        action,
        outcome,
        annotation: None,
        assignee: None,
        comment,
    };
    remember(transaction, &step).await
}

async fn store_sequence(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
    intent: &Intent,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO intents (feedback_id, client, sequence) VALUES ($1, $2, $3)
         ON CONFLICT (feedback_id, client) DO UPDATE SET sequence = excluded.sequence",
    )
    .bind(id)
    .bind(&intent.client)
    .bind(signed(intent.sequence))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

async fn store_reasons(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
    reasons: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM reasons WHERE feedback_id = $1")
        .bind(id)
        .execute(&mut **transaction)
        .await?;
    for reason in reasons {
        sqlx::query(
            "INSERT INTO reasons (feedback_id, reason) VALUES ($1, $2)
             ON CONFLICT (feedback_id, reason) DO NOTHING",
        )
        .bind(id)
        .bind(reason)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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
