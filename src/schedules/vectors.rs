#[path = "../../tests/vectors/read.rs"]
mod read;

use serde_json::Value;

use self::read::{intent, outcome};
use super::executor::{settle, turn};
use super::network::Answer;
use super::stage::{Stage, key};
use crate::delivery::{Echo, Field, Intent, Reply};
use crate::key::Key;
use crate::transport::{Request, Response, Unreachable};
use crate::use_feedback::FeedbackEvent;
use crate::{Outcome, clock, outbox, page};

/// What the layer never does by itself: give a vote up because it is old, or be answered unasked.
const BEYOND: [&str; 3] = [
    "a dropped vote is gone, with the one below it",
    "a vote given up while its request was under way still counts if it arrived",
    "an answer nobody waits for changes nothing",
];

/// An answer of the receiver that means what the vectors say.
fn answer(written: &Value, request: &Request) -> Answer {
    let sent = &request.intent;
    let stored = |outcome: Option<Outcome>, superseded| Reply {
        has_id: true,
        outcome: outcome.map_or(Field::Null, Field::Value),
        intent: Some(Echo {
            client: sent.client.clone(),
            sequence: sent.sequence,
        }),
        superseded,
        ..Reply::default()
    };
    let error = |status, code: &str| Response {
        status,
        reply: Some(Reply {
            error: Some(code.to_owned()),
            ..Reply::default()
        }),
        ..Response::default()
    };
    let ok = |reply| Response {
        status: 200,
        reply,
        ..Response::default()
    };
    if let Some(object) = written.as_object() {
        let (kind, value) = object.iter().next().expect("a kind");
        return Ok(match (kind.as_str(), value.as_str()) {
            ("superseded", _) => ok(Some(stored(outcome(value), true))),
            ("unavailable", _) => Response {
                retry_after: value.as_f64().expect("milliseconds"),
                ..error(503, "unavailable")
            },
            ("refused", Some("invalid")) => error(400, "invalid_feedback_token"),
            ("refused", Some("not_allowed")) => error(403, "user_mismatch"),
            ("refused", Some("too_long")) => error(413, "too_large"),
            ("refused", Some("not_accepted")) => error(422, "invalid_request"),
            other => panic!("no answer: {other:?}"),
        });
    }
    match written.as_str().expect("a word") {
        "proven" => Ok(ok(Some(stored(sent.outcome, false)))),
        "unproven" => Ok(ok(None)),
        "failed" => Err(Unreachable),
        "expired" => Ok(error(401, "expired_feedback_token")),
        "unsupported" => Ok(error(404, "not_found")),
        other => panic!("no answer: {other}"),
    }
}

struct Play<'vectors> {
    stage: Stage,
    key: Key,
    intents: &'vectors Value,
    wait: f64,
}

impl Play<'_> {
    fn step(&mut self, step: &Value, at: &str) {
        let feedback = self.stage.feedback;
        if let Some(name) = step.get("press") {
            let intent = intent(&self.intents[name.as_str().expect("a name")]);
            // So that the layer numbers the press as the vectors do.
            let early = intent.sequence - clock::now();
            clock::scripted::advance(early.max(0.0));
            match intent.outcome {
                Some(outcome) => feedback.vote(outcome, intent.comment, intent.reasons),
                None => feedback.retract(),
            }
        } else if let Some(name) = step.get("resume") {
            let record = intent(&self.intents[name.as_str().expect("a name")]);
            outbox::scripted::write(&self.key, &record);
            page::hear(|key| *key == self.key);
        } else if let Some(known) = step.get("restored") {
            feedback.restored(outcome(known));
        } else if step.get("wake").is_some() {
            feedback.flush();
        } else if step.get("due").is_some() {
            // The wait begins.
            turn();
            clock::scripted::advance(self.wait);
            turn();
        } else if step.get("gone").is_some() {
            outbox::scripted::forget(&self.key);
            page::hear(|key| *key == self.key);
        } else if step.get("abandon").is_some() {
            self.stage.cancels.set(true);
            turn();
        } else if step.get("sent").is_some() {
            turn();
            assert_eq!(self.stage.network.waiting(), 1, "{at}: one request");
        } else {
            clock::scripted::set_random(step["random"].as_f64().unwrap_or_default());
            for _ in 0..step["repeat"].as_u64().unwrap_or(1) {
                // The vectors tell of the last one.
                self.stage.told.take();
                if self.stage.network.waiting() == 0 {
                    feedback.flush();
                    turn();
                }
                let waiting = self.stage.network.next().expect("a request");
                let answer = answer(&step["answer"], &waiting.request);
                waiting.answer(answer);
                turn();
            }
        }
        self.wait = step["effects"]["wait"].as_f64().unwrap_or(self.wait);
    }
}

#[test]
fn the_headless_layer_follows_the_vectors() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../tests/vectors/delivery.json")).expect("JSON");
    let mut played = 0;
    for case in vectors["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        if BEYOND.contains(&name) {
            continue;
        }
        let stage = Stage::new();
        let key = key("run", 1);
        stage.feedback.set_key(Some(key.clone()), None);
        let mut play = Play {
            stage,
            key,
            intents: &vectors["intents"],
            wait: 0.0,
        };
        let steps = case["steps"].as_array().expect("steps");
        // Whether a request is under way in the end, or has to leave by itself.
        let mut asks = false;
        for (index, step) in steps.iter().enumerate() {
            play.stage.told.take();
            let at = format!("{name}, step {index}");
            play.step(step, &at);
            let effects = &step["effects"];
            let over = ["answer", "gone", "abandon"];
            asks &= !over.iter().any(|event| step.get(event).is_some());
            asks |= effects["send"] == true || effects["wait"].as_f64() == Some(0.0);
            let feedback = play.stage.feedback;
            let then = &step["state"];
            assert_eq!(feedback.outcome(), outcome(&then["shown"]), "{at}");
            let status = then["status"].as_str().unwrap_or("idle");
            assert_eq!(feedback.status().as_str(), status, "{at}");
            let notices = play
                .stage
                .told
                .borrow()
                .iter()
                .filter(|event| matches!(event, FeedbackEvent::Notice(..)))
                .count();
            let notice = effects["notice"].is_string();
            assert_eq!(notices, usize::from(notice), "{at}: notices");
        }
        settle();
        assert_eq!(play.stage.network.waiting(), usize::from(asks), "{name}");
        played += 1;
    }
    assert!(played > 30, "{played} cases");
}
