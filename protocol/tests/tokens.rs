//! Which tokens verify, and that no other does.

use std::ops::RangeFrom;

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::{
    Algorithm, Claims, Form, LegacyKey, SigningKey, TokenError, VerifyingKey, form,
};

const NOW: i64 = 1_764_000_000;

fn vectors() -> Value {
    let text = include_str!("../../tests/vectors/tokens.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn claims() -> Claims {
    Claims {
        agent: "support".into(),
        run: "run-1".into(),
        user: Some("user-1".into()),
        expires_at: None,
    }
}

fn verifying(key: &SigningKey) -> VerifyingKey {
    VerifyingKey::new("default", key.algorithm(), key.verification()).expect("a good key")
}

/// Verifies as the receiver does: shape, then key by id, then the rest.
fn verify(vectors: &Value, token: &str) -> Result<(String, Claims), TokenError> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let now = vectors["now"].as_i64().expect("a time");
    match form(token)? {
        Form::Legacy => {
            let key = LegacyKey::from_base64(&text(&vectors["legacy_key"])).expect("a key");
            key.verify(token).map(|claims| ("default".into(), claims))
        }
        Form::Jwt { kid } => {
            let keys = vectors["keys"].as_array().expect("a list");
            let key = keys
                .iter()
                .find(|key| key["kid"] == kid)
                .ok_or(TokenError::UnknownKey)?;
            let algorithm = Algorithm::parse(&text(&key["alg"])).expect("an algorithm");
            let material = text(key.get("public").unwrap_or(&key["secret"]));
            let key = VerifyingKey::new(text(&key["tenant"]), algorithm, &material).expect("a key");
            key.verify(token, now)
                .map(|claims| (key.tenant().to_owned(), claims))
        }
    }
}

#[test]
fn every_vector_verifies_or_fails_as_it_says() {
    let vectors = vectors();
    for case in vectors["cases"].as_array().expect("a list") {
        let result = verify(&vectors, case["token"].as_str().expect("a token"));
        let name = &case["name"];
        match result {
            Ok((tenant, claims)) => {
                let read = json!({
                    "agent": claims.agent,
                    "run": claims.run,
                    "user": claims.user,
                    "expires_at": claims.expires_at,
                });
                assert_eq!(Some(&read), case.get("claims"), "{name}");
                assert_eq!(tenant, case["tenant"], "{name}");
            }
            Err(error) => assert_eq!(
                Some(error.code()),
                case["error"].as_str(),
                "{name}: {error}"
            ),
        }
    }
}

#[test]
fn a_minted_token_verifies() {
    for algorithm in [Algorithm::Hs256, Algorithm::EdDsa] {
        let key = SigningKey::generate(algorithm);
        let token = key.mint(&claims()).expect("a token");
        assert_eq!(
            form(&token),
            Ok(Form::Jwt {
                kid: key.kid().to_owned()
            })
        );
        assert_eq!(verifying(&key).verify(&token, NOW), Ok(claims()));
        let again = SigningKey::new(key.kid(), algorithm, key.secret()).expect("its own secret");
        assert_eq!(verifying(&again).verify(&token, NOW), Ok(claims()));
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_signature_fails() {
    for algorithm in [Algorithm::Hs256, Algorithm::EdDsa] {
        let key = SigningKey::generate(algorithm);
        let verifying = verifying(&key);
        let token = key.mint(&claims()).expect("a token");
        let signature = token.rfind('.').expect("three segments") + 1;
        each_flip(&token, signature.., |broken| {
            verifying.verify(broken, NOW).is_err()
        });
    }
    let key =
        LegacyKey::from_base64("ATWcst2v/c/KEypN99ujwOySMzpwCqdaXvHLGDqBt+c=").expect("a key");
    each_flip(&key.mint(1, 1, "run_id"), 0.., |broken| {
        key.verify(broken).is_err()
    });
}

/// Flips each of the 7 bits of each of these characters, one at a time.
fn each_flip(token: &str, positions: RangeFrom<usize>, fails: impl Fn(&str) -> bool) {
    for position in positions.start..token.len() {
        for bit in 0..7 {
            let mut bytes = token.as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            let broken = String::from_utf8(bytes).expect("ASCII");
            assert!(
                fails(&broken),
                "bit {bit} of character {position} of {token}"
            );
        }
    }
}

#[test]
fn a_signature_of_any_other_length_fails() {
    let key = SigningKey::generate(Algorithm::Hs256);
    let verifying = verifying(&key);
    let token = key.mint(&claims()).expect("a token");
    let (head, signature) = token.rsplit_once('.').expect("three segments");
    for length in 0..signature.len() {
        let short = format!("{head}.{}", &signature[..length]);
        assert!(
            verifying.verify(&short, NOW).is_err(),
            "{length} characters"
        );
    }
    for more in ["A", "AAAA", "=", ".", "\n"] {
        assert!(
            verifying.verify(&format!("{token}{more}"), NOW).is_err(),
            "{more:?} appended"
        );
    }
    let legacy = LegacyKey::from_base64("a2V5").expect("a key");
    let token = legacy.mint(1, 1, "run_id");
    let (head, signature) = token.split_once('.').expect("two segments");
    for length in 0..signature.len() {
        let short = format!("{head}.{}", &signature[..length]);
        assert!(
            legacy.verify(&short).is_err(),
            "{length} characters of the original's"
        );
    }
}

#[test]
fn a_key_of_one_kind_verifies_no_other() {
    let hs = SigningKey::generate(Algorithm::Hs256);
    let ed = SigningKey::generate(Algorithm::EdDsa);
    let other = SigningKey::generate(Algorithm::EdDsa);
    let token = |key: &SigningKey| key.mint(&claims()).expect("a token");
    let fails = |key: &SigningKey, token: &str| {
        assert_eq!(
            verifying(key).verify(token, NOW),
            Err(TokenError::BadSignature)
        );
    };
    fails(&hs, &token(&ed));
    fails(&ed, &token(&hs));
    fails(&ed, &token(&other));
    fails(&hs, &token(&SigningKey::generate(Algorithm::Hs256)));
    // The public key is no secret: offered as an HMAC key it must not verify.
    let confused = SigningKey::new(ed.kid(), Algorithm::Hs256, ed.verification()).expect("ASCII");
    fails(&ed, &token(&confused));
}

#[test]
fn a_token_of_one_form_is_none_of_the_other() {
    let legacy = LegacyKey::from_base64("a2V5").expect("a key");
    let hs = SigningKey::generate(Algorithm::Hs256);
    assert_eq!(
        legacy.verify(&hs.mint(&claims()).expect("a token")),
        Err(TokenError::Malformed)
    );
    let token = legacy.mint(1, 1, "run_id");
    assert_eq!(
        verifying(&hs).verify(&token, NOW),
        Err(TokenError::Malformed)
    );
}

#[test]
fn bad_keys_are_refused() {
    assert!(SigningKey::new("k", Algorithm::Hs256, "x".repeat(31)).is_err());
    assert!(SigningKey::new("k", Algorithm::Hs256, "ü".repeat(32)).is_err());
    assert!(SigningKey::new("k", Algorithm::EdDsa, "no PEM").is_err());
    assert!(VerifyingKey::new("default", Algorithm::Hs256, "").is_err());
    assert!(VerifyingKey::new("default", Algorithm::EdDsa, "no PEM").is_err());
    for key in ["", "not base64!", "YWJj*"] {
        assert!(LegacyKey::from_base64(key).is_err(), "{key}");
    }
}

#[test]
fn claims_that_break_a_rule_are_not_minted() {
    let key = SigningKey::generate(Algorithm::Hs256);
    let field = |claims: Claims| key.mint(&claims).expect_err("a broken rule").field;
    assert_eq!(
        field(Claims {
            agent: String::new(),
            ..claims()
        }),
        "agent"
    );
    assert_eq!(
        field(Claims {
            run: "x".repeat(257),
            ..claims()
        }),
        "run"
    );
    assert_eq!(
        field(Claims {
            user: Some("\u{7f}".into()),
            ..claims()
        }),
        "sub"
    );
}

#[test]
fn no_key_id_looks_like_an_option_of_a_command() {
    for _ in 0..2_000 {
        let key = SigningKey::generate(Algorithm::Hs256);
        assert!(!key.kid().starts_with('-'), "{}", key.kid());
    }
}
