//! Passwords are kept as Argon2id hashes with the crate's defaults, which are OWASP's.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use workflowai_feedback_protocol::FieldError;

/// Characters of a password (NIST SP 800-63B-4 asks for 15 where it is the only proof; a throttle
/// stands beside this one).
const LEAST: usize = 12;
const MOST: usize = 256;

/// Checks a new password.
pub fn check(password: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    if (LEAST..=MOST).contains(&length) {
        return Ok(());
    }
    let must = format!("must have {LEAST} to {MOST} characters");
    Err(FieldError::new("password", must))
}

/// Hashes a password. It takes a moment on purpose.
///
/// # Panics
/// If the system gives no randomness.
pub async fn hash(password: String) -> String {
    blocking(move || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the system gives randomness");
        let salt = SaltString::encode_b64(&bytes).expect("16 bytes are a salt");
        Argon2::default()
            .hash_password(password.as_bytes(), &salt)
            .expect("the defaults are valid")
            .to_string()
    })
    .await
}

/// Whether a password is the one that was hashed. Takes as long where there is no hash, so that
/// nobody learns who exists.
pub async fn verify(password: String, hash: Option<String>) -> bool {
    let Some(hash) = hash else {
        let _ = self::hash(password).await;
        return false;
    };
    blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("hashing does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_taken() {
        let hash = hash("correct horse battery".into()).await;
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(verify("correct horse battery".into(), Some(hash.clone())).await);
        assert!(!verify("correct horse batterY".into(), Some(hash)).await);
        assert!(!verify("correct horse battery".into(), Some("nonsense".into())).await);
        assert!(!verify(String::new(), None).await);
        assert!(check("short").is_err() && check("long enough for it").is_ok());
    }
}
