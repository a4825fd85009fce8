//! The life of a vote by `vectors/delivery.json`, which `element/delivery.ts` follows as well.

#[path = "vectors/read.rs"]
mod read;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use workflowai_feedback::Outcome;
use workflowai_feedback::delivery::{
    Answer, Delivery, Echo, Effects, Field, Intent, Notice, Reply, Status, read_answer,
};

use self::read::outcome;

#[derive(Deserialize)]
struct Vectors {
    intents: Map<String, Value>,
    cases: Vec<Case>,
    answers: Vec<AnswerCase>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    steps: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct AnswerCase {
    name: String,
    sent: String,
    comment_characters: Option<usize>,
    user: String,
    status: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: String,
    answer: Value,
}

const STATUSES: [Status; 14] = [
    Status::Idle,
    Status::Sending,
    Status::Sent,
    Status::Retracted,
    Status::Offline,
    Status::Unavailable,
    Status::Unproven,
    Status::Expired,
    Status::Invalid,
    Status::NotAllowed,
    Status::TooLong,
    Status::NotAccepted,
    Status::CannotRetract,
    Status::Dropped,
];

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/delivery.json")).expect("the vectors")
}

impl Vectors {
    fn intent(&self, name: &Value) -> Intent {
        read::intent(&self.intents[text(name)])
    }

    /// The name under which the vectors know an intent; what it is if they do not.
    fn named(&self, found: Option<&Intent>) -> Value {
        found.map_or(Value::Null, |found| {
            self.intents
                .keys()
                .map(|name| json!(name))
                .find(|name| self.intent(name) == *found)
                .unwrap_or_else(|| json!(format!("{found:?}")))
        })
    }

    fn state(&self, delivery: &Delivery) -> Value {
        written(json!({
            "shown": delivery.shown().map(Outcome::as_str),
            "acknowledged": delivery.acknowledged.map(Outcome::as_str),
            "intent": self.named(delivery.intent.as_ref()),
            "under": self.named(delivery.under.as_ref()),
            "in_flight": self.named(delivery.in_flight.as_ref()),
            "held": delivery.held.then_some(true),
            "failures": (delivery.failures > 0).then_some(delivery.failures),
            "status": (delivery.status != Status::Idle).then_some(delivery.status.as_str()),
        }))
    }

    fn run(&self, delivery: &mut Delivery, step: &Map<String, Value>) -> Effects {
        let get = |name: &str| step.get(name);
        if let Some(name) = get("press") {
            return delivery.press(self.intent(name));
        }
        if let Some(name) = get("resume") {
            return delivery.resume(self.intent(name));
        }
        if let Some(word) = get("abandon") {
            return delivery.abandon(status(word));
        }
        if get("wake").is_some() {
            return delivery.wake();
        }
        if get("due").is_some() {
            return delivery.due();
        }
        if get("gone").is_some() {
            delivery.gone();
            return Effects::default();
        }
        if let Some(restored) = get("restored") {
            delivery.restored(outcome(restored));
            return Effects::default();
        }
        if get("sent").is_some() {
            delivery.sent();
            return Effects::default();
        }
        let answer = answer(get("answer").expect("an event"));
        let random = get("random").and_then(Value::as_f64).unwrap_or_default();
        let Some(times) = get("repeat").and_then(Value::as_u64) else {
            return delivery.answer(answer, random);
        };
        (0..times).fold(Effects::default(), |_, _| {
            delivery.sent();
            delivery.answer(answer, random)
        })
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn status(word: &Value) -> Status {
    STATUSES
        .into_iter()
        .find(|status| status.as_str() == word)
        .expect("a status")
}

fn answer(written: &Value) -> Answer {
    if let Some((kind, value)) = written.as_object().and_then(|object| object.iter().next()) {
        return match kind.as_str() {
            "superseded" => Answer::Superseded(outcome(value)),
            "unavailable" => Answer::Unavailable {
                retry_after: value.as_f64().expect("milliseconds"),
            },
            "refused" => Answer::Refused(status(value)),
            other => panic!("no answer: {other}"),
        };
    }
    match text(written) {
        "proven" => Answer::Proven,
        "unproven" => Answer::Unproven,
        "failed" => Answer::Failed,
        "expired" => Answer::Expired,
        "unsupported" => Answer::Unsupported,
        other => panic!("no answer: {other}"),
    }
}

fn effects(effects: &Effects) -> Value {
    written(json!({
        "store": effects.store.then_some(true),
        "remove": effects.remove,
        "send": effects.send.then_some(true),
        "wait": effects.wait,
        "notice": effects.notice.map(|notice| match notice {
            Notice::Sent => "sent",
            Notice::Retracted => "retracted",
            Notice::Queued => "queued",
            Notice::Superseded => "superseded",
            Notice::Rejected => "rejected",
            other => panic!("the vectors do not know {other:?}"),
        }),
    }))
}

/// Leaves out what the vectors leave out, and makes all numbers floating.
fn written(mut fields: Value) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        for value in fields.values_mut() {
            if let Some(number) = value.as_f64() {
                *value = json!(number);
            }
        }
    }
    fields
}

/// As the browser's JSON is read in `src/transport/fetch.rs`.
fn reply(body: &str) -> Option<Reply> {
    let body: Value = serde_json::from_str(body).ok()?;
    let object = body.as_object()?;
    let field = |name: &str| match object.get(name) {
        Some(Value::Null) => Field::Null,
        Some(Value::String(text)) => Field::Value(text.clone()),
        _ => Field::Absent,
    };
    let truthy = |name: &str| object.get(name).filter(|value| **value != Value::Null);
    Some(Reply {
        has_id: body["id"].is_string(),
        outcome: match field("outcome") {
            Field::Value(word) => Outcome::parse(&word).map_or(Field::Absent, Field::Value),
            Field::Null => Field::Null,
            Field::Absent => Field::Absent,
        },
        comment: field("comment"),
        user_id: field("user_id"),
        intent: truthy("intent").map(|echo| Echo {
            client: echo["client"].as_str().unwrap_or_default().to_owned(),
            sequence: echo["sequence"].as_f64().unwrap_or(-1.0),
        }),
        superseded: body["applied"] == false,
        error: truthy("error").map(|error| error["code"].as_str().unwrap_or_default().to_owned()),
    })
}

#[test]
fn every_case_goes_through_its_steps() {
    let vectors = vectors();
    for case in &vectors.cases {
        let mut delivery = Delivery::default();
        for (index, step) in case.steps.iter().enumerate() {
            let done = vectors.run(&mut delivery, step);
            let place = format!("{}, step {}", case.name, index + 1);
            let expected = step.get("effects").cloned().unwrap_or_else(|| json!({}));
            assert_eq!(effects(&done), written(expected), "effects: {place}");
            let expected = written(step["state"].clone());
            assert_eq!(vectors.state(&delivery), expected, "state: {place}");
        }
    }
}

#[test]
fn every_answer_means_what_it_should() {
    let vectors = vectors();
    for case in &vectors.answers {
        let mut sent = vectors.intent(&json!(case.sent));
        if let Some(characters) = case.comment_characters {
            sent.comment = Some("😀".repeat(characters));
        }
        let retry_after = case.headers.get("retry-after").map_or(0.0, |header| {
            text(header).parse::<f64>().expect("seconds") * 1_000.0
        });
        let read = read_answer(
            &sent,
            &case.user,
            case.status,
            retry_after,
            reply(&case.body).as_ref(),
        );
        assert_eq!(read, answer(&case.answer), "{}", case.name);
    }
}
