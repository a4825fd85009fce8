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
