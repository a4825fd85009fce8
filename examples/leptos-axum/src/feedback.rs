//! The receiver inside this app.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::Receiver;

/// A person of this site.
#[derive(Clone)]
pub struct Visitor(pub String);

/// Gives every visitor an opaque id, kept in a cookie that scripts cannot read. An app with
/// accounts has such an id already.
pub async fn know_visitor(mut request: Request, next: Next) -> Response {
    let known = request
        .headers()
        .get(COOKIE)
        .and_then(|cookies| {
            cookies
                .to_str()
                .ok()?
                .split("; ")
                .find_map(|cookie| cookie.strip_prefix("visitor="))
        })
        .and_then(|id| Uuid::try_parse(id).ok());
    let id = known.unwrap_or_else(Uuid::new_v4);
    request.extensions_mut().insert(Visitor(id.to_string()));
    let mut response = next.run(request).await;
    if known.is_none() {
        let cookie = format!("visitor={id}; Path=/; HttpOnly; SameSite=Lax");
        let cookie = cookie.parse().expect("a header of plain letters");
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Signs the right of one person to vote on one run, for a day.
pub async fn mint(agent: &str, run: &str, user: &str) -> Result<String, ServerFnError> {
    let receiver = expect_context::<Receiver>();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let claims = Claims {
        agent: agent.to_owned(),
        run: run.to_owned(),
        user: Some(user.to_owned()),
        expires_at: Some(i64::try_from(now)? + 24 * 60 * 60),
    };
    Ok(receiver.mint("default", &claims).await??)
}

/// The vote the receiver holds.
pub async fn outcome(feedback_token: &str, user_id: &str) -> Result<Option<String>, ServerFnError> {
    let item = json!({ "feedback_token": feedback_token, "user_id": user_id });
    let answer = call("/v1/feedback/lookup", &json!({ "items": [item] })).await?;
    Ok(answer["items"][0]["outcome"].as_str().map(str::to_owned))
}

/// Votes.
pub async fn vote(feedback_token: &str, user_id: &str, outcome: &str) -> Result<(), ServerFnError> {
    let vote = json!({ "feedback_token": feedback_token, "user_id": user_id, "outcome": outcome });
    call("/v1/feedback", &vote).await.map(|_| ())
}

/// A call to the receiver, as a browser makes it, without leaving the process.
async fn call(path: &str, body: &Value) -> Result<Value, ServerFnError> {
    let receiver = expect_context::<Receiver>();
    let request = Request::post(path)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))?;
    let response = receiver.public_router().oneshot(request).await?;
    let status = response.status();
    let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await?)?;
    if status.is_success() {
        Ok(body)
    } else {
        Err(ServerFnError::new(&body["error"]["message"]))
    }
}
