//! The symmetric signatures of Standard Webhooks 1.0: `v1,` and the base64 of an HMAC-SHA-256 over
//! id, timestamp and body.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The start of every secret.
const PREFIX: &str = "whsec_";
/// Bytes of its key.
const BYTES: usize = 32;

/// A secret as receivers of webhooks keep it.
///
/// # Panics
/// If the system gives no randomness: nothing secret can be made then.
pub fn new_secret() -> String {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes))
}

/// Signs a message. None if the secret is none.
pub fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length is a key");
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    let code = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    Some(format!("v1,{code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_signature_is_that_of_the_specification() {
        let signed = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed.as_deref(), Some(expected));
        assert_eq!(sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", 0, ""), None);
    }

    #[test]
    fn a_new_secret_signs_and_is_new() {
        let (one, other) = (new_secret(), new_secret());
        assert_ne!(one, other);
        assert!(sign(&one, "a", 0, "{}").is_some());
    }
}
