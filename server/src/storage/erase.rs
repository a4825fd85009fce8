use workflowai_feedback_protocol::Outcome;

use super::aggregates::{Deltas, Vote};
use super::{Storage, StorageError};

#[derive(sqlx::FromRow)]
struct Row {
    agent: String,
    outcome: Option<String>,
    has_comment: i64,
    created_at: i64,
}

impl Storage {
    /// Erases everything of one end user: votes, tombstones, history. Returns how many entries.
    pub async fn erase(&self, tenant: &str, user: &str) -> Result<u64, StorageError> {
        let mut transaction = self.begin().await?;
        // History, intents and reasons go with their entry.
        let rows: Vec<Row> = sqlx::query_as(
            "DELETE FROM feedback WHERE tenant = $1 AND user_id = $2
             RETURNING agent, outcome, created_at,
                 CAST(CASE WHEN comment IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_comment",
        )
        .bind(tenant)
        .bind(user)
        .fetch_all(&mut *transaction)
        .await?;
        let mut deltas = Deltas::default();
        for row in &rows {
            if let Some(outcome) = row.outcome.as_deref().and_then(Outcome::parse) {
                let (has_comment, created_at) = (row.has_comment == 1, row.created_at);
                deltas.subtract(
                    tenant,
                    &row.agent,
                    Vote {
                        outcome,
                        has_comment,
                        created_at,
                    },
                );
            }
        }
        deltas.write(&mut transaction, self.shard).await?;
        transaction.commit().await?;
        Ok(rows.len() as u64)
    }
}
