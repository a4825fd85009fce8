//! Asking the receiver for an earlier vote.

use gloo_net::http::Request;
use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::Outcome;
use crate::key::Key;

/// The outcome the receiver holds for a key; `None` if it could not be asked.
pub async fn lookup(key: &Key) -> Option<Option<Outcome>> {
    let item = Object::new();
    let set = |object: &Object, name: &str, value: &JsValue| {
        let _ = Reflect::set(object, &name.into(), value);
    };
    set(&item, "feedback_token", &key.token.as_str().into());
    if !key.user.is_empty() {
        set(&item, "user_id", &key.user.as_str().into());
    }
    let body = Object::new();
    set(&body, "items", &Array::of1(&item));
    let mut url = key.endpoint.clone();
    url.push_str("/v1/feedback/lookup");
    let response = Request::post(&url)
        .header("content-type", "application/json")
        .body(JSON::stringify(&body).ok()?)
        .ok()?
        .send()
        .await
        .ok()?;
    let answer = JSON::parse(&response.text().await.ok()?).ok()?;
    let items = Reflect::get(&answer, &"items".into()).ok()?;
    let outcome = Reflect::get(&Array::from(&items).get(0), &"outcome".into()).ok()?;
    if outcome.is_null() {
        return Some(None);
    }
    Outcome::parse(&outcome.as_string()?).map(Some)
}
