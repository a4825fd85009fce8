//! The webhooks of a tenant: which there are, and what became of what they were told.

use uuid::Uuid;

use super::{Storage, StorageError};
use crate::clock::now;
use crate::webhook::{Event, Form, NewWebhook, new_secret};

/// Deliveries that are remembered of a webhook.
const DELIVERIES: u32 = 1_000;

/// What may be shown of a webhook.
#[derive(Clone, Debug)]
pub struct WebhookInfo {
    /// Its id.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
    /// Where messages go. Of Slack's addresses the host alone: the rest is as good as a password.
    pub url: String,
    /// How they look.
    pub form: Form,
    /// What they tell.
    pub events: Vec<Event>,
    /// Microseconds.
    pub created_at: i64,
    /// Messages that are still to be sent.
    pub waiting: i64,
    /// Messages that were given up.
    pub dead: i64,
    /// What became of the last one that was sent.
    pub last: Option<Delivery>,
}

/// What became of a message that was sent once.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Delivery {
    /// The message, the same however often it is sent.
    pub message_id: String,
    /// What it told.
    pub event: String,
    /// Microseconds.
    pub at: i64,
    /// How long it took.
    pub milliseconds: i64,
    /// The status of the answer. None where there was none.
    pub status: Option<i64>,
    /// Why there was none.
    pub failure: Option<String>,
}

/// A message that was given up.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeadLetter {
    /// The message.
    pub message_id: String,
    /// What it would have told.
    pub event: String,
    /// The vote it is about.
    pub feedback_id: Option<String>,
    /// When what it tells happened, in microseconds.
    pub at: i64,
    /// How often it was sent.
    pub tries: i64,
    /// When it was given up, in microseconds.
    pub dead_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    tenant: String,
    url: String,
    form: String,
    events: String,
    created_at: i64,
    waiting: i64,
    dead: i64,
}

/// Reads a form back.
pub fn form(name: &str) -> Result<Form, StorageError> {
    Form::parse(name).ok_or(StorageError::Unreadable("form of a webhook"))
}

/// Reads a list of events back.
pub fn events(names: &str) -> Vec<Event> {
    names.split(' ').filter_map(Event::parse).collect()
}

fn shown(url: &str, form: Form) -> String {
    if form == Form::Standard {
        return url.to_owned();
    }
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{host}/…")
}

impl Storage {
    /// Adds a webhook. Returns its id, and the secret that signs, which is shown this once.
    pub async fn add_webhook(
        &self,
        tenant: &str,
        webhook: &NewWebhook,
    ) -> Result<(String, String), StorageError> {
        let (id, secret, now) = (Uuid::now_v7().to_string(), new_secret(), now());
        let events: Vec<_> = webhook.events.iter().map(|event| event.as_str()).collect();
        let mut transaction = self.begin().await?;
        super::ensure_tenant(&mut transaction, tenant, now).await?;
        sqlx::query(
            "INSERT INTO webhooks (id, tenant, url, form, events, secret, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&id)
        .bind(tenant)
        .bind(&webhook.url)
        .bind(webhook.form.as_str())
        .bind(events.join(" "))
        .bind(&secret)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((id, secret))
    }

    /// The webhooks of a tenant, or of all, oldest first.
    pub async fn webhooks(&self, tenant: Option<&str>) -> Result<Vec<WebhookInfo>, StorageError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, tenant, url, form, events, created_at,
                 (SELECT COUNT(*) FROM webhook_queue
                  WHERE webhook_id = webhooks.id AND dead_at IS NULL) AS waiting,
                 (SELECT COUNT(*) FROM webhook_queue
                  WHERE webhook_id = webhooks.id AND dead_at IS NOT NULL) AS dead
             FROM webhooks WHERE tenant = COALESCE($1, tenant) ORDER BY id",
        )
        .bind(tenant)
        .fetch_all(&self.read)
        .await?;
        let mut webhooks = Vec::with_capacity(rows.len());
        for row in rows {
            let form = form(&row.form)?;
            let last = self.newest_deliveries(&row.id, 1).await?.pop();
            webhooks.push(WebhookInfo {
                id: row.id,
                tenant: row.tenant,
                url: shown(&row.url, form),
                form,
                events: events(&row.events),
                created_at: row.created_at,
                waiting: row.waiting,
                dead: row.dead,
                last,
            });
        }
        Ok(webhooks)
    }

    /// Removes a webhook with what it was still to be told. False if the tenant has none of this
    /// id.
    pub async fn remove_webhook(&self, tenant: &str, id: &str) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        let removed = sqlx::query("DELETE FROM webhooks WHERE id = $1 AND tenant = $2")
            .bind(id)
            .bind(tenant)
            .execute(&mut *transaction)
            .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM webhook_queue WHERE webhook_id = $1",
            "DELETE FROM webhook_deliveries WHERE webhook_id = $1",
        ] {
            sqlx::query(sql).bind(id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn has_webhook(&self, tenant: &str, id: &str) -> Result<bool, StorageError> {
        let found: Option<String> =
            sqlx::query_scalar("SELECT id FROM webhooks WHERE id = $1 AND tenant = $2")
                .bind(id)
                .bind(tenant)
                .fetch_optional(&self.read)
                .await?;
        Ok(found.is_some())
    }

    /// The last deliveries of a webhook, newest first. None if the tenant has none of this id.
    pub async fn deliveries(
        &self,
        tenant: &str,
        id: &str,
        limit: u32,
    ) -> Result<Option<Vec<Delivery>>, StorageError> {
        if !self.has_webhook(tenant, id).await? {
            return Ok(None);
        }
        Ok(Some(self.newest_deliveries(id, limit).await?))
    }

    async fn newest_deliveries(&self, id: &str, limit: u32) -> Result<Vec<Delivery>, StorageError> {
        let sql = format!(
            "SELECT message_id, event, at, milliseconds, status, failure FROM webhook_deliveries
             WHERE webhook_id = $1 ORDER BY id DESC LIMIT {limit}"
        );
        let deliveries = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
        Ok(deliveries.fetch_all(&self.read).await?)
    }

    /// The messages of a webhook that were given up, oldest first. None if the tenant has none of
    /// this id.
    pub async fn dead_letters(
        &self,
        tenant: &str,
        id: &str,
        limit: u32,
    ) -> Result<Option<Vec<DeadLetter>>, StorageError> {
        if !self.has_webhook(tenant, id).await? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT id AS message_id, event, feedback_id, at, tries, dead_at FROM webhook_queue
             WHERE webhook_id = $1 AND dead_at IS NOT NULL ORDER BY id LIMIT {limit}"
        );
        let letters = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id);
        Ok(Some(letters.fetch_all(&self.read).await?))
    }

    /// Sends again what was given up, from the first try on. Returns how many; None if the tenant
    /// has no webhook of this id.
    pub async fn retry_dead_letters(
        &self,
        tenant: &str,
        id: &str,
    ) -> Result<Option<u64>, StorageError> {
        if !self.has_webhook(tenant, id).await? {
            return Ok(None);
        }
        let retried = sqlx::query(
            "UPDATE webhook_queue SET dead_at = NULL, tries = 0, due_at = $1
             WHERE webhook_id = $2 AND dead_at IS NOT NULL",
        )
        .bind(now())
        .bind(id)
        .execute(&self.write)
        .await?;
        self.told.notify_one();
        Ok(Some(retried.rows_affected()))
    }

    /// Drops what is left of webhooks that are gone, and old deliveries.
    pub(super) async fn drop_of_webhooks(&self) -> Result<(), StorageError> {
        for sql in [
            "DELETE FROM webhook_queue WHERE webhook_id NOT IN (SELECT id FROM webhooks)",
            "DELETE FROM webhook_deliveries WHERE webhook_id NOT IN (SELECT id FROM webhooks)",
        ] {
            sqlx::query(sql).execute(&self.write).await?;
        }
        let ids: Vec<String> = sqlx::query_scalar("SELECT id FROM webhooks")
            .fetch_all(&self.read)
            .await?;
        for id in ids {
            let sql = format!(
                "DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND id <= (
                     SELECT id FROM webhook_deliveries WHERE webhook_id = $1
                     ORDER BY id DESC LIMIT 1 OFFSET {DELIVERIES})"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(id)
                .execute(&self.write)
                .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_slack_is_shown_without_its_secret() {
        let url = "https://hooks.slack.com/services/T0/B0/secret?token=secret";
        assert_eq!(shown(url, Form::Slack), "https://hooks.slack.com/…");
        assert_eq!(shown(url, Form::Standard), url);
    }
}
