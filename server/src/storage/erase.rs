use super::{Storage, StorageError};

impl Storage {
    /// Erases everything of one end user: votes, tombstones, history. Returns how many entries.
    pub async fn erase(&self, tenant: &str, user: &str) -> Result<u64, StorageError> {
        // History, intents and reasons go with their entry.
        let erased = sqlx::query("DELETE FROM feedback WHERE tenant = $1 AND user_id = $2")
            .bind(tenant)
            .bind(user)
            .execute(&self.write)
            .await?;
        Ok(erased.rows_affected())
    }
}
