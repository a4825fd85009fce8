//! The browser's reading of JSON and headers agrees with the vectors that native code runs.

#[path = "../vectors/read.rs"]
pub mod read;

use js_sys::{Date, JSON};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;
use workflowai_feedback::delivery::{Answer, Intent, read_answer};
use workflowai_feedback::transport::{Request, body, milliseconds, read_reply};
use workflowai_feedback::{Key, Outcome};

use self::read::intent;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/delivery.json")).expect("JSON")
}

#[wasm_bindgen_test]
fn answers_mean_in_the_browser_what_they_mean_natively() {
    let vectors = vectors();
    let mut proven = 0;
    for case in vectors["answers"].as_array().expect("answers") {
        if case.get("comment_characters").is_some() {
            continue;
        }
        let name = case["name"].as_str().unwrap_or_default();
        let text = case["body"].as_str().unwrap_or_default();
        let reply = JSON::parse(text).ok().as_ref().and_then(read_reply);
        let status = case["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok());
        let answer = read_answer(
            &intent(&vectors["intents"][case["sent"].as_str().expect("a name")]),
            case["user"].as_str().unwrap_or_default(),
            status.expect("a status"),
            0.0,
            reply.as_ref(),
        );
        let kind = match answer {
            Answer::Proven => "proven",
            Answer::Superseded(_) => "superseded",
            Answer::Unproven => "unproven",
            Answer::Failed => "failed",
            Answer::Unavailable { .. } => "unavailable",
            Answer::Expired => "expired",
            Answer::Unsupported => "unsupported",
            Answer::Refused(_) => "refused",
        };
        let expected = &case["answer"];
        let expected = expected.as_str().or_else(|| expected["kind"].as_str());
        let expected = expected
            .or_else(|| {
                case["answer"]
                    .as_object()?
                    .keys()
                    .next()
                    .map(String::as_str)
            })
            .or_else(|| case["answer"].as_array()?.first()?.as_str());
        assert_eq!(Some(kind), expected, "{name}");
        proven += u32::from(kind == "proven");
    }
    assert!(proven > 3, "the vectors hold proofs");
}

#[wasm_bindgen_test]
fn retry_after_is_read_in_both_forms() {
    for case in vectors()["retry_after"].as_array().expect("cases") {
        let Some(header) = case["header"].as_str() else {
            continue;
        };
        let before = Date::now();
        let wait = milliseconds(header);
        let after = Date::now();
        if let Some(until) = case["until"].as_f64() {
            assert!((until - after..=until - before).contains(&wait), "{header}");
        } else {
            assert_eq!(Some(wait), case["wait"].as_f64(), "{header}");
        }
    }
}

#[wasm_bindgen_test]
fn a_request_has_the_form_of_the_wire() {
    let vectors = vectors();
    let request = |name: &str| {
        let key = Key {
            endpoint: "https://receiver.example".into(),
            token: "token".into(),
            user: "u".into(),
        };
        Request::new(key, intent(&vectors["intents"][name]), 7.0)
    };
    let written = |name: &str| -> Value {
        let text: String = JSON::stringify(&body(&request(name))).expect("JSON").into();
        serde_json::from_str(&text).expect("JSON")
    };
    let expected = serde_json::json!({
        "feedback_token": "token",
        "user_id": "u",
        "outcome": "negative",
        "comment": "Wrong train",
        "reasons": ["outdated"],
        "intent": { "client": "a", "sequence": 3, "age": 7 },
    });
    assert_eq!(written("down, in words"), expected);
    let expected = serde_json::json!({
        "feedback_token": "token",
        "user_id": "u",
        "intent": { "client": "a", "sequence": 2, "age": 7 },
    });
    assert_eq!(written("back"), expected);
}
