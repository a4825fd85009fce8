use std::fmt;

use crate::FieldError;

/// Why a token was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Neither form.
    Malformed,
    /// No key of this id, or none of this form.
    UnknownKey,
    /// The signature is missing, of another key or algorithm, or over another text.
    BadSignature,
    /// `aud` is not `feedback`: a JWT of another service.
    WrongAudience,
    /// The `tenant` claim is not the key's.
    WrongTenant,
    /// A claim that must be there is missing or breaks a rule.
    BadClaim(FieldError),
    /// `nbf` is more than a minute ahead.
    NotYetValid,
    /// `exp` is more than a minute past.
    Expired,
}

impl TokenError {
    /// The code on the wire.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Expired => "expired_feedback_token",
            _ => "invalid_feedback_token",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("is no feedback token"),
            Self::UnknownKey => f.write_str("is signed with a key unknown here"),
            Self::BadSignature => f.write_str("has a signature that does not match"),
            Self::WrongAudience => f.write_str("is not meant for feedback (claim aud)"),
            Self::WrongTenant => f.write_str("names a tenant that is not its key's"),
            Self::BadClaim(error) => write!(f, "has a bad claim {error}"),
            Self::NotYetValid => f.write_str("is not valid yet"),
            Self::Expired => f.write_str("has expired"),
        }
    }
}

impl std::error::Error for TokenError {}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// An HS256 secret must be ASCII of at least 32 bytes (RFC 7518, section 3.2).
    WeakSecret,
    /// Not an Ed25519 key in PEM (PKCS #8 for the private, SPKI for the public half).
    BadPem,
    /// Not standard base64, or empty.
    BadBase64,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WeakSecret => "an HS256 secret must be ASCII of at least 32 characters",
            Self::BadPem => "not an Ed25519 key in PEM",
            Self::BadBase64 => "not a key in standard base64",
        })
    }
}

impl std::error::Error for KeyError {}
