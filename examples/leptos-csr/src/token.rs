//! The token of the answer, which the app's backend makes together with the answer. Here the demo
//! of the receiver stands in for that backend.

use std::collections::HashMap;

use gloo_net::http::Request;
use leptos::prelude::window;
use serde::{Deserialize, Serialize};

/// Where the tab keeps who votes.
const VISITOR: &str = "visitor";
/// The answer on the page.
const RUN: &str = "run-42";

/// The right to vote on the answer.
#[derive(Clone)]
pub struct Granted {
    /// The signed token.
    pub token: String,
    /// The person it is bound to.
    pub visitor: String,
}

#[derive(Serialize)]
struct Wanted {
    #[serde(skip_serializing_if = "Option::is_none")]
    visitor: Option<String>,
    runs: [&'static str; 1],
}

#[derive(Deserialize)]
struct Tokens {
    visitor: String,
    tokens: HashMap<String, String>,
}

/// Asks for the token; `None` without a backend.
pub async fn fetch() -> Option<Granted> {
    let kept = window().session_storage().ok()??;
    let wanted = Wanted {
        visitor: kept.get_item(VISITOR).ok()?,
        runs: [RUN],
    };
    let answer = Request::post("/demo/tokens").json(&wanted).ok()?;
    let Tokens {
        visitor,
        mut tokens,
    } = answer.send().await.ok()?.json().await.ok()?;
    // So that the person is the same after a reload.
    kept.set_item(VISITOR, &visitor).ok()?;
    Some(Granted {
        token: tokens.remove(RUN)?,
        visitor,
    })
}
