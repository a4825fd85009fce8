use std::collections::{BTreeMap, HashMap};
use std::sync::RwLock;
use std::time::{Duration, Instant};

use workflowai_feedback_protocol::token::{
    Claims, Form, LegacyKey, TokenError, VerifyingKey, form,
};

use crate::Config;
use crate::clock::{SECOND, now};
use crate::error::ApiError;
use crate::storage::{DEFAULT_TENANT, Key, Storage, StorageError};

/// How long a key is used before the database is asked again: a retired key is refused on every
/// machine within this.
const FRESH: Duration = Duration::from_secs(5);

/// Why a token could not be verified.
#[derive(Debug)]
pub enum TokenRefusal {
    /// It is no good.
    Token(TokenError),
    /// The database does not tell its key.
    Storage(StorageError),
}

impl From<TokenError> for TokenRefusal {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<StorageError> for TokenRefusal {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<TokenRefusal> for ApiError {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Token(error) => Self::Token(error),
            TokenRefusal::Storage(error) => Self::Storage(error),
        }
    }
}

/// The keys that verify tokens, kept for seconds.
pub struct Keyring {
    legacy: Option<LegacyKey>,
    legacy_agents: BTreeMap<String, String>,
    require_bound: bool,
    known: RwLock<HashMap<String, (Instant, VerifyingKey)>>,
}

impl Keyring {
    pub fn new(config: &Config) -> Self {
        Self {
            legacy: config.legacy_key.clone(),
            legacy_agents: config.legacy_agents.clone(),
            require_bound: config.require_bound_tokens,
            known: RwLock::default(),
        }
    }

    /// The entry that a token gives the right to, for a request that names `user`, and whether the
    /// token is bound to that user.
    ///
    /// # Errors
    /// A token that does not verify, or a user that it is not bound to.
    pub async fn key(
        &self,
        storage: &Storage,
        token: &str,
        user: Option<String>,
    ) -> Result<(Key, bool), ApiError> {
        let (tenant, claims) = self.verify(storage, token).await?;
        let bound = claims.user.is_some();
        let user = match (claims.user, user) {
            (Some(bound), Some(user)) if bound != user => return Err(ApiError::UserMismatch),
            (Some(bound), _) => bound,
            (None, _) if self.require_bound => return Err(ApiError::UnboundToken),
            (None, user) => user.unwrap_or_default(),
        };
        let key = Key {
            tenant,
            agent: claims.agent,
            run: claims.run,
            user,
        };
        Ok((key, bound))
    }

    /// What a token says, and the tenant whose vote it is.
    ///
    /// # Errors
    /// A token that does not verify.
    pub async fn verify(
        &self,
        storage: &Storage,
        token: &str,
    ) -> Result<(String, Claims), TokenRefusal> {
        match form(token)? {
            Form::Legacy => {
                let key = self.legacy.as_ref().ok_or(TokenError::UnknownKey)?;
                let mut claims = key.verify(token)?;
                if let Some(agent) = self.legacy_agents.get(&claims.agent) {
                    claims.agent.clone_from(agent);
                }
                Ok((DEFAULT_TENANT.to_owned(), claims))
            }
            Form::Jwt { kid } => {
                let key = self.verifying_key(storage, &kid).await?;
                let claims = key.verify(token, now() / SECOND)?;
                Ok((key.tenant().to_owned(), claims))
            }
        }
    }

    async fn verifying_key(
        &self,
        storage: &Storage,
        kid: &str,
    ) -> Result<VerifyingKey, TokenRefusal> {
        if let Some(key) = self.fresh(kid) {
            return Ok(key);
        }
        // No database knows an id with NUL, and PostgreSQL fails when asked for it.
        if kid.contains('\0') {
            return Err(TokenError::UnknownKey.into());
        }
        // Only ids that exist are kept, so that made-up ones cannot fill the memory.
        let key = storage.verifying_key(kid).await?;
        let mut known = self
            .known
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(key) = key else {
            known.remove(kid);
            return Err(TokenError::UnknownKey.into());
        };
        known.insert(kid.to_owned(), (Instant::now(), key.clone()));
        Ok(key)
    }

    fn fresh(&self, kid: &str) -> Option<VerifyingKey> {
        let known = self
            .known
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (read_at, key) = known.get(kid)?;
        (read_at.elapsed() < FRESH).then(|| key.clone())
    }
}
