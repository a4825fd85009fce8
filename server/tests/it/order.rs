//! Requests that arrive late, twice, or from another device.

use serde_json::{Value, json};

use crate::receiver::{Running, start};

async fn vote(server: &Running, token: &str, outcome: &str, intent: Value) -> Value {
    let body = json!({ "feedback_token": token, "outcome": outcome, "intent": intent });
    server.post("/v1/feedback", body).await.ok()
}

async fn retract(server: &Running, token: &str, intent: Value) -> Value {
    let body = json!({ "feedback_token": token, "intent": intent });
    server.post("/v1/feedback/retract", body).await.ok()
}

fn intent(client: &str, sequence: u64, age: u64) -> Value {
    json!({ "client": client, "sequence": sequence, "age": age })
}

#[tokio::test]
async fn an_applied_intent_is_echoed() {
    let server = start().await;
    let token = server.token("run-1").await;
    let reply = vote(&server, &token, "positive", intent("a", 7, 0)).await;
    assert_eq!(reply["intent"], json!({ "client": "a", "sequence": 7 }));
    assert_eq!(reply.get("applied"), None);
    let reply = retract(&server, &token, intent("a", 8, 0)).await;
    assert_eq!(
        reply,
        json!({ "outcome": null, "intent": { "client": "a", "sequence": 8 } })
    );
}

#[tokio::test]
async fn a_late_request_changes_nothing_and_learns_what_is_stored() {
    let server = start().await;
    let token = server.token("run-1").await;
    vote(&server, &token, "negative", intent("a", 2, 0)).await;
    let body = json!({
        "feedback_token": token, "outcome": "positive", "comment": "late",
        "intent": intent("a", 1, 30),
    });
    let late = server.post("/v1/feedback", body).await.ok();
    assert_eq!(late["outcome"], "negative");
    assert_eq!(late["applied"], false);
    assert_eq!(late["intent"], json!({ "client": "a", "sequence": 1 }));
    assert_eq!(late["comment"], Value::Null);
    let late = retract(&server, &token, intent("a", 1, 0)).await;
    assert_eq!(
        (&late["outcome"], &late["applied"]),
        (&json!("negative"), &json!(false))
    );
    assert_eq!(server.listed().await[0]["comment"], Value::Null);
}

#[tokio::test]
async fn a_refused_request_is_told_no_stored_comment() {
    let server = start().await;
    let token = server.token("run-1").await;
    let body = json!({
        "feedback_token": token, "outcome": "negative", "comment": "private",
        "intent": intent("a", 2, 0),
    });
    server.post("/v1/feedback", body).await.ok();
    let late = vote(&server, &token, "positive", intent("a", 1, 0)).await;
    assert!(!late.to_string().contains("private"), "{late}");
}

#[tokio::test]
async fn a_repeated_request_changes_nothing() {
    let server = start().await;
    let token = server.token("run-1").await;
    let first = vote(&server, &token, "negative", intent("a", 1, 0)).await;
    let before = server.listed().await;
    let again = vote(&server, &token, "negative", intent("a", 1, 5)).await;
    assert_eq!(again, first);
    assert_eq!(server.listed().await, before);
}

#[tokio::test]
async fn a_repeat_of_what_another_device_has_beaten_is_not_proof() {
    let server = start().await;
    let token = server.token("run-1").await;
    vote(&server, &token, "negative", intent("a", 1, 0)).await;
    vote(&server, &token, "positive", intent("b", 1, 0)).await;
    let again = vote(&server, &token, "negative", intent("a", 1, 0)).await;
    assert_eq!(
        (&again["outcome"], &again["applied"]),
        (&json!("positive"), &json!(false))
    );
}

#[tokio::test]
async fn another_device_wins_unless_it_was_pressed_over_a_minute_before() {
    let server = start().await;
    let token = server.token("run-1").await;
    vote(&server, &token, "negative", intent("a", 1, 0)).await;
    // Its sequence is lower than the other client's; the two are not compared.
    let reply = vote(&server, &token, "positive", intent("b", 0, 30)).await;
    assert_eq!(
        (&reply["outcome"], reply.get("applied")),
        (&json!("positive"), None)
    );
    let old = vote(&server, &token, "negative", intent("c", 9, 3_600)).await;
    assert_eq!(
        (&old["outcome"], &old["applied"]),
        (&json!("positive"), &json!(false))
    );
    assert_eq!(server.outcome(&token).await, "positive");
}

#[tokio::test]
async fn a_late_request_of_a_device_is_known_after_another_device_has_voted() {
    let server = start().await;
    let token = server.token("run-1").await;
    vote(&server, &token, "positive", intent("a", 5, 0)).await;
    vote(&server, &token, "negative", intent("b", 1, 0)).await;
    let late = vote(&server, &token, "positive", intent("a", 4, 0)).await;
    assert_eq!(
        (&late["outcome"], &late["applied"]),
        (&json!("negative"), &json!(false))
    );
    let newer = vote(&server, &token, "positive", intent("a", 6, 0)).await;
    assert_eq!(
        (&newer["outcome"], newer.get("applied")),
        (&json!("positive"), None)
    );
}

#[tokio::test]
async fn a_vote_that_arrives_after_its_retraction_stays_taken_back() {
    let server = start().await;
    // The vote got lost on the way; the retraction is the first to arrive.
    let token = server.token("run-1").await;
    retract(&server, &token, intent("a", 2, 0)).await;
    let late = vote(&server, &token, "positive", intent("a", 1, 1)).await;
    assert_eq!(
        (&late["outcome"], &late["applied"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(server.outcome(&token).await, Value::Null);
    // The same after both had arrived in order.
    let token = server.token("run-2").await;
    vote(&server, &token, "positive", intent("a", 1, 0)).await;
    retract(&server, &token, intent("a", 2, 0)).await;
    vote(&server, &token, "positive", intent("a", 1, 1)).await;
    assert_eq!(server.outcome(&token).await, Value::Null);
    assert!(server.listed().await.is_empty());
    // A new press counts.
    vote(&server, &token, "negative", intent("a", 3, 0)).await;
    assert_eq!(server.outcome(&token).await, "negative");
}

#[tokio::test]
async fn an_old_press_of_another_device_stays_out_after_a_retraction() {
    let server = start().await;
    let token = server.token("run-1").await;
    retract(&server, &token, intent("a", 1, 0)).await;
    vote(&server, &token, "positive", intent("b", 1, 120)).await;
    assert_eq!(server.outcome(&token).await, Value::Null);
}

#[tokio::test]
async fn a_request_without_intent_always_applies_and_then_counts_as_the_latest_press() {
    let server = start().await;
    let token = server.token("run-1").await;
    vote(&server, &token, "positive", intent("a", 9, 0)).await;
    let body = json!({ "feedback_token": token, "outcome": "negative" });
    let reply = server.post("/v1/feedback", body).await.ok();
    assert_eq!(
        (&reply["outcome"], reply.get("intent")),
        (&json!("negative"), None)
    );
    let old = vote(&server, &token, "positive", intent("b", 1, 120)).await;
    assert_eq!(
        (&old["outcome"], &old["applied"]),
        (&json!("negative"), &json!(false))
    );
}

#[tokio::test]
async fn of_many_at_once_the_highest_sequence_stays() {
    let server = start().await;
    let token = server.token("run-1").await;
    let requests = (0..40_u64).rev().map(|sequence| {
        let outcome = if sequence == 39 {
            "negative"
        } else {
            "positive"
        };
        let body = json!({
            "feedback_token": token, "outcome": outcome, "intent": intent("a", sequence, 0),
        });
        tokio::spawn(server.request("POST", "/v1/feedback").json(&body).send())
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.expect("an answer").status, 200);
    }
    assert_eq!(server.outcome(&token).await, "negative");
    assert_eq!(server.listed().await.len(), 1);
}
