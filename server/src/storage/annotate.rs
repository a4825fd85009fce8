use super::history::{Step, remember};
use super::link::Link;
use super::webhook_queue::Listeners;
use super::{Storage, StorageError};
use crate::annotation::{Annotation, Marked};
use crate::clock::now;
use crate::webhook::Event;

/// What somebody made of a vote.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The mark, or that there is none any more.
    pub marked: Marked,
    /// A note with it.
    pub comment: Option<String>,
    /// Who, as history shows it.
    pub actor: String,
}

impl Storage {
    /// Marks a vote. False if there is no such vote of that tenant and, if given, agent.
    pub async fn annotate(
        &self,
        tenant: &str,
        agent: Option<&str>,
        id: &str,
        mark: &Mark,
    ) -> Result<bool, StorageError> {
        let annotation = match mark.marked {
            Marked::Open => None,
            Marked::As(annotation) => Some(annotation),
        };
        let mut transaction = self.begin().await?;
        let marked = sqlx::query(
            "UPDATE feedback SET annotation = $1, annotation_comment = $2
             WHERE id = $3 AND tenant = $4 AND agent = COALESCE($5, agent) AND outcome IS NOT NULL",
        )
        .bind(annotation.map(Annotation::as_str))
        .bind(&mark.comment)
        .bind(id)
        .bind(tenant)
        .bind(agent)
        .execute(&mut *transaction)
        .await?;
        if marked.rows_affected() == 0 {
            return Ok(false);
        }
        let step = Step {
            feedback_id: id,
            at: now(),
            actor: &mark.actor,
            action: if annotation.is_some() {
                "annotated"
            } else {
                "reopened"
            },
            outcome: None,
            annotation,
            comment: mark.comment.as_deref(),
            assignee: None,
        };
        remember(&mut transaction, &step).await?;
        let mut listeners = Listeners::read(&mut Link::Any(&mut transaction)).await?;
        let event = Event::Annotated;
        listeners
            .tell(&mut Link::Any(&mut transaction), tenant, id, event, step.at)
            .await?;
        transaction.commit().await?;
        if listeners.told {
            self.told.notify_one();
        }
        Ok(true)
    }
}
