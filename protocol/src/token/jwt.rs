use serde::{Deserialize, Serialize};

use super::{Algorithm, KeyError};

/// `aud` of every feedback token, so that another service's JWT is none.
pub(super) const AUDIENCE: &str = "feedback";

/// The claims as they stand in the payload.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub aud: Audience,
    pub agent: String,
    pub run: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<serde_json::Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<serde_json::Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// One audience or a list of them (RFC 7519, section 4.1.3).
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    #[cfg(feature = "verify")]
    pub fn is_feedback(&self) -> bool {
        match self {
            Self::One(audience) => audience == AUDIENCE,
            Self::Several(audiences) => audiences.iter().any(|audience| audience == AUDIENCE),
        }
    }
}

/// Checks the rule both halves share: the bytes of an HS256 secret are the key.
pub(super) fn check_secret(algorithm: Algorithm, secret: &str) -> Result<(), KeyError> {
    if algorithm == Algorithm::Hs256 && (secret.len() < 32 || !secret.is_ascii()) {
        return Err(KeyError::WeakSecret);
    }
    Ok(())
}
