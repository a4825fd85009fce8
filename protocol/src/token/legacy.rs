use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
#[cfg(feature = "verify")]
use serde::Deserialize;
use sha2::Sha256;

use super::KeyError;
#[cfg(feature = "verify")]
use super::{Claims, TokenError};
#[cfg(feature = "verify")]
use crate::{check_id, limits};

/// The key of the original service's tokens: `base64(json) "." base64(hmac_sha256(json))`.
///
/// The original took any signature, as its length check was inverted, and unsigned tokens where no
/// key was set. This one takes neither.
#[derive(Clone)]
pub struct LegacyKey {
    mac: Hmac<Sha256>,
}

/// The payload: tenant number, agent number, run id.
#[cfg(feature = "verify")]
#[derive(Deserialize)]
struct Payload {
    t: u64,
    u: u64,
    r: String,
}

impl LegacyKey {
    /// Reads the key as it was configured for the original service: standard base64.
    ///
    /// # Errors
    /// [`KeyError::BadBase64`].
    pub fn from_base64(key: &str) -> Result<Self, KeyError> {
        let bytes = BASE64_STANDARD
            .decode(key)
            .map_err(|_| KeyError::BadBase64)?;
        if bytes.is_empty() {
            return Err(KeyError::BadBase64);
        }
        let mac = Hmac::new_from_slice(&bytes).map_err(|_| KeyError::BadBase64)?;
        Ok(Self { mac })
    }

    /// Makes a token of tenant number `tenant`, agent number `agent` and a run.
    #[cfg(feature = "mint")]
    pub fn mint(&self, tenant: u64, agent: u64, run: &str) -> String {
        let json = serde_json::json!({ "t": tenant, "u": agent, "r": run }).to_string();
        let signature = self.mac.clone().chain_update(&json).finalize().into_bytes();
        format!(
            "{}.{}",
            BASE64_STANDARD.encode(json),
            BASE64_STANDARD.encode(signature)
        )
    }

    /// Checks a token. Its agent is called `legacy-{t}-{u}`; it is bound to no user and never ends.
    ///
    /// # Errors
    /// The first rule it breaks; the signature comes before the payload.
    #[cfg(feature = "verify")]
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > limits::TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (payload, signature) = token.split_once('.').ok_or(TokenError::Malformed)?;
        let decode = |text| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|_| TokenError::Malformed)
        };
        let json = decode(payload)?;
        let signature = decode(signature)?;
        // Compares in constant time, and only a whole signature.
        self.mac
            .clone()
            .chain_update(&json)
            .verify_slice(&signature)
            .map_err(|_| TokenError::BadSignature)?;
        let payload: Payload = serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)?;
        check_id("r", &payload.r).map_err(TokenError::BadClaim)?;
        let agent = format!("legacy-{}-{}", payload.t, payload.u);
        Ok(Claims {
            agent,
            run: payload.r,
            user: None,
            expires_at: None,
        })
    }
}
