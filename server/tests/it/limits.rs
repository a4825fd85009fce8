//! How much of everything there may be.

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::Scope;

use crate::http::Answer;
use crate::receiver::{Running, claims, start_with};

async fn vote(server: &Running, token: &str, user: Option<&str>) -> Answer {
    let body = json!({ "feedback_token": token, "outcome": "positive", "user_id": user });
    server.post("/v1/feedback", body).await
}

#[tokio::test]
async fn unbound_tokens_name_so_many_users_of_a_run_and_lock_nobody_out() {
    let server = start_with(|config| config.users_per_run = 3).await;
    let token = server.token("run-1").await;
    for user in ["a", "b", "c"] {
        vote(&server, &token, Some(user)).await.ok();
    }
    vote(&server, &token, Some("d"))
        .await
        .fails(403, "user_limit_reached");
    let intent = json!({ "client": "x", "sequence": 1, "age": 0 });
    let retract = json!({ "feedback_token": token, "user_id": "d", "intent": intent });
    let refused = server.post("/v1/feedback/retract", retract).await;
    refused.fails(403, "user_limit_reached");
    // Who is there changes the vote, takes it back and votes again.
    vote(&server, &token, Some("b")).await.ok();
    let retract = json!({ "feedback_token": token, "user_id": "a" });
    server.post("/v1/feedback/retract", retract).await.ok();
    vote(&server, &token, Some("a")).await.ok();
    vote(&server, &token, Some("d"))
        .await
        .fails(403, "user_limit_reached");
    // So do those who name nobody, those whose token is bound, and other runs.
    vote(&server, &token, None).await.ok();
    for user in ["e", "f", "g", "h"] {
        let bound = Claims {
            user: Some(user.into()),
            ..claims("run-1")
        };
        vote(&server, &server.mint(&bound).await, None).await.ok();
    }
    // A user made by a bound token is there for unbound ones too.
    vote(&server, &token, Some("e")).await.ok();
    vote(&server, &server.token("run-2").await, Some("d"))
        .await
        .ok();
}

#[tokio::test]
async fn writes_at_the_limit_in_one_group_do_not_pass_it() {
    let server = start_with(|config| config.users_per_run = 5).await;
    let token = server.token("run-1").await;
    let votes = (0..40).map(|user| {
        let body = json!({
            "feedback_token": token, "outcome": "negative", "user_id": user.to_string(),
        });
        let request = server.request("POST", "/v1/feedback").json(&body);
        tokio::spawn(request.send())
    });
    let mut stored = 0;
    for vote in votes.collect::<Vec<_>>() {
        let answer = vote.await.expect("an answer");
        if answer.status == 200 {
            stored += 1;
        } else {
            answer.fails(403, "user_limit_reached");
        }
    }
    assert_eq!(stored, 5);
    assert_eq!(server.listed().await.len(), 5);
}

#[tokio::test]
async fn a_token_lasts_no_longer_than_the_longest() {
    let server = start_with(|config| config.max_expires_in = Some(3_600)).await;
    let key = server.receiver.new_api_key("default", &[Scope::Mint]).await;
    let key = format!("Bearer {}", key.expect("a key"));
    let mint = |body: Value| {
        let path = "/v1/_/agents/a/runs/r/feedback_token";
        let request = server.request("POST", path).header("authorization", &key);
        request.json(&body).send()
    };
    let refused = mint(json!({ "expires_in": 3_601 })).await;
    refused.fails(422, "invalid_request");
    assert!(refused.message().starts_with("expires_in:"));
    for body in [json!({}), json!({ "expires_in": 3_600 })] {
        let token = mint(body).await.ok();
        let token = token["feedback_token"].as_str().expect("a token");
        let read = server.receiver.inspect(token).await.expect("a database");
        let (_, claims) = read.expect("a good token");
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_secs();
        let left = claims.expires_at.expect("an end") - i64::try_from(now).expect("small");
        assert!((3_500..=3_600).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn signing_in_is_tried_five_times_a_minute_whatever_else_is_switched_off() {
    let server = start_with(|config| config.total_rate_limit = None).await;
    let link = server.receiver.dashboard_link("").await.expect("a link");
    let enter = |code: &str| {
        let request = server.request("POST", "/dashboard/sign-in");
        request.form(&[("code", code)]).send()
    };
    for _ in 0..5 {
        assert_eq!(enter("a guess").await.status, 403);
    }
    let refused = enter(&link).await;
    refused.fails(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
}
