use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use subtle::ConstantTimeEq;

use super::Scope;
use crate::app::{App, Shared};
use crate::error::ApiError;
use crate::secret;
use crate::storage::DEFAULT_TENANT;

/// In a path, the key's own tenant.
const OWN_TENANT: &str = "_";

/// The API key that a request carries, known to be valid.
pub struct ApiKey {
    id: String,
    tenant: String,
    scopes: Vec<Scope>,
}

impl ApiKey {
    /// Who it is, as history shows it.
    pub fn actor(&self) -> String {
        format!("api-key {}", self.id)
    }

    /// The tenant that a path means, if the key may do `scope` in it.
    ///
    /// # Errors
    /// [`ApiError::WrongTenant`] or [`ApiError::MissingScope`].
    pub fn tenant(&self, in_path: &str, scope: Scope) -> Result<&str, ApiError> {
        if in_path != OWN_TENANT && in_path != self.tenant {
            return Err(ApiError::WrongTenant);
        }
        if !self.scopes.contains(&scope) && !self.scopes.contains(&Scope::Admin) {
            return Err(ApiError::MissingScope(scope));
        }
        Ok(&self.tenant)
    }
}

impl FromRequestParts<Shared> for ApiKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let key = bearer(&parts.headers).ok_or(ApiError::InvalidApiKey)?;
        if is_configured(app, key) {
            return Ok(Self {
                id: "of the settings".into(),
                tenant: DEFAULT_TENANT.into(),
                scopes: vec![Scope::Admin],
            });
        }
        let row = app
            .storage
            .api_key(key)
            .await?
            .ok_or(ApiError::InvalidApiKey)?;
        Ok(Self {
            id: row.id,
            tenant: row.tenant,
            scopes: row.scopes,
        })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

fn is_configured(app: &App, key: &str) -> bool {
    let configured = app.config.api_key.as_deref();
    configured.is_some_and(|configured| secret::hash(configured).ct_eq(&secret::hash(key)).into())
}
