use uuid::Uuid;

use super::team::{ADMIN, new_session};
use super::triage::UNDO_LIFE;
use super::{DEFAULT_TENANT, Storage, StorageError};
use crate::clock::{SECOND, now};
use crate::secret;

/// How long a sign-in link works.
const LINK_LIFE: i64 = 60 * 60 * SECOND;
/// How long a session lasts.
pub const SESSION_LIFE: i64 = 30 * 24 * 60 * 60 * SECOND;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// What to call them.
    pub name: String,
    /// The tenant whose votes they see.
    pub tenant: String,
    /// `admin` or `viewer`.
    pub role: String,
}

impl Storage {
    /// Whether anybody administers this receiver yet.
    pub async fn has_admin(&self) -> Result<bool, StorageError> {
        let admins: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM roles WHERE role = $1")
            .bind(ADMIN)
            .fetch_one(&self.read)
            .await?;
        Ok(admins > 0)
    }

    /// Makes the secret of a link that signs in once, within an hour. It voids the one before.
    pub async fn new_sign_in_link(&self) -> Result<String, StorageError> {
        let secret = secret::random();
        let now = now();
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM sign_in_links")
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO sign_in_links (hash, created_at, expires_at) VALUES ($1, $2, $3)")
            .bind(secret::hash(&secret).as_slice())
            .bind(now)
            .bind(now + LINK_LIFE)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(secret)
    }

    /// Uses a link up and starts a session of the admin, who is made if missing. Returns the
    /// session's secret, or None if the link is not good any more.
    pub async fn sign_in(&self, link: &str) -> Result<Option<String>, StorageError> {
        let now = now();
        let mut transaction = self.begin().await?;
        let used = sqlx::query("DELETE FROM sign_in_links WHERE hash = $1 AND expires_at > $2")
            .bind(secret::hash(link).as_slice())
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(None);
        }
        let admin: Option<String> = sqlx::query_scalar(
            "SELECT user_id FROM roles WHERE role = $1 AND tenant = $2 ORDER BY user_id LIMIT 1",
        )
        .bind(ADMIN)
        .bind(DEFAULT_TENANT)
        .fetch_optional(&mut *transaction)
        .await?;
        let admin = if let Some(admin) = admin {
            admin
        } else {
            let admin = Uuid::now_v7().to_string();
            sqlx::query("INSERT INTO users (id, name, created_at) VALUES ($1, 'Admin', $2)")
                .bind(&admin)
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("INSERT INTO roles (user_id, tenant, role) VALUES ($1, $2, $3)")
                .bind(&admin)
                .bind(DEFAULT_TENANT)
                .bind(ADMIN)
                .execute(&mut *transaction)
                .await?;
            admin
        };
        let session = new_session(&mut transaction, &admin).await?;
        transaction.commit().await?;
        Ok(Some(session))
    }

    /// Who a session belongs to. None if it is unknown or over.
    pub async fn person(&self, session: &str) -> Result<Option<Person>, StorageError> {
        let person = sqlx::query_as(
            "SELECT users.id, users.name, roles.tenant, roles.role FROM sessions
             JOIN users ON users.id = sessions.user_id
             JOIN roles ON roles.user_id = users.id
             WHERE sessions.hash = $1 AND sessions.expires_at > $2
             ORDER BY roles.tenant LIMIT 1",
        )
        .bind(secret::hash(session).as_slice())
        .bind(now())
        .fetch_optional(&self.read)
        .await?;
        Ok(person)
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM sessions WHERE hash = $1")
            .bind(secret::hash(session).as_slice())
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Drops sessions and links that are over, what can be undone no more, and what is left of
    /// webhooks.
    pub async fn drop_expired(&self) -> Result<(), StorageError> {
        for sql in [
            "DELETE FROM sessions WHERE expires_at <= $1",
            "DELETE FROM sign_in_links WHERE expires_at <= $1",
            "DELETE FROM invitations WHERE expires_at <= $1",
        ] {
            sqlx::query(sql).bind(now()).execute(&self.write).await?;
        }
        sqlx::query("DELETE FROM triages WHERE at <= $1")
            .bind(now() - UNDO_LIFE)
            .execute(&self.write)
            .await?;
        self.drop_of_webhooks().await
    }
}
