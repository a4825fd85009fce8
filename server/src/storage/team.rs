//! Who looks at a tenant's votes, and how they come and go.

use sqlx::{Any, Transaction};
use uuid::Uuid;

use super::{Person, SESSION_LIFE, Storage, StorageError};
use crate::clock::{SECOND, now};
use crate::fold::fold;
use crate::secret;

/// How long an invitation works.
const INVITATION_LIFE: i64 = 7 * 24 * 60 * 60 * SECOND;
/// Who may change things.
pub const ADMIN: &str = "admin";
/// Who may look at them.
pub const VIEWER: &str = "viewer";

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// The role it gives.
    pub role: String,
    /// Microseconds.
    pub expires_at: i64,
}

/// What somebody new gives.
pub struct Newcomer<'a> {
    /// What to call them.
    pub name: &'a str,
    /// What they sign in with.
    pub login: &'a str,
    /// The hash of their password.
    pub password_hash: &'a str,
}

/// How an invitation ended.
pub enum Joined {
    /// The secret of a session of the new person.
    In(String),
    /// Somebody else has that login; the invitation still works.
    LoginTaken,
    /// It does not work any more.
    Void,
}

impl Storage {
    /// Who of the team looks at a tenant's votes, by name.
    pub async fn people(&self, tenant: &str) -> Result<Vec<Person>, StorageError> {
        let people = sqlx::query_as(
            "SELECT users.id, users.name, roles.tenant, roles.role FROM roles
             JOIN users ON users.id = roles.user_id
             WHERE roles.tenant = $1 ORDER BY users.name, users.id",
        )
        .bind(tenant)
        .fetch_all(&self.read)
        .await?;
        Ok(people)
    }

    /// The id of whoever has a login, and the hash of their password.
    pub async fn password_of(&self, login: &str) -> Result<Option<(String, String)>, StorageError> {
        let found = sqlx::query_as(
            "SELECT id, password_hash FROM users WHERE login = $1 AND password_hash IS NOT NULL",
        )
        .bind(fold(login))
        .fetch_optional(&self.read)
        .await?;
        Ok(found)
    }

    /// What somebody signs in with.
    pub async fn login_of(&self, user: &str) -> Result<Option<String>, StorageError> {
        let login = sqlx::query_scalar("SELECT login FROM users WHERE id = $1")
            .bind(user)
            .fetch_optional(&self.read)
            .await?;
        Ok(login.flatten())
    }

    /// Gives somebody a login and a password, and ends all their sessions but this one. False if
    /// somebody else has that login.
    pub async fn set_password(
        &self,
        user: &str,
        login: &str,
        password_hash: &str,
        session: &str,
    ) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        if is_taken(&mut transaction, login, user).await? {
            return Ok(false);
        }
        sqlx::query("UPDATE users SET login = $1, password_hash = $2 WHERE id = $3")
            .bind(fold(login))
            .bind(password_hash)
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND hash <> $2")
            .bind(user)
            .bind(secret::hash(session).as_slice())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Starts a session; returns its secret.
    pub async fn start_session(&self, user: &str) -> Result<String, StorageError> {
        let mut transaction = self.begin().await?;
        let session = new_session(&mut transaction, user).await?;
        transaction.commit().await?;
        Ok(session)
    }

    /// Ends every session of somebody.
    pub async fn sign_out_everywhere(&self, user: &str) -> Result<(), StorageError> {
        sqlx::query("DELETE FROM sessions WHERE user_id = $1")
            .bind(user)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    /// Makes the secret of a link that makes somebody part of the team, once, within a week.
    pub async fn invite(&self, tenant: &str, role: &str) -> Result<String, StorageError> {
        let (secret, now) = (secret::random(), now());
        sqlx::query(
            "INSERT INTO invitations (id, hash, tenant, role, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(secret::hash(&secret).as_slice())
        .bind(tenant)
        .bind(role)
        .bind(now)
        .bind(now + INVITATION_LIFE)
        .execute(&self.write)
        .await?;
        Ok(secret)
    }

    /// Invitations that still work, newest first.
    pub async fn invitations(&self, tenant: &str) -> Result<Vec<Invitation>, StorageError> {
        let invitations = sqlx::query_as(
            "SELECT id, role, expires_at FROM invitations
             WHERE tenant = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC",
        )
        .bind(tenant)
        .bind(now())
        .fetch_all(&self.read)
        .await?;
        Ok(invitations)
    }

    /// Voids an invitation. False if there is none.
    pub async fn revoke_invitation(&self, tenant: &str, id: &str) -> Result<bool, StorageError> {
        let revoked = sqlx::query("DELETE FROM invitations WHERE tenant = $1 AND id = $2")
            .bind(tenant)
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(revoked.rows_affected() > 0)
    }

    /// Uses an invitation up.
    pub async fn join(&self, link: &str, newcomer: &Newcomer<'_>) -> Result<Joined, StorageError> {
        let now = now();
        let mut transaction = self.begin().await?;
        let invitation: Option<(String, String)> = sqlx::query_as(
            "DELETE FROM invitations WHERE hash = $1 AND expires_at > $2 RETURNING tenant, role",
        )
        .bind(secret::hash(link).as_slice())
        .bind(now)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((tenant, role)) = invitation else {
            return Ok(Joined::Void);
        };
        if is_taken(&mut transaction, newcomer.login, "").await? {
            return Ok(Joined::LoginTaken);
        }
        let user = Uuid::now_v7().to_string();
        sqlx::query(
            "INSERT INTO users (id, name, login, password_hash, created_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&user)
        .bind(newcomer.name)
        .bind(fold(newcomer.login))
        .bind(newcomer.password_hash)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("INSERT INTO roles (user_id, tenant, role) VALUES ($1, $2, $3)")
            .bind(&user)
            .bind(tenant)
            .bind(role)
            .execute(&mut *transaction)
            .await?;
        let session = new_session(&mut transaction, &user).await?;
        transaction.commit().await?;
        Ok(Joined::In(session))
    }

    /// Gives somebody of the team another role, or none any more: then their sessions end. False if
    /// there is no such person, or it would leave the team without an admin.
    pub async fn set_role(
        &self,
        tenant: &str,
        user: &str,
        role: Option<&str>,
    ) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        let changed = match role {
            Some(role) => {
                sqlx::query("UPDATE roles SET role = $3 WHERE tenant = $1 AND user_id = $2")
                    .bind(tenant)
                    .bind(user)
                    .bind(role)
            }
            None => sqlx::query("DELETE FROM roles WHERE tenant = $1 AND user_id = $2")
                .bind(tenant)
                .bind(user),
        };
        let changed = changed.execute(&mut *transaction).await?.rows_affected();
        let admins: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM roles WHERE tenant = $1 AND role = $2")
                .bind(tenant)
                .bind(ADMIN)
                .fetch_one(&mut *transaction)
                .await?;
        if changed == 0 || admins == 0 {
            return Ok(false);
        }
        if role.is_none() {
            sqlx::query("DELETE FROM sessions WHERE user_id = $1")
                .bind(user)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "DELETE FROM users WHERE id = $1
                 AND NOT EXISTS (SELECT 1 FROM roles WHERE roles.user_id = users.id)",
            )
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

async fn is_taken(
    transaction: &mut Transaction<'_, Any>,
    login: &str,
    by_another_than: &str,
) -> Result<bool, sqlx::Error> {
    let taken: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM users WHERE login = $1 AND id <> $2")
        .bind(fold(login))
        .bind(by_another_than)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(taken > 0)
}

/// Starts a session; returns its secret.
pub(super) async fn new_session(
    transaction: &mut Transaction<'_, Any>,
    user: &str,
) -> Result<String, sqlx::Error> {
    let (session, now) = (secret::random(), now());
    sqlx::query(
        "INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(secret::hash(&session).as_slice())
    .bind(user)
    .bind(now)
    .bind(now + SESSION_LIFE)
    .execute(&mut **transaction)
    .await?;
    Ok(session)
}
