use gloo_net::http::Request as HttpRequest;
use js_sys::{Date, JSON};
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, RequestInit};

use super::{Request, Response, Sending, Transport, Unreachable};
use crate::Outcome;
use crate::delivery::{Echo, Field, Reply};
use crate::object::{Fresh, get, text};

/// A request that takes longer than this has failed, in milliseconds.
const TIMEOUT: u32 = 15_000;

/// `POST {endpoint}/v1/feedback` and `…/retract` with the browser's fetch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fetch;

impl Transport for Fetch {
    fn send(&self, request: Request) -> Sending {
        Box::pin(async move { post(&request).await.ok_or(Unreachable) })
    }
}

async fn post(request: &Request) -> Option<Response> {
    let mut url = request.key.endpoint.clone();
    url.push_str(if request.intent.outcome.is_some() {
        "/v1/feedback"
    } else {
        "/v1/feedback/retract"
    });
    let response = post_json(&url, &body(request))?.send().await.ok()?;
    let retry_after = response
        .headers()
        .get("retry-after")
        .map_or(0.0, |header| milliseconds(&header));
    let text = response.text().await.ok()?;
    Some(Response {
        status: response.status(),
        retry_after,
        reply: JSON::parse(&text).ok().as_ref().and_then(read_reply),
    })
}

/// A request that carries JSON.
///
/// Made by hand: gloo-net's own builder brings query strings and their formatting, 2 kB of the
/// core.
pub fn post_json(url: &str, body: &JsValue) -> Option<HttpRequest> {
    let headers = Fresh::new();
    headers.set_text("content-type", "application/json");
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers.into());
    init.set_body(&JSON::stringify(body).ok()?.into());
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)));
    let request = web_sys::Request::new_with_str_and_init(url, &init).ok()?;
    Some(request.into())
}

/// The JSON body of a request, as an object.
pub fn body(request: &Request) -> JsValue {
    let Request { key, intent, age } = request;
    let object = Fresh::new();
    object.set_text("feedback_token", &key.token);
    if !key.user.is_empty() {
        object.set_text("user_id", &key.user);
    }
    if let Some(outcome) = intent.outcome {
        object.set_text("outcome", outcome.as_str());
        if let Some(comment) = &intent.comment {
            object.set_text("comment", comment);
        }
        if !intent.reasons.is_empty() {
            object.set_texts("reasons", &intent.reasons);
        }
    }
    let press = Fresh::new();
    press.set_text("client", &intent.client);
    press.set("sequence", &intent.sequence.into());
    press.set("age", &(*age).into());
    object.set("intent", &press.into());
    object.into()
}

/// `Retry-After` in both its forms, as milliseconds from now.
pub fn milliseconds(header: &str) -> f64 {
    // A date does not begin with a digit.
    let seconds = js_sys::parse_float(header);
    let wait = if seconds.is_nan() {
        Date::parse(header) - Date::now()
    } else {
        seconds * 1_000.0
    };
    // A date that is none gives NaN, which `max` turns into 0.
    wait.max(0.0)
}

/// Reads what matters of an answer's body; `None` if it is no object.
pub fn read_reply(body: &JsValue) -> Option<Reply> {
    if !body.is_object() {
        return None;
    }
    let echo = get(body, "intent");
    let error = get(body, "error");
    Some(Reply {
        has_id: get(body, "id").is_string(),
        outcome: match field(body, "outcome") {
            Field::Value(word) => Outcome::parse(&word).map_or(Field::Absent, Field::Value),
            Field::Null => Field::Null,
            Field::Absent => Field::Absent,
        },
        comment: field(body, "comment"),
        user_id: field(body, "user_id"),
        intent: echo.is_truthy().then(|| Echo {
            client: text(&echo, "client").unwrap_or_default(),
            sequence: get(&echo, "sequence").as_f64().unwrap_or(-1.0),
        }),
        superseded: get(body, "applied").as_bool() == Some(false),
        error: error
            .is_truthy()
            .then(|| text(&error, "code").unwrap_or_default()),
    })
}

fn field(body: &JsValue, name: &str) -> Field<String> {
    let value = get(body, name);
    if value.is_null() {
        Field::Null
    } else {
        value.as_string().map_or(Field::Absent, Field::Value)
    }
}
