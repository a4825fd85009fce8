use workflowai_feedback_protocol::token::{Algorithm, SigningKey, VerifyingKey};

use super::filter::{Rules, Value};
use super::{Storage, StorageError};
use crate::clock::now;

/// What may be shown of a signing key.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SigningKeyInfo {
    /// The id in a token's header.
    pub kid: String,
    /// The tenant whose votes its tokens cast.
    pub tenant: String,
    /// `HS256` or `EdDSA`.
    pub algorithm: String,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds. From then on its tokens are refused.
    pub retired_at: Option<i64>,
}

impl Storage {
    /// The key that verifies tokens of this id. None if there is none, or it is retired.
    pub async fn verifying_key(&self, kid: &str) -> Result<Option<VerifyingKey>, StorageError> {
        let row: Option<(String, String, String)> = sqlx::query_as(
            "SELECT tenant, algorithm, verification FROM signing_keys
             WHERE kid = $1 AND (retired_at IS NULL OR retired_at > $2)",
        )
        .bind(kid)
        .bind(now())
        .fetch_optional(&self.read)
        .await?;
        row.map(|(tenant, algorithm, verification)| {
            let algorithm = parse(&algorithm)?;
            VerifyingKey::new(tenant, algorithm, &verification)
                .map_err(|_| StorageError::Unreadable("signing key"))
        })
        .transpose()
    }

    /// The newest key of a tenant that can sign. If there is none, one is made.
    pub async fn signing_key(&self, tenant: &str) -> Result<SigningKey, StorageError> {
        if let Some(key) = newest(&self.read, tenant).await? {
            return Ok(key);
        }
        let mut transaction = self.begin().await?;
        if self.engine.has_row_locks() {
            // Processes that start together look and make one after the other. Votes, which only
            // refer to the row, do not wait.
            super::ensure_tenant(&mut transaction, tenant, now()).await?;
            sqlx::query("SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE")
                .bind(tenant)
                .execute(&mut *transaction)
                .await?;
        }
        if let Some(key) = newest(&mut *transaction, tenant).await? {
            return Ok(key);
        }
        let key = SigningKey::generate(Algorithm::Hs256);
        insert(&mut transaction, tenant, &key).await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// Makes a key. Later tokens of the tenant are signed with it.
    pub async fn new_signing_key(
        &self,
        tenant: &str,
        algorithm: Algorithm,
    ) -> Result<SigningKey, StorageError> {
        let key = SigningKey::generate(algorithm);
        let mut transaction = self.begin().await?;
        insert(&mut transaction, tenant, &key).await?;
        transaction.commit().await?;
        Ok(key)
    }

    /// Every key, or those of a tenant, oldest first.
    pub async fn signing_keys(
        &self,
        tenant: Option<&str>,
    ) -> Result<Vec<SigningKeyInfo>, StorageError> {
        let mut rules = Rules::none();
        rules.equal("tenant", tenant);
        let sql = format!(
            "SELECT kid, tenant, algorithm, created_at, retired_at FROM signing_keys {}
             ORDER BY created_at, kid",
            rules.clause()
        );
        let keys = sqlx::query_as_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(keys.fetch_all(&self.read).await?)
    }

    /// Adds the public half of a backend's key. False if the id is taken.
    pub async fn add_public_key(
        &self,
        tenant: &str,
        kid: &str,
        public: &str,
    ) -> Result<bool, StorageError> {
        let now = now();
        let mut transaction = self.begin().await?;
        super::ensure_tenant(&mut transaction, tenant, now).await?;
        let added = sqlx::query(
            "INSERT INTO signing_keys (kid, tenant, algorithm, verification, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kid) DO NOTHING",
        )
        .bind(kid)
        .bind(tenant)
        .bind(Algorithm::EdDsa.as_str())
        .bind(public)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(added.rows_affected() > 0)
    }

    /// Ends a key, of a tenant if one is given: it signs nothing from now on, and its tokens are
    /// refused after `grace` microseconds. False if there is no such key.
    pub async fn retire_signing_key(
        &self,
        tenant: Option<&str>,
        kid: &str,
        grace: i64,
    ) -> Result<bool, StorageError> {
        let mut rules = Rules::none();
        let end = rules.bind(Value::Number(now().saturating_add(grace)));
        rules.equal("kid", Some(kid));
        rules.equal("tenant", tenant);
        let sql = format!(
            "UPDATE signing_keys SET retired_at = {end} {}",
            rules.clause()
        );
        let retired = sqlx::query_with(sqlx::AssertSqlSafe(sql), rules.arguments());
        Ok(retired.execute(&self.write).await?.rows_affected() > 0)
    }
}

async fn newest(
    executor: impl sqlx::AnyExecutor<'_>,
    tenant: &str,
) -> Result<Option<SigningKey>, StorageError> {
    let row: Option<(String, String, String)> = sqlx::query_as(
        "SELECT kid, algorithm, secret FROM signing_keys
         WHERE tenant = $1 AND secret IS NOT NULL AND retired_at IS NULL
         ORDER BY created_at DESC, kid LIMIT 1",
    )
    .bind(tenant)
    .fetch_optional(executor)
    .await?;
    row.map(|(kid, algorithm, secret)| {
        SigningKey::new(kid, parse(&algorithm)?, secret)
            .map_err(|_| StorageError::Unreadable("signing key"))
    })
    .transpose()
}

async fn insert(
    transaction: &mut sqlx::AnyConnection,
    tenant: &str,
    key: &SigningKey,
) -> Result<(), StorageError> {
    let now = now();
    super::ensure_tenant(transaction, tenant, now).await?;
    sqlx::query(
        "INSERT INTO signing_keys (kid, tenant, algorithm, secret, verification, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(key.kid())
    .bind(tenant)
    .bind(key.algorithm().as_str())
    .bind(key.secret())
    .bind(key.verification())
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(())
}

fn parse(algorithm: &str) -> Result<Algorithm, StorageError> {
    Algorithm::parse(algorithm).ok_or(StorageError::Unreadable("signing key's algorithm"))
}
