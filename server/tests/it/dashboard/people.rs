//! How many people voted, approximately.

use serde_json::json;

use super::{page, sign_in};
use crate::receiver::{Running, start};

/// The figure of the overview, without its thousands apart.
async fn shown(server: &Running, cookie: &str, query: &str) -> String {
    let path = format!("/dashboard/overview{query}");
    let text = page(server, cookie, &path).await.text();
    let figure = text.split("People, about</dt><dd>").nth(1);
    let figure = figure.unwrap_or_else(|| panic!("{text}"));
    figure.split('<').next().expect("its end").replace(',', "")
}

async fn vote(server: &Running, run: &str, user: &str) {
    let body = json!({ "feedback_token": server.token(run).await, "outcome": "positive",
        "user_id": user });
    server.post("/v1/feedback", body).await.ok();
}

#[tokio::test]
async fn everybody_counts_once_and_who_is_not_named_not_at_all() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    for run in ["run-1", "run-2", "run-3"] {
        for user in ["ann", "bob", ""] {
            vote(&server, run, user).await;
        }
    }
    assert_eq!(shown(&server, &cookie, "").await, "0", "not counted yet");
    assert_eq!(server.receiver.count_people().await.expect("a database"), 9);
    assert_eq!(server.receiver.count_people().await.expect("a database"), 0);
    for query in ["", "?days=7", "?agent=support"] {
        assert_eq!(shown(&server, &cookie, query).await, "2", "{query}");
    }
    vote(&server, "run-1", "carol").await;
    server.receiver.count_people().await.expect("a database");
    assert_eq!(shown(&server, &cookie, "").await, "3");
    // A month later they are those of before.
    let mut database = server.database().await;
    let month = 30 * 24 * 60 * 60 * 1_000_000_i64;
    for sql in [
        "UPDATE feedback SET created_at = created_at - $1",
        "UPDATE aggregates SET bucket = bucket - $1",
        "UPDATE people SET day = day - $1",
        "UPDATE people_until SET created_at = created_at - $1",
    ] {
        sqlx::query(sql)
            .bind(month)
            .execute(&mut database)
            .await
            .expect("the past");
    }
    vote(&server, "run-1", "dora").await;
    server.receiver.count_people().await.expect("a database");
    let text = page(&server, &cookie, "/dashboard/overview").await.text();
    assert_eq!(shown(&server, &cookie, "").await, "1");
    assert!(text.contains("no clear change from about 3"), "{text}");
}

#[tokio::test]
async fn who_is_committed_late_is_counted_all_the_same() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    vote(&server, "run-1", "ann").await;
    server.receiver.count_people().await.expect("a database");
    vote(&server, "run-2", "bob").await;
    // As if it had waited while the first one was counted.
    let mut database = server.database().await;
    sqlx::query("UPDATE feedback SET created_at = created_at - 60000000 WHERE user_id = 'bob'")
        .execute(&mut database)
        .await
        .expect("a minute before");
    assert_eq!(server.receiver.count_people().await.expect("a database"), 0);
    assert_eq!(shown(&server, &cookie, "").await, "1");
    let looked_at = server.receiver.count_late_people().await;
    assert_eq!(looked_at.expect("a database"), 2);
    assert_eq!(shown(&server, &cookie, "").await, "2");
}

#[tokio::test]
async fn many_people_are_counted_within_a_few_percent() {
    let server = start().await;
    let cookie = sign_in(&server).await;
    // More than one read.
    server
        .receiver
        .load_demo_data(12_000)
        .await
        .expect("a database");
    let counted = server.receiver.count_people().await.expect("a database");
    assert_eq!(counted, 12_000);
    let mut database = server.database().await;
    let exact: i64 = sqlx::query_scalar(
        "SELECT COUNT(DISTINCT user_id) FROM feedback WHERE user_id <> '' AND created_at > $1",
    )
    .bind(jiff::Timestamp::now().as_microsecond() - 91 * 24 * 60 * 60 * 1_000_000)
    .fetch_one(&mut database)
    .await
    .expect("a count");
    let shown: i64 = shown(&server, &cookie, "?days=90")
        .await
        .parse()
        .expect("a number");
    // Three standard errors, and a day at the edge.
    assert!(
        (shown - exact).abs() * 100 <= exact * 12,
        "{shown} of {exact}"
    );
}
