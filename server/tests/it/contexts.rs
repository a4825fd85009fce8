//! What backends store with runs: for the team, never for the public.

use serde_json::{Value, json};
use workflowai_feedback_server::Scope;

use crate::http::Answer;
use crate::receiver::{Running, start, start_with};

const PATH: &str = "/v1/_/agents/support/runs/run-1/context";
const DATASET: &str = "/v1/_/agents/support/feedback/dataset";

async fn key(server: &Running, tenant: &str, scopes: &[Scope]) -> String {
    let key = server.receiver.new_api_key(tenant, scopes).await;
    format!("Bearer {}", key.expect("a key"))
}

async fn put(server: &Running, key: &str, path: &str, kind: &str, body: &str) -> Answer {
    let request = server
        .request("PUT", path)
        .header("authorization", key)
        .body(kind, body.to_owned());
    request.send().await
}

async fn vote(server: &Running, run: &str, user: Option<&str>) {
    let token = server.token(run).await;
    let body = json!({ "feedback_token": token, "outcome": "negative", "user_id": user });
    server.post("/v1/feedback", body).await.ok();
}

async fn dataset(server: &Running, key: &str, query: &str) -> Vec<Value> {
    let request = server.request("GET", &format!("{DATASET}{query}"));
    let answer = request.header("authorization", key).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines = answer.text();
    let lines = lines.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

async fn stored(server: &Running) -> i64 {
    let mut database = server.database().await;
    sqlx::query_scalar("SELECT COUNT(*) FROM contexts")
        .fetch_one(&mut database)
        .await
        .expect("a count")
}

/// Bytes that are counted, after checking that they are those that are there.
async fn used(server: &Running) -> i64 {
    let mut database = server.database().await;
    let mut sum = async |sql: &'static str| -> i64 {
        let sum = sqlx::query_scalar(sql).fetch_one(&mut database);
        sum.await.expect("a sum")
    };
    let counted = sum("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM context_usage").await;
    let there = sum("SELECT CAST(COALESCE(SUM(LENGTH(body)), 0) AS BIGINT) FROM contexts").await;
    assert_eq!(counted, there);
    counted
}

async fn age(server: &Running, days: i64) {
    let mut database = server.database().await;
    let sql = "UPDATE contexts SET due_at = due_at - $1, stored_at = stored_at - $1";
    sqlx::query(sql)
        .bind(days * 24 * 60 * 60 * 1_000_000)
        .execute(&mut database)
        .await
        .expect("an older row");
}

#[tokio::test]
async fn a_dataset_has_rated_runs_with_what_they_were_about() {
    let server = start().await;
    let key = key(&server, "default", &Scope::USUAL).await;
    let json =
        "{\n  \"input\": \"=1+1 <script>\",\r\n  \"output\": 123456789012345678901234567890\n}";
    assert_eq!(
        put(&server, &key, PATH, "application/json", "1")
            .await
            .status,
        204
    );
    assert_eq!(
        put(&server, &key, PATH, "application/json", json)
            .await
            .status,
        204
    );
    let other = PATH.replace("run-1", "run-2");
    let text = "Two\nlines \u{202E}and \"more\"";
    let kind = "text/plain; charset=utf-8";
    assert_eq!(put(&server, &key, &other, kind, text).await.status, 204);
    assert!(
        dataset(&server, &key, "").await.is_empty(),
        "nothing is rated"
    );
    vote(&server, "run-1", None).await;
    vote(&server, "run-2", Some("ann")).await;
    vote(&server, "run-without", None).await;
    // More votes than one read.
    for user in 0..60 {
        vote(&server, "run-1", Some(&format!("user-{user}"))).await;
    }
    let lines = dataset(&server, &key, "").await;
    assert_eq!(lines.len(), 62);
    let of = |run: &str| {
        let line = lines.iter().find(|line| line["run_id"] == run);
        line.expect("the run").clone()
    };
    assert_eq!(of("run-1")["context"]["input"], "=1+1 <script>");
    assert_eq!(of("run-2")["context"], text);
    assert_eq!(of("run-2")["outcome"], "negative");
    let whole = server.request("GET", DATASET).header("authorization", &key);
    let whole = whole.send().await.text();
    assert!(
        whole.contains("\"output\": 123456789012345678901234567890"),
        "as it was sent"
    );
    assert_eq!(dataset(&server, &key, "?user_id=ann").await.len(), 1);
    assert!(dataset(&server, &key, "?outcome=positive").await.is_empty());
}

#[tokio::test]
async fn what_is_no_context_is_refused() {
    let server = start().await;
    let key = key(&server, "default", &[Scope::Context]).await;
    let refused = |kind: &'static str, body: String| {
        let (server, key) = (&server, &key);
        async move { put(server, key, PATH, kind, &body).await }
    };
    let json = "application/json";
    refused(json, "{".into())
        .await
        .fails(422, "invalid_request");
    refused("text/plain", " \n".into())
        .await
        .fails(422, "invalid_request");
    refused("image/png", "x".into())
        .await
        .fails(415, "unsupported_media_type");
    let most = 64 * 1024;
    assert_eq!(refused("text/plain", "x".repeat(most)).await.status, 204);
    refused("text/plain", "x".repeat(most + 1))
        .await
        .fails(413, "too_large");
    let long = format!("{PATH}?user_id={}", "u".repeat(257));
    put(&server, &key, &long, json, "1")
        .await
        .fails(422, "invalid_request");
    let request = server.request("PUT", PATH).header("authorization", &key);
    let no_text = request.body("text/plain", vec![0xff, 0xfe]).send().await;
    no_text.fails(422, "invalid_request");
}

#[tokio::test]
async fn a_tenants_contexts_take_no_more_room_than_they_may() {
    let server = start_with(|config| config.context_quota = 3_000).await;
    let key_of = |tenant| key(&server, tenant, &[Scope::Context]);
    let (own, acme) = (key_of("default").await, key_of("acme").await);
    // Nothing that compresses.
    let mut random = fastrand::Rng::with_seed(1);
    let mut noise = || -> String { (0..2_000).map(|_| random.alphanumeric()).collect() };
    let (first, second) = (noise(), noise());
    let other = PATH.replace("run-1", "run-2");
    assert_eq!(
        put(&server, &own, PATH, "text/plain", &first).await.status,
        204
    );
    let over = put(&server, &own, &other, "text/plain", &second).await;
    over.fails(507, "quota_exceeded");
    assert_eq!(stored(&server).await, 1, "nothing of it is left");
    // In the place of the first there is room, and another tenant has its own.
    assert_eq!(
        put(&server, &own, PATH, "text/plain", &second).await.status,
        204
    );
    assert_eq!(
        put(&server, &acme, &other, "text/plain", &first)
            .await
            .status,
        204
    );
    assert_eq!(
        put(&server, &own, PATH, "text/plain", "short").await.status,
        204
    );
    assert_eq!(
        put(&server, &own, &other, "text/plain", &first)
            .await
            .status,
        204
    );
    assert!(used(&server).await > 3_000);
}

#[tokio::test]
async fn a_context_goes_after_thirty_days_without_a_vote() {
    let server = start().await;
    let key = key(&server, "default", &Scope::ALL).await;
    // More than one read of the cleaning.
    for run in 0..150 {
        let path = PATH.replace("run-1", &format!("run-{run}"));
        put(&server, &key, &path, "text/plain", "words").await;
    }
    for run in 0..30 {
        vote(&server, &format!("run-{run}"), None).await;
    }
    let drop = || async {
        server
            .receiver
            .drop_unrated_contexts()
            .await
            .expect("a database")
    };
    age(&server, 29).await;
    assert_eq!(drop().await, 0);
    age(&server, 2).await;
    assert_eq!(drop().await, 120);
    assert_eq!((stored(&server).await, drop().await), (30, 0));
    used(&server).await;
    let token = server.token("run-7").await;
    let retract = json!({ "feedback_token": token });
    server.post("/v1/feedback/retract", retract).await.ok();
    age(&server, 31).await;
    assert_eq!(drop().await, 1, "its vote was taken back");
}

#[tokio::test]
async fn contexts_go_with_their_person_and_past_the_time_that_votes_are_kept() {
    let server = start_with(|config| config.keep_days = Some(40)).await;
    let key = key(&server, "default", &Scope::ALL).await;
    let runs = [
        ("hers", "?user_id=ann", Some("bob")),
        ("never-rated", "?user_id=ann", None),
        ("rated-by-her", "", Some("ann")),
        ("shared", "", Some("ann")),
        ("his", "?user_id=bob", Some("ann")),
        ("nobodys", "", None),
    ];
    for (run, owner, voter) in runs {
        let path = PATH.replace("run-1", run) + owner;
        assert_eq!(
            put(&server, &key, &path, "text/plain", "words")
                .await
                .status,
            204
        );
        if voter.is_some() {
            vote(&server, run, voter).await;
        }
    }
    vote(&server, "shared", Some("bob")).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.db");
    server.receiver.backup(&file).await.expect("a backup");
    let erase = server.request("DELETE", "/v1/_/users/ann/feedback");
    erase.header("authorization", &key).send().await.ok();
    let left = async || -> Vec<String> {
        let mut database = server.database().await;
        let runs = sqlx::query_scalar("SELECT run FROM contexts ORDER BY run");
        runs.fetch_all(&mut database).await.expect("the runs")
    };
    assert_eq!(left().await, ["his", "nobodys", "shared"]);
    used(&server).await;
    // A backup from before brings none of it back.
    server.receiver.restore(&file, true).await.expect("votes");
    assert_eq!(left().await, ["his", "nobodys", "shared"]);
    used(&server).await;
    age(&server, 41).await;
    server.receiver.drop_old().await.expect("a database");
    assert_eq!((stored(&server).await, used(&server).await), (0, 0));
}

#[tokio::test]
async fn no_public_call_returns_a_context_and_no_tenant_sees_anothers() {
    let server = start().await;
    let key_of = |tenant| key(&server, tenant, &Scope::ALL);
    let (own, acme) = (key_of("default").await, key_of("acme").await);
    put(&server, &own, PATH, "text/plain", "private-words").await;
    vote(&server, "run-1", None).await;
    let claims = crate::receiver::claims("run-1");
    let token = server.mint_in("acme", &claims).await;
    let voted = json!({ "feedback_token": token, "outcome": "positive" });
    server.post("/v1/feedback", voted).await.ok();
    assert!(dataset(&server, &acme, "").await.is_empty());
    let token = server.token("run-1").await;
    let item = json!({ "feedback_token": token });
    let answers = [
        server
            .get(&format!("/v1/feedback?feedback_token={token}"))
            .await,
        server
            .post("/v1/feedback/lookup", json!({ "items": [item] }))
            .await,
        server
            .post(
                "/v1/feedback",
                json!({ "feedback_token": token, "outcome": "positive" }),
            )
            .await,
    ];
    for answer in answers {
        assert_eq!(answer.status, 200);
        assert!(
            !answer.text().contains("private-words"),
            "{}",
            answer.text()
        );
    }
    server.get(PATH).await.fails(401, "invalid_api_key");
    let bearer = format!("Bearer {token}");
    let request = server.request("GET", PATH).header("authorization", &bearer);
    request.send().await.fails(401, "invalid_api_key");
}
