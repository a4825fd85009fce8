//! How Rust reads an intent of `delivery.json`; a module of each of its readers, which know the types.

use serde_json::Value;

use super::{Intent, Outcome};

pub fn outcome(word: &Value) -> Option<Outcome> {
    word.as_str().and_then(Outcome::parse)
}

pub fn intent(written: &Value) -> Intent {
    let mut intent = Intent::default();
    fill(&mut intent, written);
    intent
}

/// By its fields, as it may get more of them.
fn fill(intent: &mut Intent, written: &Value) {
    let text = |name: &str| written[name].as_str().map(str::to_owned);
    intent.outcome = outcome(&written["outcome"]);
    intent.comment = text("comment");
    intent.reasons = written["reasons"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|reason| reason.as_str().map(str::to_owned))
        .collect();
    intent.client = text("client").expect("a client");
    intent.sequence = written["sequence"].as_f64().expect("a sequence");
    intent.pressed = written["pressed"].as_f64().expect("a time");
}
