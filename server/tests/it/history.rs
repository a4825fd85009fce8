//! What is remembered of an entry: who, when and what, and no comment's text.

use serde_json::json;

use crate::receiver::start;

#[derive(Debug, PartialEq, sqlx::FromRow)]
struct Step {
    actor: String,
    action: String,
    outcome: Option<String>,
    comment_length: Option<i64>,
}

#[tokio::test]
async fn every_applied_change_is_remembered_without_its_text() {
    let server = start().await;
    let token = server.token("run-1").await;
    let intent = |sequence: u64| json!({ "client": "a", "sequence": sequence, "age": 0 });
    for (sequence, outcome, comment) in [
        (1, "negative", Some("ünsaid 😀")),
        (3, "positive", None),
        (2, "negative", Some("late")),
    ] {
        let body = json!({
            "feedback_token": token, "outcome": outcome, "comment": comment,
            "intent": intent(sequence),
        });
        server.post("/v1/feedback", body).await.ok();
    }
    for _ in 0..2 {
        let body = json!({ "feedback_token": token, "intent": intent(4) });
        server.post("/v1/feedback/retract", body).await.ok();
    }
    let mut database = server.database().await;
    let steps: Vec<Step> = sqlx::query_as(
        "SELECT actor, action, outcome, comment_length FROM history ORDER BY at, id",
    )
    .fetch_all(&mut database)
    .await
    .expect("the history");
    let step = |action: &str, outcome: Option<&str>, comment_length| Step {
        actor: "visitor".into(),
        action: action.into(),
        outcome: outcome.map(Into::into),
        comment_length,
    };
    assert_eq!(
        steps,
        [
            step("voted", Some("negative"), Some(8)),
            step("changed", Some("positive"), None),
            step("retracted", None, None),
        ]
    );
    let comments: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM feedback WHERE comment IS NOT NULL")
            .fetch_one(&mut database)
            .await
            .expect("a count");
    assert_eq!(comments, 0, "a tombstone keeps no comment");
}
