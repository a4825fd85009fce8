//! Tokens of any shape are refused with an error, never a panic. `PROPTEST_CASES` says how many are
//! tried (256 if it does not); the shapes are random, and failures are kept and tried first.

#![cfg(all(feature = "mint", feature = "verify"))]

use proptest::prelude::*;
use workflowai_feedback_protocol::token::{
    Algorithm, Claims, Form, LegacyKey, SigningKey, VerifyingKey, form,
};

const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

fn key() -> VerifyingKey {
    VerifyingKey::new("default", Algorithm::Hs256, SECRET).expect("a key")
}

fn token() -> String {
    let claims = Claims {
        agent: "support".into(),
        run: "run-1".into(),
        user: Some("user-1".into()),
        expires_at: Some(2_000),
    };
    let key = SigningKey::new("kid", Algorithm::Hs256, SECRET).expect("a key");
    key.mint(&claims).expect("a token")
}

fn legacy() -> LegacyKey {
    LegacyKey::from_base64("ATWcst2v/c/KEypN99ujwOySMzpwCqdaXvHLGDqBt+c=").expect("a key")
}

fn is_refused(token: &str) {
    if let Ok(Form::Jwt { .. }) = form(token) {
        assert!(key().verify(token, 1_000).is_err(), "{token}");
    }
    assert!(legacy().verify(token).is_err(), "{token}");
}

proptest! {
    #[test]
    fn any_text_is_refused(token in "\\PC*") {
        is_refused(&token);
    }

    #[test]
    fn anything_that_looks_like_a_token_is_refused(
        token in "[A-Za-z0-9_=+/-]{0,80}(\\.[A-Za-z0-9_=+/-]{0,80}){1,3}"
    ) {
        is_refused(&token);
    }

    #[test]
    fn a_token_with_another_payload_or_header_is_refused(
        header in prop_oneof![
            Just(r#"{"alg":"none","kid":"kid"}"#.to_owned()),
            Just(r#"{"alg":"HS512","kid":"kid"}"#.to_owned()),
            Just(r#"{"alg":"HS256","kid":"kid"}"#.to_owned()),
            "\\{.{0,40}\\}",
        ],
        payload in "\\{.{0,80}\\}",
    ) {
        use base64::Engine;
        use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
        let good = token();
        let signature = good.rsplit('.').next().expect("a signature");
        is_refused(&format!("{}.{}.{signature}", BASE64.encode(header), BASE64.encode(payload)));
    }

    #[test]
    fn a_changed_token_is_refused(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let good = token();
        prop_assert!(key().verify(&good, 1_000).is_ok());
        let mut bytes = good.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).expect("ASCII");
        // Its last character has bits that no byte of the signature is made of.
        if changed != good && at + 1 < good.len() {
            is_refused(&changed);
        }
    }
}
