//! What the team does to votes, one or many at once, and how it is undone.

use sqlx::{Any, Transaction};
use uuid::Uuid;

use super::engine::Engine;
use super::history::{Step, remember};
use super::link::Link;
use super::webhook_queue::Listeners;
use super::{Storage, StorageError};
use crate::annotation::{Annotation, Marked};
use crate::clock::{SECOND, now};
use crate::webhook::Event;

/// How long it can be undone.
pub const UNDO_LIFE: i64 = 60 * 60 * SECOND;

/// What to do. What is None stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Triage {
    /// The mark.
    pub marked: Option<Marked>,
    /// The note with it; an empty one is none.
    pub note: Option<String>,
    /// Who looks after it.
    pub assign: Option<Assign>,
}

/// Who is to look after a vote.
#[derive(Clone, Debug)]
pub enum Assign {
    /// Nobody any more.
    Nobody,
    /// This one.
    To(Assignee),
}

impl Assign {
    const fn assignee(&self) -> Option<&Assignee> {
        match self {
            Self::Nobody => None,
            Self::To(assignee) => Some(assignee),
        }
    }
}

/// Somebody of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignee {
    /// The user's id.
    pub id: String,
    /// What to call them.
    pub name: String,
}

/// What has just been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triaged {
    /// The id to undo it by.
    pub id: String,
    /// Votes that it reached.
    pub votes: i64,
}

/// What was done, for the offer to undo it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Votes that it reached.
    pub votes: i64,
    /// Who did it.
    pub actor: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    annotation: Option<String>,
    annotation_comment: Option<String>,
    assignee: Option<String>,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct Before {
    feedback_id: String,
    annotation: Option<String>,
    annotation_comment: Option<String>,
    assignee: Option<String>,
    annotation_after: Option<String>,
    assignee_after: Option<String>,
    updated_at: i64,
}

impl Storage {
    /// Does it to those of the votes that the tenant has. None if there were none.
    pub async fn triage(
        &self,
        tenant: &str,
        ids: &[String],
        triage: &Triage,
        actor: &str,
    ) -> Result<Option<Triaged>, StorageError> {
        let (triage_id, at) = (Uuid::now_v7().to_string(), now());
        let mut ids = ids.to_vec();
        // Rows are locked in one order everywhere.
        ids.sort_unstable();
        ids.dedup();
        let mut transaction = self.begin().await?;
        sqlx::query("INSERT INTO triages (id, tenant, actor, at) VALUES ($1, $2, $3, $4)")
            .bind(&triage_id)
            .bind(tenant)
            .bind(actor)
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        let mut listeners = Listeners::read(&mut Link::Any(&mut transaction)).await?;
        let mut reached = 0;
        for id in &ids {
            if let Some(row) = find(&mut transaction, self.engine, tenant, id).await? {
                apply(&mut transaction, &triage_id, &row, triage, actor, at).await?;
                if triage.marked.is_some() {
                    let event = Event::Annotated;
                    listeners
                        .tell(&mut Link::Any(&mut transaction), tenant, id, event, at)
                        .await?;
                }
                reached += 1;
            }
        }
        if reached == 0 {
            return Ok(None);
        }
        transaction.commit().await?;
        if listeners.told {
            self.told.notify_one();
        }
        Ok(Some(Triaged {
            id: triage_id,
            votes: reached,
        }))
    }

    /// What was done under that id. None if it is too long ago.
    pub async fn triage_done(&self, tenant: &str, id: &str) -> Result<Option<Done>, StorageError> {
        let done: Option<(i64, String)> = sqlx::query_as(
            "SELECT COUNT(*), MAX(triages.actor) FROM triages
             JOIN triaged ON triaged.triage_id = triages.id
             WHERE triages.id = $1 AND triages.tenant = $2 AND triages.at > $3
             HAVING COUNT(*) > 0",
        )
        .bind(id)
        .bind(tenant)
        .bind(now() - UNDO_LIFE)
        .fetch_optional(&self.read)
        .await?;
        Ok(done.map(|(votes, actor)| Done { votes, actor }))
    }

    /// Puts back what was there before, except where somebody has changed it since. Returns how
    /// many votes were put back; None if there is nothing to undo.
    pub async fn undo_triage(
        &self,
        tenant: &str,
        id: &str,
        actor: &str,
    ) -> Result<Option<i64>, StorageError> {
        let at = now();
        let mut transaction = self.begin().await?;
        let known: Option<i64> =
            sqlx::query_scalar("SELECT at FROM triages WHERE id = $1 AND tenant = $2 AND at > $3")
                .bind(id)
                .bind(tenant)
                .bind(at - UNDO_LIFE)
                .fetch_optional(&mut *transaction)
                .await?;
        if known.is_none() {
            return Ok(None);
        }
        let befores: Vec<Before> = sqlx::query_as(
            "SELECT feedback_id, annotation, annotation_comment, assignee, annotation_after,
                 assignee_after, updated_at
             FROM triaged WHERE triage_id = $1 ORDER BY feedback_id",
        )
        .bind(id)
        .fetch_all(&mut *transaction)
        .await?;
        let mut listeners = Listeners::read(&mut Link::Any(&mut transaction)).await?;
        let mut undone = 0;
        for before in &befores {
            if put_back(&mut transaction, self.engine, tenant, before, actor, at).await? {
                undone += 1;
                if before.annotation != before.annotation_after {
                    let (id, event) = (&before.feedback_id, Event::Annotated);
                    listeners
                        .tell(&mut Link::Any(&mut transaction), tenant, id, event, at)
                        .await?;
                }
            }
        }
        // A second click finds nothing.
        sqlx::query("DELETE FROM triages WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        if listeners.told {
            self.told.notify_one();
        }
        Ok(Some(undone))
    }
}

async fn find(
    transaction: &mut Transaction<'_, Any>,
    engine: Engine,
    tenant: &str,
    id: &str,
) -> Result<Option<Row>, sqlx::Error> {
    let lock = if engine.has_row_locks() {
        " FOR UPDATE"
    } else {
        ""
    };
    let sql = format!(
        "SELECT id, annotation, annotation_comment, assignee, updated_at FROM feedback
         WHERE id = $1 AND tenant = $2 AND outcome IS NOT NULL{lock}"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(tenant)
        .fetch_optional(&mut **transaction)
        .await
}

async fn apply(
    transaction: &mut Transaction<'_, Any>,
    triage_id: &str,
    row: &Row,
    triage: &Triage,
    actor: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    let annotation = match triage.marked {
        None => row.annotation.clone(),
        Some(Marked::Open) => None,
        Some(Marked::As(annotation)) => Some(annotation.as_str().to_owned()),
    };
    let note = match &triage.note {
        None => row.annotation_comment.clone(),
        Some(note) => Some(note.clone()).filter(|note| !note.is_empty()),
    };
    let assignee = match &triage.assign {
        None => row.assignee.clone(),
        Some(assign) => assign.assignee().map(|assignee| assignee.id.clone()),
    };
    let (mark, to) = (annotation.as_deref(), assignee.as_deref());
    set(transaction, &row.id, mark, note.as_deref(), to).await?;
    sqlx::query(
        "INSERT INTO triaged (triage_id, feedback_id, annotation, annotation_comment, assignee,
             annotation_after, assignee_after, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(triage_id)
    .bind(&row.id)
    .bind(&row.annotation)
    .bind(&row.annotation_comment)
    .bind(&row.assignee)
    .bind(&annotation)
    .bind(&assignee)
    .bind(row.updated_at)
    .execute(&mut **transaction)
    .await?;
    if let Some(marked) = triage.marked {
        let step = marked_step(&row.id, marked, triage.note.as_deref(), actor, at);
        remember(transaction, &step).await?;
    }
    if let Some(assign) = &triage.assign {
        let name = assign.assignee().map(|assignee| assignee.name.as_str());
        remember(transaction, &assigned_step(&row.id, name, actor, at)).await?;
    }
    Ok(())
}

async fn put_back(
    transaction: &mut Transaction<'_, Any>,
    engine: Engine,
    tenant: &str,
    before: &Before,
    actor: &str,
    at: i64,
) -> Result<bool, sqlx::Error> {
    let id = &before.feedback_id;
    let Some(row) = find(transaction, engine, tenant, id).await? else {
        return Ok(false);
    };
    let is_untouched = row.annotation == before.annotation_after
        && row.assignee == before.assignee_after
        && row.updated_at == before.updated_at;
    if !is_untouched {
        return Ok(false);
    }
    let (mark, note) = (
        before.annotation.as_deref(),
        before.annotation_comment.as_deref(),
    );
    set(transaction, id, mark, note, before.assignee.as_deref()).await?;
    let step = Step {
        action: "undone",
        annotation: before.annotation.as_deref().and_then(Annotation::parse),
        ..assigned_step(id, None, actor, at)
    };
    remember(transaction, &step).await?;
    Ok(true)
}

async fn set(
    transaction: &mut Transaction<'_, Any>,
    id: &str,
    annotation: Option<&str>,
    note: Option<&str>,
    assignee: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE feedback SET annotation = $1, annotation_comment = $2, assignee = $3
         WHERE id = $4",
    )
    .bind(annotation)
    .bind(note)
    .bind(assignee)
    .bind(id)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn marked_step<'a>(
    id: &'a str,
    marked: Marked,
    note: Option<&'a str>,
    actor: &'a str,
    at: i64,
) -> Step<'a> {
    let (action, annotation) = match marked {
        Marked::Open => ("reopened", None),
        Marked::As(annotation) => ("annotated", Some(annotation)),
    };
    Step {
        action,
        annotation,
        comment: note.filter(|note| !note.is_empty()),
        ..assigned_step(id, None, actor, at)
    }
}

fn assigned_step<'a>(id: &'a str, name: Option<&'a str>, actor: &'a str, at: i64) -> Step<'a> {
    Step {
        feedback_id: id,
        at,
        actor,
        action: "assigned",
        outcome: None,
        annotation: None,
        comment: None,
        assignee: name,
    }
}
