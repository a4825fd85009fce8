//! Asking the receiver for an earlier vote.

use js_sys::{Array, JSON};

use crate::Outcome;
use crate::key::Key;
use crate::object::{Fresh, get};
use crate::transport::post_json;

/// The outcome the receiver holds for a key; `None` if it could not be asked.
pub async fn lookup(key: &Key) -> Option<Option<Outcome>> {
    let item = Fresh::new();
    item.set_text("feedback_token", &key.token);
    if !key.user.is_empty() {
        item.set_text("user_id", &key.user);
    }
    let body = Fresh::new();
    body.set("items", &Array::of1(&item.into()));
    let mut url = key.endpoint.clone();
    url.push_str("/v1/feedback/lookup");
    let response = post_json(&url, &body.into())?.send().await.ok()?;
    let answer = JSON::parse(&response.text().await.ok()?).ok()?;
    let outcome = get(&Array::from(&get(&answer, "items")).get(0), "outcome");
    if outcome.is_null() {
        return Some(None);
    }
    Outcome::parse(&outcome.as_string()?).map(Some)
}
