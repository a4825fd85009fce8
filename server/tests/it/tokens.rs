//! Which tokens the running receiver takes.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use workflowai_feedback_protocol::token::{Algorithm, Claims, LegacyKey, SigningKey};

use crate::receiver::{Running, claims, start, start_with};

const LEGACY_KEY: &str = "ATWcst2v/c/KEypN99ujwOySMzpwCqdaXvHLGDqBt+c=";
const LEGACY_TOKEN: &str =
    "eyJ0IjoxLCJ1IjoxLCJyIjoicnVuX2lkIn0=.l70649xjrowih8DX75xLBkWxa3NFmeMbaAYiYtiZPKM=";

async fn vote(server: &Running, token: &str) -> crate::http::Answer {
    server
        .post(
            "/v1/feedback",
            json!({ "feedback_token": token, "outcome": "positive" }),
        )
        .await
}

#[tokio::test]
async fn every_bad_token_of_the_vectors_is_refused_by_every_call() {
    let server = start().await;
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../tests/vectors/tokens.json")).expect("JSON");
    for case in vectors["cases"].as_array().expect("a list") {
        let token = case["token"].as_str().expect("a token");
        if case.get("error").is_none() || token.is_empty() {
            continue;
        }
        // None of the vectors' keys is this receiver's, so an expired one is simply unknown.
        vote(&server, token)
            .await
            .fails(400, "invalid_feedback_token");
        let retract = json!({ "feedback_token": token });
        let retract = server.post("/v1/feedback/retract", retract).await;
        retract.fails(400, "invalid_feedback_token");
        let lookup = json!({ "items": [{ "feedback_token": token }] });
        let lookup = server.post("/v1/feedback/lookup", lookup).await.ok();
        assert_eq!(
            lookup["items"][0]["error"]["code"],
            "invalid_feedback_token"
        );
    }
    assert!(server.listed().await.is_empty());
}

#[tokio::test]
async fn an_expired_token_is_refused_with_its_own_code() {
    let server = start().await;
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let now = i64::try_from(now).expect("before 292 billion");
    let token = server
        .mint(&Claims {
            expires_at: Some(now - 3_600),
            ..claims("run-1")
        })
        .await;
    vote(&server, &token)
        .await
        .fails(401, "expired_feedback_token");
    let token = server
        .mint(&Claims {
            expires_at: Some(now + 3_600),
            ..claims("run-1")
        })
        .await;
    vote(&server, &token).await.ok();
}

#[tokio::test]
async fn a_key_made_elsewhere_is_no_key_here() {
    let server = start().await;
    let foreign = SigningKey::generate(Algorithm::Hs256)
        .mint(&claims("run-1"))
        .expect("a token");
    vote(&server, &foreign)
        .await
        .fails(400, "invalid_feedback_token");
    // The id of a real key under another secret.
    let kid = server.receiver.signing_keys().await.expect("keys")[0]
        .kid
        .clone();
    let forged = SigningKey::new(kid, Algorithm::Hs256, "x".repeat(32)).expect("a key");
    let forged = forged.mint(&claims("run-1")).expect("a token");
    vote(&server, &forged)
        .await
        .fails(400, "invalid_feedback_token");
    assert!(server.listed().await.is_empty());
}

#[tokio::test]
async fn tokens_of_both_algorithms_and_of_older_keys_are_taken() {
    let server = start().await;
    let old = server.token("run-1").await;
    for algorithm in [Algorithm::EdDsa, Algorithm::Hs256] {
        let key = server
            .receiver
            .new_signing_key("default", algorithm)
            .await
            .expect("a key");
        vote(&server, &key.mint(&claims("run-2")).expect("a token"))
            .await
            .ok();
        let newest = server.token("run-3").await;
        let header = newest.split('.').next().expect("a header");
        let own = key.mint(&claims("run-3")).expect("a token");
        assert!(own.starts_with(header), "the newest key signs");
    }
    vote(&server, &old).await.ok();
}

#[tokio::test]
async fn the_original_services_token_is_taken_with_its_key_and_only_then() {
    let without = start().await;
    vote(&without, LEGACY_TOKEN)
        .await
        .fails(400, "invalid_feedback_token");
    let key = LegacyKey::from_base64(LEGACY_KEY).expect("a key");
    let with = start_with(|config| config.legacy_key = Some(key)).await;
    vote(&with, LEGACY_TOKEN).await.ok();
    assert_eq!(with.outcome(LEGACY_TOKEN).await, "positive");
    let other = LegacyKey::from_base64("b3RoZXI=").expect("a key");
    let other = start_with(|config| config.legacy_key = Some(other)).await;
    vote(&other, LEGACY_TOKEN)
        .await
        .fails(400, "invalid_feedback_token");
}

#[test]
fn agents_of_the_original_service_have_the_names_that_they_are_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let inspected = |flags: &[&str]| {
        let command = [
            "token",
            "inspect",
            LEGACY_TOKEN,
            "--legacy-hmac-key",
            LEGACY_KEY,
        ];
        let shown = crate::server::line(folder.path(), &[&command, flags].concat());
        let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        shown["agent"].as_str().expect("a name").to_owned()
    };
    assert_eq!(inspected(&[]), "legacy-1-1");
    let other = ["--legacy-agent", "legacy-1-2=else"];
    assert_eq!(inspected(&other), "legacy-1-1");
    let both = "legacy-1-2=else,legacy-1-1=support-chat";
    assert_eq!(inspected(&["--legacy-agent", both]), "support-chat");
}

#[tokio::test]
async fn a_key_id_that_no_database_holds_is_an_unknown_one() {
    let server = start().await;
    let encode = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let header = encode(r#"{"alg":"HS256","typ":"JWT","kid":"a\u0000b"}"#);
    let token = format!("{header}.{}.{}", encode("{}"), encode("signed"));
    vote(&server, &token)
        .await
        .fails(400, "invalid_feedback_token");
    let good = server.token("run-1").await;
    vote(&server, &good).await.ok();
    let items = json!({ "items": [{ "feedback_token": token }, { "feedback_token": good }] });
    let found = server.post("/v1/feedback/lookup", items).await.ok();
    assert_eq!(found["items"][0]["error"]["code"], "invalid_feedback_token");
    assert_eq!(found["items"][1]["outcome"], "positive");
}
