use sqlx::AnyConnection;

use super::{Storage, StorageError, ensure_tenant};
use crate::clock::now;
use crate::settings::Settings;

const TRACE_URL: &str = "trace_url";
const KEEP_DAYS: &str = "keep_days";

impl Storage {
    /// What a tenant has set for itself.
    pub async fn settings(&self, tenant: &str) -> Result<Settings, StorageError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, value FROM tenant_settings WHERE tenant = $1")
                .bind(tenant)
                .fetch_all(&self.read)
                .await?;
        let mut settings = Settings::default();
        for (name, value) in rows {
            match name.as_str() {
                TRACE_URL => settings.trace_url = Some(value),
                KEEP_DAYS => settings.keep_days = value.parse().ok(),
                _ => {}
            }
        }
        Ok(settings)
    }

    /// Puts these in the place of what a tenant has set.
    pub async fn set_settings(
        &self,
        tenant: &str,
        settings: &Settings,
    ) -> Result<(), StorageError> {
        let mut transaction = self.begin().await?;
        ensure_tenant(&mut transaction, tenant, now()).await?;
        let days = settings.keep_days.map(|days| days.to_string());
        set(
            &mut transaction,
            tenant,
            TRACE_URL,
            settings.trace_url.as_deref(),
        )
        .await?;
        set(&mut transaction, tenant, KEEP_DAYS, days.as_deref()).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Every tenant.
    pub async fn tenants(&self) -> Result<Vec<String>, StorageError> {
        let tenants = sqlx::query_scalar("SELECT id FROM tenants ORDER BY id")
            .fetch_all(&self.read)
            .await?;
        Ok(tenants)
    }
}

async fn set(
    connection: &mut AnyConnection,
    tenant: &str,
    name: &str,
    value: Option<&str>,
) -> Result<(), sqlx::Error> {
    let Some(value) = value else {
        sqlx::query("DELETE FROM tenant_settings WHERE tenant = $1 AND name = $2")
            .bind(tenant)
            .bind(name)
            .execute(connection)
            .await?;
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO tenant_settings (tenant, name, value) VALUES ($1, $2, $3)
         ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value",
    )
    .bind(tenant)
    .bind(name)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}
