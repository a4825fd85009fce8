use axum::extract::State;
use axum::http::StatusCode;
use axum::{Json, Router, routing::get};
use workflowai_feedback_protocol::token::SigningKey;

/// `SigningKey::new(kid, Algorithm::Hs256, secret)`, once.
fn app(key: SigningKey) -> Router {
    Router::new().route("/answer", get(answer)).with_state(key)
}

async fn answer(State(key): State<SigningKey>) -> Result<Json<serde_json::Value>, StatusCode> {
    // `user` is whom the session names.
    let (run, user) = ("run-1", "user-1");
    let token = feedback_token(&key, ("support", run, user), Duration::from_hours(24))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(serde_json::json!({ "text": "…", "feedback_token": token })))
}
