//! The app's backend, which makes a token together with each answer. Here the demo of the receiver
//! stands in for it.

use gloo_net::http::Request;
use serde_json::{Value, json};

/// The right of one person to vote on one answer.
#[derive(Clone, PartialEq)]
pub struct Granted {
    /// The signed token.
    pub token: String,
    /// The person it is bound to.
    pub visitor: String,
}

/// Asks for a token; a new visitor if none is named, and `None` without a backend.
pub async fn grant(visitor: Option<&str>, run: &str) -> Option<Granted> {
    let wanted = json!({ "visitor": visitor, "runs": [run] });
    let request = Request::post("/demo/tokens").json(&wanted).ok()?;
    let answer: Value = request.send().await.ok()?.json().await.ok()?;
    Some(Granted {
        token: answer["tokens"][run].as_str()?.to_owned(),
        visitor: answer["visitor"].as_str()?.to_owned(),
    })
}
