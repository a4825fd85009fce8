use uuid::Uuid;

use super::{Storage, StorageError};
use crate::clock::now;

/// Views that a team keeps at most: they stand above every list.
const MOST: i64 = 20;

/// Filters of the list under a name.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct View {
    /// Its id.
    pub id: String,
    /// What the team calls it.
    pub name: String,
    /// As in the list's address, without the question mark.
    pub query: String,
}

impl Storage {
    /// A team's saved views, by name.
    pub async fn views(&self, tenant: &str) -> Result<Vec<View>, StorageError> {
        let views =
            sqlx::query_as("SELECT id, name, query FROM views WHERE tenant = $1 ORDER BY name, id")
                .bind(tenant)
                .fetch_all(&self.read)
                .await?;
        Ok(views)
    }

    /// Saves a view; one of the same name is replaced. False if there are too many.
    pub async fn save_view(
        &self,
        tenant: &str,
        name: &str,
        query: &str,
    ) -> Result<bool, StorageError> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM views WHERE tenant = $1 AND name = $2")
            .bind(tenant)
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM views WHERE tenant = $1")
            .bind(tenant)
            .fetch_one(&mut *transaction)
            .await?;
        if count >= MOST {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO views (id, tenant, name, query, created_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(tenant)
        .bind(name)
        .bind(query)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes a view. False if there is none of this id.
    pub async fn remove_view(&self, tenant: &str, id: &str) -> Result<bool, StorageError> {
        let removed = sqlx::query("DELETE FROM views WHERE id = $1 AND tenant = $2")
            .bind(id)
            .bind(tenant)
            .execute(&self.write)
            .await?;
        Ok(removed.rows_affected() > 0)
    }
}
