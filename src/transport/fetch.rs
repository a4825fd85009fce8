use gloo_net::http::Request as HttpRequest;
use js_sys::{Array, Date, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::{Request, Response, Sending, Transport, Unreachable};
use crate::Outcome;
use crate::delivery::{Echo, Field, Reply};

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
    let response = HttpRequest::post(&url)
        .header("content-type", "application/json")
        .abort_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)))
        .body(JSON::stringify(&body(request)).ok()?)
        .ok()?
        .send()
        .await
        .ok()?;
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

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}

/// The JSON body of a request, as an object.
pub fn body(request: &Request) -> JsValue {
    let Request { key, intent, age } = request;
    let object: JsValue = Object::new().into();
    set(&object, "feedback_token", &key.token.as_str().into());
    if !key.user.is_empty() {
        set(&object, "user_id", &key.user.as_str().into());
    }
    if let Some(outcome) = intent.outcome {
        set(&object, "outcome", &outcome.as_str().into());
        if let Some(comment) = &intent.comment {
            set(&object, "comment", &comment.as_str().into());
        }
        if !intent.reasons.is_empty() {
            let reasons: Array = intent.reasons.iter().map(JsValue::from).collect();
            set(&object, "reasons", &reasons);
        }
    }
    let press: JsValue = Object::new().into();
    set(&press, "client", &intent.client.as_str().into());
    set(&press, "sequence", &intent.sequence.into());
    set(&press, "age", &(*age).into());
    set(&object, "intent", &press);
    object
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
    let get = |name: &str| Reflect::get(body, &name.into()).unwrap_or_default();
    let inner = |value: JsValue, name: &str| Reflect::get(&value, &name.into()).ok();
    let echo = get("intent");
    let error = get("error");
    Some(Reply {
        has_id: get("id").is_string(),
        outcome: match text(&get("outcome")) {
            Field::Value(word) => Outcome::parse(&word).map_or(Field::Absent, Field::Value),
            Field::Null => Field::Null,
            Field::Absent => Field::Absent,
        },
        comment: text(&get("comment")),
        user_id: text(&get("user_id")),
        intent: echo.is_truthy().then(|| Echo {
            client: inner(echo.clone(), "client")
                .and_then(|client| client.as_string())
                .unwrap_or_default(),
            sequence: inner(echo, "sequence")
                .and_then(|sequence| sequence.as_f64())
                .unwrap_or(-1.0),
        }),
        superseded: get("applied").as_bool() == Some(false),
        error: error.is_truthy().then(|| {
            inner(error, "code")
                .and_then(|code| code.as_string())
                .unwrap_or_default()
        }),
    })
}

fn text(value: &JsValue) -> Field<String> {
    if value.is_null() {
        return Field::Null;
    }
    value
        .dyn_ref::<js_sys::JsString>()
        .map_or(Field::Absent, |text| Field::Value(text.into()))
}
