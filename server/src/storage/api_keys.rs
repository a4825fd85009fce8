use std::time::Duration;

use uuid::Uuid;

use super::filter::{Rules, Value};
use super::{Storage, StorageError};
use crate::api::Scope;
use crate::clock::{SECOND, now};
use crate::secret;

/// The start of every API key, so that a leaked one can be recognised.
const PREFIX: &str = "wfk_";
/// Characters of a key that lists show.
const HINT: usize = 8;
/// `last_used_at` is written no more often than this.
const USE_STEP: i64 = 60 * SECOND;
/// How long a call waits for that.
const USE_PATIENCE: Duration = Duration::from_secs(1);

/// What may be shown of an API key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiKeyInfo {
    /// Its id, for revoking it.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
    /// Its first characters.
    pub hint: String,
    /// Its scopes, separated by spaces.
    pub scopes: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds, within a minute.
    pub last_used_at: Option<i64>,
    /// Microseconds. From then on it is refused.
    pub revoked_at: Option<i64>,
}

/// A valid key that a request carries.
#[derive(Clone, Debug)]
pub struct ApiKeyRow {
    /// Its id.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

impl Storage {
    /// Makes a key and returns its id and itself. It is shown this once; its hash is kept.
    pub async fn new_api_key(
        &self,
        tenant: &str,
        scopes: &[Scope],
    ) -> Result<(String, String), StorageError> {
        let id = Uuid::now_v7().to_string();
        let key = format!("{PREFIX}{}", secret::random());
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let now = now();
        let mut transaction = self.begin().await?;
        super::ensure_tenant(&mut transaction, tenant, now).await?;
        sqlx::query(
            "INSERT INTO api_keys (id, tenant, hash, hint, scopes, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(tenant)
        .bind(secret::hash(&key).as_slice())
        .bind(&key[..HINT])
        .bind(scopes.join(" "))
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok((id, key))
    }

    /// The key a request carries, if it is valid.
    pub async fn api_key(&self, key: &str) -> Result<Option<ApiKeyRow>, StorageError> {
        let row: Option<(String, String, String, Option<i64>)> = sqlx::query_as(
            "SELECT id, tenant, scopes, last_used_at FROM api_keys
             WHERE hash = $1 AND revoked_at IS NULL",
        )
        .bind(secret::hash(key).as_slice())
        .fetch_optional(&self.read)
        .await?;
        let Some((id, tenant, scopes, last_used_at)) = row else {
            return Ok(None);
        };
        let now = now();
        if last_used_at.is_none_or(|last| last < now - USE_STEP) {
            self.note_use(&id, now).await;
        }
        let scopes = scopes.split(' ').filter_map(Scope::parse).collect();
        Ok(Some(ApiKeyRow { id, tenant, scopes }))
    }

    /// Notes that a key was used. What it is used for goes on also where nothing can be written.
    async fn note_use(&self, id: &str, now: i64) {
        let update = sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2")
            .bind(now)
            .bind(id)
            .execute(&self.write);
        match tokio::time::timeout(USE_PATIENCE, update).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the use of an API key was not noted"),
            Err(_) => tracing::warn!("the use of an API key was not noted in time"),
        }
    }

    /// Every key, or those of a tenant, oldest first.
    pub async fn api_keys(&self, tenant: Option<&str>) -> Result<Vec<ApiKeyInfo>, StorageError> {
        let mut rules = Rules::none();
        rules.equal("tenant", tenant);
        let sql = format!(
            "SELECT id, tenant, hint, scopes, created_at, last_used_at, revoked_at
             FROM api_keys {} ORDER BY id",
            rules.clause()
        );
        let keys = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(keys.fetch_all(&self.read).await?)
    }

    /// Revokes a key, of a tenant if one is given, for good. False if there is none of this id that
    /// still works.
    pub async fn revoke_api_key(
        &self,
        tenant: Option<&str>,
        id: &str,
    ) -> Result<bool, StorageError> {
        let mut rules = Rules::none();
        let now = rules.bind(Value::Number(now()));
        rules.equal("id", Some(id));
        rules.equal("tenant", tenant);
        rules.condition("revoked_at IS NULL");
        let sql = format!("UPDATE api_keys SET revoked_at = {now} {}", rules.clause());
        let revoked = sqlx::query_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(revoked.execute(&self.write).await?.rows_affected() > 0)
    }
}
