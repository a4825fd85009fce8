//! The kept totals are those of the votes, whatever happens to them.

use serde_json::{Value, json};
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::Scope;

use crate::receiver::{Running, claims, start};

type Sum = (String, String, i64, i64, i64, i64, i64);

const KEPT: &str = "SELECT tenant, agent, bucket, CAST(SUM(positive) AS BIGINT),
        CAST(SUM(negative) AS BIGINT), CAST(SUM(positive_comments) AS BIGINT),
        CAST(SUM(negative_comments) AS BIGINT)
    FROM aggregates GROUP BY tenant, agent, bucket
    HAVING SUM(positive) <> 0 OR SUM(negative) <> 0 ORDER BY 1, 2, 3";

const COUNTED: &str = "SELECT tenant, agent, created_at - created_at % 900000000,
        COUNT(CASE WHEN outcome = 'positive' THEN 1 END),
        COUNT(CASE WHEN outcome = 'negative' THEN 1 END),
        COUNT(CASE WHEN outcome = 'positive' THEN comment END),
        COUNT(CASE WHEN outcome = 'negative' THEN comment END)
    FROM feedback WHERE outcome IS NOT NULL
    GROUP BY tenant, agent, created_at - created_at % 900000000 ORDER BY 1, 2, 3";

/// What pages read instead is the same, added up. Nothing of these is left over.
const ADDED_UP: [&str; 2] = [
    "SELECT CAST(COUNT(*) AS BIGINT) FROM (
         SELECT tenant, bucket, SUM(positive) AS positive, SUM(negative) AS negative,
             SUM(positive_comments) AS praise, SUM(negative_comments) AS complaints FROM (
             SELECT tenant, bucket, positive, negative, positive_comments, negative_comments
                 FROM aggregates
             UNION ALL
             SELECT tenant, bucket, -positive, -negative, -positive_comments, -negative_comments
                 FROM tenant_aggregates
         ) AS both_of_them GROUP BY tenant, bucket
     ) AS sums WHERE positive <> 0 OR negative <> 0 OR praise <> 0 OR complaints <> 0",
    "SELECT CAST(COUNT(*) AS BIGINT) FROM (
         SELECT tenant, agent, day, SUM(positive) AS positive, SUM(negative) AS negative,
             SUM(positive_comments) AS praise, SUM(negative_comments) AS complaints FROM (
             SELECT tenant, agent, bucket - bucket % 86400000000 AS day, positive, negative,
                 positive_comments, negative_comments FROM aggregates
             UNION ALL
             SELECT tenant, agent, day, -positive, -negative, -positive_comments,
                 -negative_comments FROM daily_aggregates
         ) AS both_of_them GROUP BY tenant, agent, day
     ) AS sums WHERE positive <> 0 OR negative <> 0 OR praise <> 0 OR complaints <> 0",
];

/// Adds them up anew, for tests that put others there.
pub async fn add_up(database: &mut sqlx::AnyConnection) {
    for sql in [
        "DELETE FROM tenant_aggregates",
        "INSERT INTO tenant_aggregates
         SELECT tenant, bucket, 0, SUM(positive), SUM(negative), SUM(positive_comments),
             SUM(negative_comments)
         FROM aggregates GROUP BY tenant, bucket",
        "DELETE FROM daily_aggregates",
        "INSERT INTO daily_aggregates
         SELECT tenant, agent, bucket - bucket % 86400000000, 0, SUM(positive), SUM(negative),
             SUM(positive_comments), SUM(negative_comments)
         FROM aggregates GROUP BY tenant, agent, bucket - bucket % 86400000000",
    ] {
        sqlx::query(sql)
            .execute(&mut *database)
            .await
            .expect("totals");
    }
}

/// The kept totals, after checking them against the votes.
pub async fn checked(server: &Running) -> Vec<Sum> {
    let mut database = server.database().await;
    let kept: Vec<Sum> = sqlx::query_as(KEPT)
        .fetch_all(&mut database)
        .await
        .expect("the totals");
    let counted: Vec<Sum> = sqlx::query_as(COUNTED)
        .fetch_all(&mut database)
        .await
        .expect("the votes");
    assert_eq!(kept, counted);
    for sql in ADDED_UP {
        let differing: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut database)
            .await
            .expect("a count");
        assert_eq!(differing, 0, "{sql}");
    }
    kept
}

#[tokio::test]
async fn totals_follow_votes_changes_retractions_and_erasures() {
    let server = start().await;
    let mut tokens = Vec::new();
    for agent in ["one", "two"] {
        for run in 0..3 {
            let claims = Claims {
                agent: agent.into(),
                ..claims(&format!("run-{run}"))
            };
            tokens.push(server.mint(&claims).await);
            tokens.push(server.mint_in("acme", &claims).await);
        }
    }
    // All at once, so that they share commits, from a sequence that is the same every time.
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut under_way = Vec::new();
    for sequence in 0..400_u64 {
        let token = &tokens[usize::try_from(next(12)).expect("small")];
        let intent = json!({ "client": next(3).to_string(), "sequence": sequence, "age": 0 });
        let mut body = json!({ "feedback_token": token, "user_id": next(3).to_string() });
        if next(4) > 0 {
            body["intent"] = intent;
        }
        let path = if next(4) == 0 {
            "/v1/feedback/retract"
        } else {
            body["outcome"] =
                json!(["positive", "negative"][usize::try_from(next(2)).expect("small")]);
            body["comment"] = if next(2) == 0 {
                Value::Null
            } else {
                json!("words")
            };
            "/v1/feedback"
        };
        under_way.push(tokio::spawn(
            server.request("POST", path).json(&body).send(),
        ));
    }
    for request in under_way {
        request.await.expect("no panic").ok();
    }
    let before = checked(&server).await;
    assert!(before.len() >= 4, "{before:?}");
    let key = server
        .receiver
        .new_api_key("default", &Scope::ALL)
        .await
        .expect("a key");
    let bearer = format!("Bearer {key}");
    let erase = server
        .request("DELETE", "/v1/_/users/1/feedback")
        .header("authorization", &bearer);
    erase.send().await.ok();
    let after = checked(&server).await;
    assert_ne!(before, after);
    // What a list counts is what is kept.
    let of_one = after
        .iter()
        .filter(|sums| (sums.0.as_str(), sums.1.as_str()) == ("default", "one"));
    let sum = |part: fn(&Sum) -> i64| -> i64 { of_one.clone().map(part).sum() };
    for (query, sum) in [
        ("", sum(|sums| sums.3 + sums.4)),
        ("?outcome=positive", sum(|sums| sums.3)),
        ("?outcome=negative&has_comment=true", sum(|sums| sums.6)),
        (
            "?has_comment=false",
            sum(|sums| sums.3 + sums.4 - sums.5 - sums.6),
        ),
    ] {
        let list = server.request("GET", &format!("/v1/_/agents/one/feedback{query}"));
        assert_eq!(
            list.header("authorization", &bearer).send().await.ok()["count"],
            sum,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_count_is_exact_where_it_is_kept_and_else_stops_at_ten_thousand() {
    let server = start().await;
    let vote = json!({ "feedback_token": server.token("run-1").await, "outcome": "positive" });
    server.post("/v1/feedback", vote).await.ok();
    let mut database = server.database().await;
    // What 10,001 votes would have left, without the time they take.
    for sql in [
        "INSERT INTO feedback (id, tenant, agent, run, user_id, outcome, created_at, updated_at,
             client, sequence, pressed_at)
         WITH RECURSIVE numbers (n) AS (
             SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001
         )
         SELECT '00000000-0000-7000-8000-' || n, 'default', 'support', 'run-' || n, 'u',
             'positive', n, n, '', 0, n
         FROM numbers",
        "UPDATE aggregates SET positive = 10002",
    ] {
        sqlx::query(sql)
            .execute(&mut database)
            .await
            .expect("votes");
    }
    let key = server
        .receiver
        .new_api_key("default", &Scope::ALL)
        .await
        .expect("a key");
    let list = |query: &str| {
        let request = server.request("GET", &format!("/v1/_/agents/support/feedback?{query}"));
        request
            .header("authorization", &format!("Bearer {key}"))
            .send()
    };
    let kept = list("limit=1").await.ok();
    assert_eq!(
        (&kept["count"], kept.get("count_is")),
        (&json!(10_002), None)
    );
    let counted = list("limit=1&user_id=u").await.ok();
    assert_eq!(
        (&counted["count"], &counted["count_is"]),
        (&json!(10_000), &json!("at_least"))
    );
    let few = list("limit=1&from=2000-01-01").await.ok();
    assert_eq!(few["items"].as_array().map(Vec::len), Some(1));
}
