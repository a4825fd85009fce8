//! The wire vectors that the TypeScript tests read too.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use workflowai_feedback_protocol::{
    ErrorBody, FeedbackReply, FeedbackRequest, FieldError, LookupItem, LookupReply, LookupRequest,
    OutcomeReply, RetractRequest,
};

fn vectors() -> Value {
    let text = include_str!("../../tests/vectors/wire.json");
    serde_json::from_str(text).expect("the vectors are JSON")
}

/// Reads a body as the receiver does. None if it is refused.
fn read<T: DeserializeOwned + Serialize>(
    text: &str,
    checked: impl Fn(T) -> Result<T, FieldError>,
) -> Option<Value> {
    let request = checked(serde_json::from_str(text).ok()?).ok()?;
    Some(serde_json::to_value(request).expect("a request is JSON"))
}

#[test]
fn requests_are_read_or_refused() {
    for case in vectors()["requests"].as_array().expect("a list") {
        let text = case["raw"]
            .as_str()
            .map_or_else(|| case["body"].to_string(), str::to_owned);
        let read = match case["call"].as_str().expect("a call") {
            "feedback" => read(&text, FeedbackRequest::checked),
            "retract" => read(&text, RetractRequest::checked),
            "lookup" => read(&text, |request: LookupRequest| {
                let items = request.checked()?.items;
                items
                    .into_iter()
                    .map(LookupItem::checked)
                    .collect::<Result<_, _>>()
                    .map(|items| LookupRequest { items })
            }),
            call => panic!("unknown call {call}"),
        };
        let name = &case["name"];
        assert_eq!(read.is_none(), case["field"].is_string(), "{name}");
        if let (Some(read), Some(reads)) = (read, case.get("reads")) {
            assert_eq!(read, without_null(reads), "{name}");
        }
    }
}

#[test]
fn replies_are_read_and_written_alike() {
    fn round<T: DeserializeOwned + Serialize>(body: &Value) -> Value {
        let reply: T = serde_json::from_value(body.clone()).expect("a reply of this shape");
        serde_json::to_value(reply).expect("a reply is JSON")
    }
    for case in vectors()["replies"].as_array().expect("a list") {
        let body = &case["body"];
        let again = match (
            case["call"].as_str().expect("a call"),
            case["status"].as_u64(),
        ) {
            ("feedback", Some(200)) => round::<FeedbackReply>(body),
            ("retract", Some(200)) => round::<OutcomeReply>(body),
            ("lookup", Some(200)) => round::<LookupReply>(body),
            _ => round::<ErrorBody>(body),
        };
        assert_eq!(&again, body, "{}", case["name"]);
    }
}

/// Absent and null are the same in a request; it is written without the absent ones.
fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_null(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_null).collect(),
        other => other.clone(),
    }
}
