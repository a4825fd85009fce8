use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use jsonwebtoken::{EncodingKey, Header};
use rand_core::{OsRng, RngCore};

use super::jwt::{AUDIENCE, Audience, Payload, check_secret};
use super::{Algorithm, Claims, KeyError};
use crate::{FieldError, check_id};

/// A key that makes tokens.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    secret: String,
    public: String,
    encoding: EncodingKey,
}

impl SigningKey {
    /// Makes a new key from the system's randomness.
    ///
    /// # Panics
    /// If the system gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Self {
        let kid = loop {
            let mut id = [0; 9];
            OsRng.fill_bytes(&mut id);
            let kid = BASE64_URL_SAFE_NO_PAD.encode(id);
            // On a command line that would be an option, and so would be a token, which begins with it.
            if !kid.starts_with('-') {
                break kid;
            }
        };
        let secret = match algorithm {
            Algorithm::Hs256 => {
                let mut secret = [0; 32];
                OsRng.fill_bytes(&mut secret);
                BASE64_URL_SAFE_NO_PAD.encode(secret)
            }
            Algorithm::EdDsa => ed25519_dalek::SigningKey::generate(&mut OsRng)
                .to_pkcs8_pem(LineEnding::LF)
                .expect("an Ed25519 key has a PKCS #8 form")
                .to_string(),
        };
        Self::new(kid, algorithm, secret).expect("a key just made is a good one")
    }

    /// Takes an existing secret: ASCII for HS256, a PKCS #8 PEM for `EdDSA`.
    ///
    /// # Errors
    /// If the secret does not fit the algorithm.
    pub fn new(
        kid: impl Into<String>,
        algorithm: Algorithm,
        secret: impl Into<String>,
    ) -> Result<Self, KeyError> {
        let secret = secret.into();
        check_secret(algorithm, &secret)?;
        let (encoding, public) = match algorithm {
            Algorithm::Hs256 => (EncodingKey::from_secret(secret.as_bytes()), secret.clone()),
            Algorithm::EdDsa => {
                let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&secret)
                    .map_err(|_| KeyError::BadPem)?;
                let der = key.to_pkcs8_der().map_err(|_| KeyError::BadPem)?;
                let public = key
                    .verifying_key()
                    .to_public_key_pem(LineEnding::LF)
                    .map_err(|_| KeyError::BadPem)?;
                (EncodingKey::from_ed_der(der.as_bytes()), public)
            }
        };
        Ok(Self {
            kid: kid.into(),
            algorithm,
            secret,
            public,
            encoding,
        })
    }

    /// The id in the header of the tokens it signs.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// How it signs.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The secret, as [`SigningKey::new`] takes it.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What [`VerifyingKey::new`](super::VerifyingKey::new) takes: the secret itself for HS256,
    /// the public half as PEM for `EdDSA`.
    pub fn verification(&self) -> &str {
        &self.public
    }

    /// Makes a token.
    ///
    /// # Errors
    /// Names the claim that breaks a rule.
    pub fn mint(&self, claims: &Claims) -> Result<String, FieldError> {
        check_id("agent", &claims.agent)?;
        check_id("run", &claims.run)?;
        claims
            .user
            .as_deref()
            .map_or(Ok(()), |user| check_id("sub", user))?;
        let payload = Payload {
            aud: Audience::One(AUDIENCE.into()),
            agent: claims.agent.clone(),
            run: claims.run.clone(),
            sub: claims.user.clone(),
            exp: claims.expires_at.map(Into::into),
            nbf: None,
            tenant: None,
        };
        let mut header = Header::new(self.algorithm.jwt());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &payload, &self.encoding)
            .map_err(|error| FieldError::new("token", error.to_string()))
    }
}
