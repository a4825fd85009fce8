use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;

use crate::key::Key;
use crate::object::get;

/// Tenant, agent, run and user, as text. None where the token says nothing.
pub fn of(key: &Key) -> Option<String> {
    let claims = claims(&key.token)?;
    let claim = |name: &str, legacy: &str| {
        let claim = get(&claims, name);
        if claim.is_null_or_undefined() {
            get(&claims, legacy)
        } else {
            claim
        }
    };
    let user = if key.user.is_empty() {
        get(&claims, "sub")
    } else {
        key.user.as_str().into()
    };
    let parts = [
        user,
        claim("tenant", "t"),
        claim("agent", "u"),
        claim("run", "r"),
    ];
    let parts: Array = parts.into_iter().collect();
    JSON::stringify(&parts).ok().map(String::from)
}

/// A JWT has its payload in the middle, the original service's token at its start.
fn claims(token: &str) -> Option<JsValue> {
    // As bytes: searching a text for letters twice costs the core a function of its own.
    let mut parts = token.as_bytes().split(|byte| *byte == b'.');
    let (head, middle) = (parts.next()?, parts.next()?);
    let payload = if parts.next().is_some() { middle } else { head };
    let payload: String = payload
        .iter()
        .map(|byte| match byte {
            b'-' => '+',
            b'_' => '/',
            byte => char::from(*byte),
        })
        .collect();
    let text = web_sys::window()?.atob(&payload).ok()?;
    JSON::parse(&text).ok()
}
