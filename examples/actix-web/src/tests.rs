use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::test::{TestRequest, call_and_read_body_json, init_service};
use actix_web::{App, web};
use serde_json::Value;
use workflowai_feedback_protocol::token::{Algorithm, SigningKey, VerifyingKey};

use crate::answer;

#[actix_web::test]
async fn the_handler_answers_with_a_token_that_verifies() {
    let key = SigningKey::generate(Algorithm::Hs256);
    let app = App::new()
        .app_data(web::Data::new(key.clone()))
        .service(answer::answer);
    let app = init_service(app).await;
    let request = TestRequest::get().uri("/answer").to_request();
    let said: Value = call_and_read_body_json(&app, request).await;
    let key = VerifyingKey::new("default", key.algorithm(), key.verification()).expect("a key");
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = i64::try_from(now.expect("after 1970").as_secs()).expect("not that late");
    let token = said["feedback_token"].as_str().expect("a token");
    let claims = key.verify(token, now).expect("a good token");
    assert_eq!(
        (&*claims.agent, &*claims.run, claims.user.as_deref()),
        ("support", "run-1", Some("user-1"))
    );
}

#[test]
fn docs_mint_md_shows_this_very_code() {
    let document = include_str!("../../../docs/mint.md");
    assert!(document.contains(include_str!("answer.rs")));
    assert!(document.contains(include_str!("mint.rs")));
}
