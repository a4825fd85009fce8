use sqlx::AnyConnection;
use uuid::Uuid;
use workflowai_feedback_protocol::Outcome;

use super::rows::{self, Cell};
use super::{Storage, StorageError};
use crate::annotation::Annotation;

/// One change of an entry. It has the length of the text that came with it, never the text.
pub struct Step<'a> {
    pub feedback_id: &'a str,
    /// Microseconds.
    pub at: i64,
    /// Who.
    pub actor: &'a str,
    /// What: `voted`, `changed`, `retracted`, `annotated`, `reopened`, `assigned` or `undone`.
    pub action: &'a str,
    pub outcome: Option<Outcome>,
    pub annotation: Option<Annotation>,
    /// The comment, to be measured.
    pub comment: Option<&'a str>,
    /// Who looks after it from then on, by name.
    pub assignee: Option<&'a str>,
}

/// A step as it is remembered.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Past {
    /// Microseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    pub outcome: Option<String>,
    pub annotation: Option<String>,
    /// In characters.
    pub comment_length: Option<i64>,
    /// Who looks after it from then on, by the name of then.
    pub assignee: Option<String>,
}

impl Storage {
    /// What happened to an entry, oldest first.
    pub async fn history(&self, id: &str) -> Result<Vec<Past>, StorageError> {
        let steps = sqlx::query_as(
            "SELECT at, actor, action, outcome, annotation, comment_length, assignee FROM history
             WHERE feedback_id = $1 ORDER BY at, id",
        )
        .bind(id)
        .fetch_all(&self.read)
        .await?;
        Ok(steps)
    }
}

/// Table and columns of a step's cells.
pub const INTO: &str = "history
    (id, feedback_id, at, actor, action, outcome, annotation, comment_length, assignee)";

impl Step<'_> {
    /// As a row.
    pub fn cells(&self) -> Vec<Cell> {
        let length = self.comment.map(|comment| comment.chars().count());
        vec![
            Uuid::now_v7().to_string().as_str().into(),
            self.feedback_id.into(),
            self.at.into(),
            self.actor.into(),
            self.action.into(),
            self.outcome.map(Outcome::as_str).into(),
            self.annotation.map(Annotation::as_str).into(),
            Cell::Number(length.map(|length| i64::try_from(length).unwrap_or(i64::MAX))),
            self.assignee.into(),
        ]
    }
}

/// Adds a step to the history.
pub async fn remember(connection: &mut AnyConnection, step: &Step<'_>) -> Result<(), sqlx::Error> {
    rows::insert(connection, INTO, "", vec![step.cells()]).await
}
