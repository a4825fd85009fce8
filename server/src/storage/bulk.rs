//! Many votes at once, for data that was made elsewhere: one transaction, the same rows and totals
//! as the writer's.

use sqlx::any::AnyArguments;
use sqlx::{AnyConnection, Arguments};
use uuid::{NoContext, Timestamp, Uuid};
use workflowai_feedback_protocol::Outcome;

use super::aggregates::{Deltas, Vote};
use super::link::Link;
use super::{Key, Storage, StorageError};
use crate::annotation::Annotation;
use crate::clock::SECOND;
use crate::fold::fold;

/// Rows of one statement. Its values stay below what a statement of either database may bind.
const BATCH: usize = 250;

/// A vote with its past.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Whose entry. No other may have the same key.
    pub key: Key,
    /// Thumbs up or down.
    pub outcome: Outcome,
    /// What the person wrote.
    pub comment: Option<String>,
    /// The reasons chosen.
    pub reasons: Vec<String>,
    /// Microseconds.
    pub created_at: i64,
    /// What it was at first and until when, if it was changed.
    pub at_first: Option<(Outcome, i64)>,
    /// What the team made of it.
    pub mark: Option<LoadedMark>,
}

/// A mark with its past.
#[derive(Clone, Debug)]
pub struct LoadedMark {
    /// The mark.
    pub annotation: Annotation,
    /// The note with it.
    pub note: Option<String>,
    /// Who.
    pub actor: &'static str,
    /// Microseconds.
    pub at: i64,
}

/// Rows of one table that are written together.
#[derive(Default)]
struct Rows {
    count: usize,
    arguments: AnyArguments,
}

impl Rows {
    fn text(&mut self, text: &str) {
        self.value(text.to_owned());
    }

    fn value<'q>(&mut self, value: impl sqlx::Encode<'q, sqlx::Any> + sqlx::Type<sqlx::Any> + 'q) {
        let added = self.arguments.add(value);
        added.expect("texts and numbers are values of every database");
    }

    async fn insert(
        self,
        connection: &mut AnyConnection,
        into: &'static str,
    ) -> Result<(), sqlx::Error> {
        if self.count == 0 {
            return Ok(());
        }
        let columns = self.arguments.len() / self.count;
        let rows: Vec<String> = (0..self.count)
            .map(|row| {
                let places: Vec<String> = (1..=columns)
                    .map(|column| format!("${}", row * columns + column))
                    .collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let sql = format!("INSERT INTO {into} VALUES {}", rows.join(", "));
        sqlx::query_with(sqlx::AssertSqlSafe(sql), self.arguments)
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl Storage {
    /// Whether the tenant has any entry, taken back or not.
    pub async fn has_entries(&self, tenant: &str) -> Result<bool, StorageError> {
        let entry: Option<i64> =
            sqlx::query_scalar("SELECT CAST(1 AS BIGINT) FROM feedback WHERE tenant = $1 LIMIT 1")
                .bind(tenant)
                .fetch_optional(&self.read)
                .await?;
        Ok(entry.is_some())
    }

    /// Stores them all in one transaction, reading them as it goes.
    pub async fn load(
        &self,
        votes: impl Iterator<Item = Loaded> + Send,
    ) -> Result<u64, StorageError> {
        let mut transaction = self.begin_long().await?;
        let mut deltas = Deltas::default();
        let mut stored = 0;
        let mut batch = Vec::with_capacity(BATCH);
        for vote in votes {
            let counted = Vote {
                outcome: vote.outcome,
                has_comment: vote.comment.is_some(),
                created_at: vote.created_at,
            };
            deltas.add(&vote.key.tenant, &vote.key.agent, counted);
            batch.push((id_at(vote.created_at), vote));
            stored += 1;
            if batch.len() == BATCH {
                store(&mut transaction, &batch).await?;
                batch.clear();
            }
        }
        store(&mut transaction, &batch).await?;
        deltas
            .write(&mut Link::Any(&mut transaction), self.shard)
            .await?;
        transaction.commit().await?;
        Ok(stored)
    }
}

/// An id that sorts by the time of the vote, as the writer's do.
fn id_at(micros: i64) -> String {
    let seconds = u64::try_from(micros / SECOND).unwrap_or_default();
    let nanos = u32::try_from(micros % SECOND * 1_000).unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, nanos)).to_string()
}

async fn store(
    connection: &mut AnyConnection,
    batch: &[(String, Loaded)],
) -> Result<(), sqlx::Error> {
    let mut entries = Rows::default();
    let mut reasons = Rows::default();
    let mut history = Rows::default();
    let mut searched = Rows::default();
    for (id, vote) in batch {
        entry(&mut entries, id, vote);
        if vote.comment.is_some() {
            searched.count += 1;
            searched.text(id);
        }
        for reason in &vote.reasons {
            reasons.count += 1;
            reasons.text(id);
            reasons.text(reason);
        }
        steps(&mut history, id, vote);
    }
    entries
        .insert(
            connection,
            "feedback (id, tenant, agent, run, user_id, outcome, comment, reasons, folded,
                 annotation, annotation_comment, created_at, updated_at, client, sequence,
                 pressed_at)",
        )
        .await?;
    reasons
        .insert(connection, "reasons (feedback_id, reason)")
        .await?;
    searched
        .insert(connection, "search_due (feedback_id)")
        .await?;
    history
        .insert(
            connection,
            "history (id, feedback_id, at, actor, action, outcome, annotation, comment_length)",
        )
        .await
}

fn entry(rows: &mut Rows, id: &str, vote: &Loaded) {
    let mark = vote.mark.as_ref();
    let updated_at = vote.at_first.map_or(vote.created_at, |(_, until)| until);
    rows.count += 1;
    rows.text(id);
    rows.text(&vote.key.tenant);
    rows.text(&vote.key.agent);
    rows.text(&vote.key.run);
    rows.text(&vote.key.user);
    rows.text(vote.outcome.as_str());
    rows.value(vote.comment.clone());
    rows.value(serde_json::json!(vote.reasons).to_string());
    rows.value(vote.comment.as_deref().map(fold));
    rows.value(mark.map(|mark| mark.annotation.as_str().to_owned()));
    rows.value(mark.and_then(|mark| mark.note.clone()));
    rows.value(vote.created_at);
    rows.value(updated_at);
    rows.text("");
    rows.value(0_i64);
    rows.value(updated_at);
}

fn steps(rows: &mut Rows, id: &str, vote: &Loaded) {
    let mut step = |at, actor: &str, action: &str, outcome: Option<Outcome>, mark, text| {
        let length: Option<i64> = Option::map(text, |text: &str| {
            i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
        });
        rows.count += 1;
        rows.text(&id_at(at));
        rows.text(id);
        rows.value(at);
        rows.text(actor);
        rows.text(action);
        rows.value(outcome.map(|outcome| outcome.as_str().to_owned()));
        rows.value(Option::map(mark, |mark: Annotation| {
            mark.as_str().to_owned()
        }));
        rows.value(length);
    };
    let comment = vote.comment.as_deref();
    let now = Some(vote.outcome);
    match vote.at_first {
        None => step(vote.created_at, "visitor", "voted", now, None, comment),
        Some((first, until)) => {
            step(vote.created_at, "visitor", "voted", Some(first), None, None);
            step(until, "visitor", "changed", now, None, comment);
        }
    }
    if let Some(mark) = &vote.mark {
        let annotation = Some(mark.annotation);
        let note = mark.note.as_deref();
        step(mark.at, mark.actor, "annotated", None, annotation, note);
    }
}
