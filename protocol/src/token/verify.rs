use ed25519_dalek::pkcs8::DecodePublicKey;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};

use super::jwt::{Payload, check_secret};
use super::{Algorithm, Claims, KeyError, TokenError};
use crate::{check_id, limits};

/// Which form a token has, before anything about it is known to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JWT; look for the key of this id.
    Jwt {
        /// The header's `kid`.
        kid: String,
    },
    /// The original service's form; only [`LegacyKey`](super::LegacyKey) verifies it.
    Legacy,
}

/// Tells the two forms apart by the number of segments.
///
/// # Errors
/// [`TokenError::Malformed`] if it has neither shape, [`TokenError::UnknownKey`] for a JWT without
/// `kid`.
pub fn form(token: &str) -> Result<Form, TokenError> {
    if token.len() > limits::TOKEN_BYTES || !token.is_ascii() {
        return Err(TokenError::Malformed);
    }
    match token.split('.').count() {
        2 => Ok(Form::Legacy),
        3 => {
            let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
            // An extension we must understand and do not (RFC 7515, section 4.1.11).
            if header.crit.is_some() {
                return Err(TokenError::Malformed);
            }
            header
                .kid
                .map(|kid| Form::Jwt { kid })
                .ok_or(TokenError::UnknownKey)
        }
        _ => Err(TokenError::Malformed),
    }
}

/// A key that checks JWTs of one tenant.
#[derive(Clone)]
pub struct VerifyingKey {
    tenant: String,
    decoding: DecodingKey,
    validation: Validation,
}

impl VerifyingKey {
    /// Takes what checks a signature: the shared secret for HS256, the public key as SPKI PEM for
    /// `EdDSA`.
    ///
    /// # Errors
    /// If `material` does not fit the algorithm.
    pub fn new(
        tenant: impl Into<String>,
        algorithm: Algorithm,
        material: &str,
    ) -> Result<Self, KeyError> {
        check_secret(algorithm, material)?;
        let decoding = match algorithm {
            Algorithm::Hs256 => DecodingKey::from_secret(material.as_bytes()),
            Algorithm::EdDsa => {
                let key = ed25519_dalek::VerifyingKey::from_public_key_pem(material)
                    .map_err(|_| KeyError::BadPem)?;
                DecodingKey::from_ed_der(key.as_bytes())
            }
        };
        let mut validation = Validation::new(algorithm.jwt());
        // Audience and times are checked below, against the caller's clock.
        validation.required_spec_claims.clear();
        validation.validate_aud = false;
        validation.validate_exp = false;
        Ok(Self {
            tenant: tenant.into(),
            decoding,
            validation,
        })
    }

    /// The tenant whose votes its tokens may cast.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Checks a token at the time `now`, in seconds since 1970 UTC.
    ///
    /// # Errors
    /// The first rule it breaks; the signature comes before any claim.
    pub fn verify(&self, token: &str, now: i64) -> Result<Claims, TokenError> {
        let payload = jsonwebtoken::decode::<Payload>(token, &self.decoding, &self.validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature
                | ErrorKind::InvalidAlgorithm
                | ErrorKind::InvalidKeyFormat => TokenError::BadSignature,
                _ => TokenError::Malformed,
            })?
            .claims;
        if !payload.aud.is_feedback() {
            return Err(TokenError::WrongAudience);
        }
        if payload.tenant.is_some_and(|tenant| tenant != self.tenant) {
            return Err(TokenError::WrongTenant);
        }
        check_id("agent", &payload.agent).map_err(TokenError::BadClaim)?;
        check_id("run", &payload.run).map_err(TokenError::BadClaim)?;
        let user = payload.sub.filter(|user| !user.is_empty());
        user.as_deref()
            .map_or(Ok(()), |user| check_id("sub", user))
            .map_err(TokenError::BadClaim)?;
        let begins = payload.nbf.as_ref().map(seconds);
        if begins.is_some_and(|begins| begins > now.saturating_add(limits::CLOCK_SKEW_SECONDS)) {
            return Err(TokenError::NotYetValid);
        }
        let expires_at = payload.exp.as_ref().map(seconds);
        if expires_at.is_some_and(|ends| ends.saturating_add(limits::CLOCK_SKEW_SECONDS) <= now) {
            return Err(TokenError::Expired);
        }
        Ok(Claims {
            agent: payload.agent,
            run: payload.run,
            user,
            expires_at,
        })
    }
}

/// A `NumericDate` (RFC 7519, section 2) may have a fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and so do the comparisons"
)]
fn seconds(date: &serde_json::Number) -> i64 {
    date.as_i64()
        .unwrap_or_else(|| date.as_f64().unwrap_or(f64::MAX) as i64)
}
