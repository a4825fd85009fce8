//! What webhooks are still to be told. A row is written in the same commit as what it tells of,
//! and stays until somebody answered for it or it was given up.

use sqlx::AnyConnection;
use uuid::Uuid;

use super::link::Link;
use super::webhooks::{Delivery, events, form};
use super::{Storage, StorageError};
use crate::clock::{SECOND, now, rfc3339};
use crate::webhook::{Answered, Event, Form};

/// How long somebody may take to send what they took. After that it is sent again.
const LEASE: i64 = 60 * SECOND;
/// Seconds until each further try, as Standard Webhooks proposes. After the last it is given up.
const RETRIES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// The longest that an answer may ask to wait, in seconds.
const LONGEST_WAIT: i64 = 86_400;

struct Listener {
    id: String,
    tenant: String,
    events: Vec<Event>,
}

/// The webhooks there are while something is stored.
pub struct Listeners {
    all: Vec<Listener>,
    /// Whether any was told something.
    pub told: bool,
}

impl Listeners {
    /// Reads them, in the transaction that stores.
    pub async fn read(link: &mut Link<'_>) -> Result<Self, StorageError> {
        let sql = "SELECT id, tenant, events FROM webhooks ORDER BY id";
        let rows: Vec<(String, String, String)> = link.query(sql, Vec::new()).await?;
        let all = rows.into_iter().map(|(id, tenant, names)| Listener {
            id,
            tenant,
            events: events(&names),
        });
        Ok(Self {
            all: all.collect(),
            told: false,
        })
    }

    /// Puts an event of a vote into the queue of each webhook that wants it. The transaction has
    /// the vote's row, so that its events are in one order.
    pub async fn tell(
        &mut self,
        link: &mut Link<'_>,
        tenant: &str,
        feedback_id: &str,
        event: Event,
        at: i64,
    ) -> Result<(), StorageError> {
        for listener in &self.all {
            if listener.tenant != tenant || !listener.events.contains(&event) {
                continue;
            }
            let values = vec![
                Uuid::now_v7().to_string().as_str().into(),
                listener.id.as_str().into(),
                feedback_id.into(),
                event.as_str().into(),
                at.into(),
            ];
            link.execute(
                "INSERT INTO webhook_queue (id, webhook_id, feedback_id, place, event, at, due_at)
                 SELECT $1, $2, $3, COALESCE(MAX(place), 0) + 1, $4, $5, $5
                 FROM webhook_queue WHERE webhook_id = $2 AND feedback_id = $3",
                values,
            )
            .await?;
            self.told = true;
        }
        Ok(())
    }
}

/// A webhook that something is due for.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Its id.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// How they look.
    pub form: Form,
    /// What signs.
    pub secret: String,
}

/// A message that is to be sent now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Queued {
    /// Its id, the same however often it is sent.
    pub id: String,
    /// The vote it is about.
    pub feedback_id: Option<String>,
    place: i64,
    /// What it tells.
    pub event: String,
    /// What it says of no vote, as JSON.
    pub detail: Option<String>,
    /// When that happened, in microseconds.
    pub at: i64,
    tries: i64,
    due_at: i64,
}

impl Queued {
    /// A message that waits in no queue.
    pub fn of(event: &str, detail: &serde_json::Value) -> Self {
        let now = now();
        Self {
            id: Uuid::now_v7().to_string(),
            feedback_id: None,
            place: 0,
            event: event.to_owned(),
            detail: Some(detail.to_string()),
            at: now,
            tries: 1,
            due_at: now,
        }
    }
}

#[cfg(test)]
impl Queued {
    /// A message that tells this.
    pub fn about(event: Event, detail: Option<String>) -> Self {
        Self {
            id: "m".into(),
            feedback_id: None,
            place: 0,
            event: event.as_str().into(),
            detail,
            at: 0,
            tries: 1,
            due_at: 0,
        }
    }
}

/// What a message says of a vote: what is stored when it is sent.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Told {
    /// The vote's id.
    pub id: String,
    /// The agent that answered.
    pub agent_id: String,
    /// The answer that was rated.
    pub run_id: String,
    /// The end user, null where none was named.
    pub user_id: Option<String>,
    /// The vote, null once taken back.
    pub outcome: Option<String>,
    /// What the person wrote.
    pub comment: Option<String>,
    /// The reasons chosen.
    pub reasons: Vec<String>,
    /// What the team made of it.
    pub annotation: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// RFC 3339, UTC.
    pub updated_at: String,
}

#[derive(sqlx::FromRow)]
struct ToldRow {
    id: String,
    agent: String,
    run: String,
    user_id: String,
    outcome: Option<String>,
    comment: Option<String>,
    reasons: String,
    annotation: Option<String>,
    created_at: i64,
    updated_at: i64,
}

/// How long after its `tries`-th try a message waits. None: it is given up.
fn wait(tries: i64, asked: Option<i64>) -> Option<i64> {
    let place = usize::try_from(tries).unwrap_or_default().saturating_sub(1);
    let planned = *RETRIES.get(place)?;
    // So that not all come back at the same moment.
    let spread = fastrand::i64(0..=planned / 10);
    let asked = asked.unwrap_or_default().min(LONGEST_WAIT);
    Some((planned + spread).max(asked))
}

impl Storage {
    /// Waits until something was put into the queue by this process.
    pub async fn told(&self) {
        self.told.notified().await;
    }

    /// The webhooks that something is due for.
    pub async fn due_webhooks(&self) -> Result<Vec<Hook>, StorageError> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT id, url, form, secret FROM webhooks WHERE EXISTS (
                 SELECT 1 FROM webhook_queue WHERE webhook_id = webhooks.id
                 AND dead_at IS NULL AND due_at <= $1) ORDER BY id",
        )
        .bind(now())
        .fetch_all(&self.read)
        .await?;
        rows.into_iter()
            .map(|(id, url, name, secret)| {
                let form = form(&name)?;
                Ok(Hook {
                    id,
                    url,
                    form,
                    secret,
                })
            })
            .collect()
    }

    /// Takes up to `most` messages of a webhook that are due, of each vote the first that waits.
    /// Nobody else gets them for a minute.
    pub async fn take_due(&self, webhook: &str, most: usize) -> Result<Vec<Queued>, StorageError> {
        let now = now();
        let sql = format!(
            "SELECT id, feedback_id, place, event, detail, at, tries, due_at
             FROM webhook_queue AS queued
             WHERE webhook_id = $1 AND dead_at IS NULL AND due_at <= $2 AND NOT EXISTS (
                 SELECT 1 FROM webhook_queue AS earlier
                 WHERE earlier.webhook_id = queued.webhook_id
                     AND earlier.feedback_id = queued.feedback_id
                     AND earlier.place < queued.place AND earlier.dead_at IS NULL)
             ORDER BY due_at, id LIMIT {most}"
        );
        let found: Vec<Queued> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(webhook)
            .bind(now)
            .fetch_all(&self.read)
            .await?;
        if found.is_empty() {
            return Ok(found);
        }
        let mut taken = Vec::with_capacity(found.len());
        let mut transaction = self.begin().await?;
        for mut due in found {
            let took = sqlx::query(
                "UPDATE webhook_queue SET due_at = $1, tries = tries + 1
                 WHERE id = $2 AND due_at = $3 AND dead_at IS NULL",
            )
            .bind(now + LEASE)
            .bind(&due.id)
            .bind(due.due_at)
            .execute(&mut *transaction)
            .await?;
            if took.rows_affected() == 1 {
                due.tries += 1;
                taken.push(due);
            }
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// What is stored of the vote that a message is about.
    pub async fn told_of(&self, feedback_id: &str) -> Result<Option<Told>, StorageError> {
        let row: Option<ToldRow> = sqlx::query_as(
            "SELECT id, agent, run, user_id, outcome, comment, reasons, annotation, created_at,
                 updated_at
             FROM feedback WHERE id = $1",
        )
        .bind(feedback_id)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Told {
            id: row.id,
            agent_id: row.agent,
            run_id: row.run,
            user_id: Some(row.user_id).filter(|user| !user.is_empty()),
            outcome: row.outcome,
            comment: row.comment,
            reasons: serde_json::from_str(&row.reasons)
                .map_err(|_| StorageError::Unreadable("list of reasons"))?,
            annotation: row.annotation,
            created_at: rfc3339(row.created_at),
            updated_at: rfc3339(row.updated_at),
        }))
    }

    /// How many messages of the same vote were given up before this one.
    pub async fn missed_before(&self, webhook: &str, due: &Queued) -> Result<i64, StorageError> {
        let missed = sqlx::query_scalar(
            "SELECT COUNT(*) FROM webhook_queue
             WHERE webhook_id = $1 AND feedback_id = $2 AND place < $3 AND dead_at IS NOT NULL",
        )
        .bind(webhook)
        .bind(&due.feedback_id)
        .bind(due.place)
        .fetch_one(&self.read)
        .await?;
        Ok(missed)
    }

    /// Notes what became of messages that were sent: done, to be sent again, or given up.
    pub async fn settle(
        &self,
        webhook: &str,
        sent: &[(Queued, Answered)],
    ) -> Result<(), StorageError> {
        let now = now();
        let mut transaction = self.begin().await?;
        for (due, answered) in sent {
            if answered.is_taken() {
                sqlx::query("DELETE FROM webhook_queue WHERE id = $1")
                    .bind(&due.id)
                    .execute(&mut *transaction)
                    .await?;
            } else {
                let wait = wait(due.tries, answered.retry_after);
                sqlx::query("UPDATE webhook_queue SET due_at = $1, dead_at = $2 WHERE id = $3")
                    .bind(now + wait.unwrap_or_default() * SECOND)
                    .bind(if wait.is_none() { Some(now) } else { None })
                    .bind(&due.id)
                    .execute(&mut *transaction)
                    .await?;
            }
            note(&mut transaction, webhook, due, answered).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Notes what became of a message that waits in no queue.
    pub async fn note_delivery(
        &self,
        webhook: &str,
        sent: &Queued,
        answered: &Answered,
    ) -> Result<Delivery, StorageError> {
        let mut transaction = self.begin().await?;
        note(&mut transaction, webhook, sent, answered).await?;
        transaction.commit().await?;
        Ok(Delivery {
            message_id: sent.id.clone(),
            event: sent.event.clone(),
            at: answered.at,
            milliseconds: answered.milliseconds,
            status: answered.status.map(i64::from),
            failure: answered.failure.map(str::to_owned),
        })
    }

    /// A webhook as it is spoken to. None if the tenant has none of this id.
    pub async fn webhook(&self, tenant: &str, id: &str) -> Result<Option<Hook>, StorageError> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT url, form, secret FROM webhooks WHERE id = $1 AND tenant = $2")
                .bind(id)
                .bind(tenant)
                .fetch_optional(&self.read)
                .await?;
        row.map(|(url, name, secret)| {
            Ok(Hook {
                id: id.to_owned(),
                url,
                form: form(&name)?,
                secret,
            })
        })
        .transpose()
    }

    /// The tenants with a webhook for drops.
    pub async fn tenants_told_of_drops(&self) -> Result<Vec<String>, StorageError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT tenant, events FROM webhooks ORDER BY tenant")
                .fetch_all(&self.read)
                .await?;
        let mut tenants: Vec<String> = rows
            .into_iter()
            .filter(|(_, names)| events(names).contains(&Event::ShareDropped))
            .map(|(tenant, _)| tenant)
            .collect();
        tenants.dedup();
        Ok(tenants)
    }

    /// Puts the drop of an agent's share into the queues, unless that was done after `silent_from`,
    /// by whatever process.
    pub async fn tell_drop(
        &self,
        tenant: &str,
        agent: &str,
        detail: &str,
        silent_from: i64,
    ) -> Result<bool, StorageError> {
        let now = now();
        let mut transaction = self.begin().await?;
        let first = sqlx::query(
            "INSERT INTO share_drops (tenant, agent, told_at) VALUES ($1, $2, $3)
             ON CONFLICT (tenant, agent) DO UPDATE SET told_at = excluded.told_at
             WHERE share_drops.told_at < $4",
        )
        .bind(tenant)
        .bind(agent)
        .bind(now)
        .bind(silent_from)
        .execute(&mut *transaction)
        .await?;
        if first.rows_affected() == 0 {
            return Ok(false);
        }
        let listeners = Listeners::read(&mut Link::Any(&mut transaction)).await?;
        let event = Event::ShareDropped;
        for listener in &listeners.all {
            if listener.tenant != tenant || !listener.events.contains(&event) {
                continue;
            }
            sqlx::query(
                "INSERT INTO webhook_queue (id, webhook_id, place, event, detail, at, due_at)
                 VALUES ($1, $2, 0, $3, $4, $5, $5)",
            )
            .bind(Uuid::now_v7().to_string())
            .bind(&listener.id)
            .bind(event.as_str())
            .bind(detail)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        self.told.notify_one();
        Ok(true)
    }
}

/// Remembers that a message was sent.
async fn note(
    connection: &mut AnyConnection,
    webhook: &str,
    sent: &Queued,
    answered: &Answered,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO webhook_deliveries
             (id, webhook_id, message_id, event, at, milliseconds, status, failure)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(webhook)
    .bind(&sent.id)
    .bind(&sent.event)
    .bind(answered.at)
    .bind(answered.milliseconds)
    .bind(answered.status.map(i64::from))
    .bind(answered.failure)
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_ten_times_in_three_days_and_as_late_as_the_answer_asks() {
        let mut all = 0;
        for tries in 1..10 {
            let wait = wait(tries, None).expect("another try");
            let planned = RETRIES[usize::try_from(tries).expect("small") - 1];
            assert!(
                (planned..=planned * 11 / 10).contains(&wait),
                "{tries}: {wait}"
            );
            all += planned;
        }
        assert_eq!(all / 3_600, 75, "hours");
        assert_eq!(wait(10, None), None);
        assert_eq!(wait(1, Some(120)), Some(120));
        assert_eq!(wait(1, Some(i64::MAX)), Some(LONGEST_WAIT));
        assert!(wait(2, Some(1)).is_some_and(|wait| wait >= 300));
    }
}
