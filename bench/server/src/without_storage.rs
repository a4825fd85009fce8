//! The vote's route without its storage: reads and verifies the token as the receiver does, and
//! answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use workflowai_feedback_protocol::token::{Form, VerifyingKey, form};
use workflowai_feedback_protocol::{FeedbackReply, FeedbackRequest, IntentEcho};

use crate::failure::Failure;

/// Serves until it is killed.
pub async fn serve(key: VerifyingKey) -> Result<(), Failure> {
    let router = Router::new()
        .route("/v1/feedback", post(vote))
        .with_state(Arc::new(key));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

async fn vote(
    State(key): State<Arc<VerifyingKey>>,
    Json(request): Json<FeedbackRequest>,
) -> Result<Json<FeedbackReply>, StatusCode> {
    let bad = |_| StatusCode::BAD_REQUEST;
    let request = request.checked().map_err(|_| StatusCode::BAD_REQUEST)?;
    let Form::Jwt { .. } = form(&request.feedback_token).map_err(bad)? else {
        return Err(StatusCode::BAD_REQUEST);
    };
    let now = jiff::Timestamp::now().as_second();
    let claims = key.verify(&request.feedback_token, now).map_err(bad)?;
    Ok(Json(FeedbackReply {
        id: claims.run,
        outcome: Some(request.outcome),
        comment: request.comment,
        user_id: claims.user,
        applied: None,
        intent: request.intent.as_ref().map(IntentEcho::from),
    }))
}
