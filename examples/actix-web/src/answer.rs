use std::time::Duration;

use actix_web::error::ErrorInternalServerError;
use actix_web::{Responder, get, web};
use workflowai_feedback_protocol::token::SigningKey;

use crate::mint::feedback_token;

/// The key comes with `App::new().app_data(web::Data::new(key))`.
#[get("/answer")]
pub async fn answer(key: web::Data<SigningKey>) -> actix_web::Result<impl Responder> {
    // `user` is whom the session names.
    let (run, user) = ("run-1", "user-1");
    let token = feedback_token(&key, ("support", run, user), Duration::from_hours(24))
        .map_err(ErrorInternalServerError)?;
    let answer = serde_json::json!({ "text": "…", "feedback_token": token });
    Ok(web::Json(answer))
}
