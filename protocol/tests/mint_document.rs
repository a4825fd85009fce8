//! The Rust of `docs/mint.md` makes tokens that verify.

#![cfg(feature = "verify")]

use workflowai_feedback_protocol::token::{self, VerifyingKey};

include!("snippets/mint.rs");

#[test]
fn the_documented_rust_makes_a_token_that_verifies() {
    let secret = "a-secret-of-at-least-thirty-two-bytes";
    let signed = feedback_token(
        ("key-1", secret),
        ("support", "run-1", "user-1"),
        (1_000, 60),
    );
    let key = VerifyingKey::new("default", token::Algorithm::Hs256, secret).expect("a key");
    let claims = key
        .verify(&signed.expect("a token"), 1_000)
        .expect("a good token");
    assert_eq!(
        (claims.agent.as_str(), claims.run.as_str()),
        ("support", "run-1")
    );
    assert_eq!(
        (claims.user.as_deref(), claims.expires_at),
        (Some("user-1"), Some(1_060))
    );
    let document = include_str!("../../docs/mint.md");
    assert!(
        document.contains(include_str!("snippets/mint.rs")),
        "it shows this very code"
    );
}

/// With `SigningKey` in place of a JWT library.
#[cfg(feature = "mint")]
mod by_protocol {
    use workflowai_feedback_protocol::token::{Algorithm, VerifyingKey};

    include!("snippets/mint_by_protocol.rs");

    #[test]
    fn the_documented_signing_key_makes_a_token_that_verifies() {
        let key = SigningKey::generate(Algorithm::Hs256);
        let parts = ("support", "run-1", "user-1");
        let signed = feedback_token(&key, parts, Duration::from_mins(1)).expect("a token");
        let key = VerifyingKey::new("default", key.algorithm(), key.verification()).expect("a key");
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        let now = i64::try_from(now.as_secs()).expect("before the year 292 billion");
        let claims = key.verify(&signed, now).expect("a good token");
        assert_eq!(claims.user.as_deref(), Some("user-1"));
        let document = include_str!("../../docs/mint.md");
        for shown in [
            include_str!("snippets/mint_by_protocol.rs"),
            include_str!("snippets/mint_in_axum.rs"),
            include_str!("snippets/mint_in_a_server_function.rs"),
        ] {
            assert!(document.contains(shown), "it shows this very code");
        }
    }
}
