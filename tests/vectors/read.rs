//! How Rust reads an intent of `delivery.json`; a module of each of its readers, which know the types.

use serde_json::Value;

use super::{Intent, Outcome};

pub fn outcome(word: &Value) -> Option<Outcome> {
    word.as_str().and_then(Outcome::parse)
}

pub fn intent(written: &Value) -> Intent {
    let text = |name: &str| written[name].as_str().map(str::to_owned);
    Intent {
        outcome: outcome(&written["outcome"]),
        comment: text("comment"),
        reasons: written["reasons"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|reason| reason.as_str().map(str::to_owned))
            .collect(),
        client: text("client").expect("a client"),
        sequence: written["sequence"].as_f64().expect("a sequence"),
        pressed: written["pressed"].as_f64().expect("a time"),
    }
}
