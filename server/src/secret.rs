use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 256 random bits as text that is safe in URLs and shells.
///
/// # Panics
/// If the system gives no randomness: nothing secret can be made then.
pub fn random() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives randomness");
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret of 256 random bits. A slow hash would add nothing to that many.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
