//! Webhooks: what is told, in which order, signed how, and where it may not lead.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::Scope;

use crate::aggregates::add_up;
use crate::http::Answer;
use crate::receiver::{Running, claims, serve, start, start_with};

/// A message as the other end got it.
#[derive(Clone)]
struct Got {
    headers: HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    fn kind(&self) -> String {
        let body = self.json();
        body["type"].as_str().expect("a type").to_owned()
    }

    fn id(&self) -> String {
        let id = self.headers["webhook-id"].to_str().expect("a text");
        id.to_owned()
    }
}

/// The other end: notes what it gets, and answers as told, then with 204.
#[derive(Clone, Default)]
struct Ear {
    got: Arc<Mutex<Vec<Got>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Ear {
    async fn listen(&self) -> String {
        async fn hear(State(ear): State<Ear>, headers: HeaderMap, text: String) -> Response {
            ear.got
                .lock()
                .expect("the list")
                .push(Got { headers, text });
            let next = ear.answers.lock().expect("the list").pop_front();
            next.unwrap_or(StatusCode::NO_CONTENT).into_response()
        }
        let router = axum::Router::new().fallback(hear).with_state(self.clone());
        let address: SocketAddr = serve(router).await;
        format!("http://{address}/hook?a=b")
    }

    fn answers(&self, statuses: impl IntoIterator<Item = u16>) {
        let statuses = statuses.into_iter();
        let statuses = statuses.map(|status| StatusCode::from_u16(status).expect("a status"));
        self.answers.lock().expect("the list").extend(statuses);
    }

    /// Waits until it has got so many messages, and gives them.
    async fn got(&self, count: usize) -> Vec<Got> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let got = self.got.lock().expect("the list").clone();
            if got.len() >= count {
                assert_eq!(got.len(), count, "no more than that");
                return got;
            }
            assert!(Instant::now() < until, "{} of {count} came", got.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A receiver that may tell this machine, with what it does now and then under way.
async fn telling() -> Running {
    let server = start_with(|config| config.allow_private_webhooks = true).await;
    let receiver = server.receiver.clone();
    tokio::spawn(async move { receiver.run(std::future::pending()).await });
    server
}

/// A key with every right.
async fn key(server: &Running) -> String {
    let key = server.receiver.new_api_key("default", &[Scope::Admin]);
    format!("Bearer {}", key.await.expect("a key"))
}

async fn call(server: &Running, key: &str, method: &str, path: &str) -> Answer {
    let request = server.request(method, path).header("authorization", key);
    request.send().await
}

async fn add(server: &Running, key: &str, body: &Value) -> Answer {
    let request = server.request("POST", "/v1/_/webhooks").json(body);
    request.header("authorization", key).send().await
}

/// Adds a webhook and gives its id and secret.
async fn added(server: &Running, key: &str, body: Value) -> (String, String) {
    let added = add(server, key, &body).await.ok();
    let text = |name: &str| added[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

async fn items(server: &Running, key: &str, path: &str) -> Vec<Value> {
    let answer = call(server, key, "GET", path).await.ok();
    answer["items"].as_array().expect("a list").clone()
}

/// Waits until the only webhook has nothing left to be told, or nothing but what was given up.
async fn settled(server: &Running, key: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let webhook = items(server, key, "/v1/_/webhooks").await.remove(0);
        if webhook["waiting"] == 0 {
            return webhook;
        }
        assert!(Instant::now() < until, "{webhook}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What is due later is due now, as if the time had passed.
async fn let_time_pass(server: &Running) {
    sqlx::query("UPDATE webhook_queue SET due_at = 0 WHERE dead_at IS NULL")
        .execute(&mut server.database().await)
        .await
        .expect("the database");
}

/// As if this were the last try of every message.
async fn at_the_last_try(server: &Running) {
    sqlx::query("UPDATE webhook_queue SET tries = 9, due_at = 0 WHERE dead_at IS NULL")
        .execute(&mut server.database().await)
        .await
        .expect("the database");
}

async fn vote(server: &Running, token: &str, outcome: &str, comment: &str) -> String {
    let body = json!({ "feedback_token": token, "outcome": outcome, "comment": comment });
    let stored = server.post("/v1/feedback", body).await.ok();
    stored["id"].as_str().expect("an id").to_owned()
}

async fn retract(server: &Running, token: &str) {
    let body = json!({ "feedback_token": token });
    server.post("/v1/feedback/retract", body).await.ok();
}

async fn annotate(server: &Running, key: &str, id: &str) {
    let path = format!("/v1/_/agents/support/feedback/{id}/annotate");
    let request = server.request("POST", &path);
    let request = request.json(&json!({ "annotation": "resolved", "comment": "a note" }));
    let marked = request.header("authorization", key).send().await;
    assert_eq!(marked.status, 204);
}

#[tokio::test]
async fn every_change_is_told_in_order_and_signed_as_standard_webhooks_says() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let (_, secret) = added(&server, &key, json!({ "url": ear.listen().await })).await;
    let user = Claims {
        user: Some("u".into()),
        ..claims("run-1")
    };
    let token = server.mint(&user).await;
    let id = vote(&server, &token, "positive", "").await;
    let first = ear.got(1).await.remove(0);
    vote(&server, &token, "negative", "why ü").await;
    ear.got(2).await;
    // The same again changes nothing.
    vote(&server, &token, "negative", "why ü").await;
    annotate(&server, &key, &id).await;
    ear.got(3).await;
    retract(&server, &token).await;
    ear.got(4).await;
    // So does taking back what is not there.
    retract(&server, &token).await;
    vote(&server, &token, "positive", "").await;
    let all = ear.got(5).await;
    let kinds: Vec<_> = all.iter().map(Got::kind).collect();
    let expected = ["voted", "changed", "annotated", "retracted", "voted"];
    assert_eq!(kinds, expected.map(|event| format!("feedback.{event}")));
    let verifier = Webhook::new(&secret).expect("a secret");
    for got in &all {
        let checked = verifier.verify(got.text.as_bytes(), &got.headers);
        checked.expect("a good signature");
        assert_eq!(got.headers["content-type"], "application/json");
        assert_eq!(got.json()["missed"], 0);
        assert_eq!(got.json()["data"]["id"], id);
    }
    let mut ids: Vec<_> = all.iter().map(Got::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each message has an id of its own");
    let data = first.json()["data"].clone();
    let listed = json!({
        "id": id, "agent_id": "support", "run_id": "run-1", "user_id": "u",
        "outcome": "positive", "comment": null, "reasons": [], "annotation": null,
        "created_at": data["created_at"], "updated_at": data["created_at"],
    });
    assert_eq!(data, listed);
    assert_eq!(all[1].json()["data"]["comment"], "why ü");
    assert_eq!(all[2].json()["data"]["annotation"], "resolved");
    assert_eq!(all[3].json()["data"]["outcome"], Value::Null);
    settled(&server, &key).await;
}

#[tokio::test]
async fn a_webhook_is_told_what_it_chose_of_its_own_tenant() {
    let (server, ear, other) = (telling().await, Ear::default(), Ear::default());
    let key = key(&server).await;
    let chosen = json!({ "url": ear.listen().await, "events": ["retracted", "voted", "voted"] });
    added(&server, &key, chosen).await;
    let url = other.listen().await;
    let foreign = workflowai_feedback_server::NewWebhook::checked(&url, None, &[], true);
    let foreign = foreign.expect("a webhook");
    let added = server.receiver.add_webhook("acme", &foreign).await;
    let (foreign, _) = added.expect("a webhook");
    let token = server.token("run-1").await;
    let foreigner = server.mint_in("acme", &claims("run-2")).await;
    vote(&server, &foreigner, "positive", "").await;
    let own = vote(&server, &token, "positive", "").await;
    annotate(&server, &key, &own).await;
    vote(&server, &token, "negative", "").await;
    retract(&server, &token).await;
    let kinds: Vec<_> = ear.got(2).await.iter().map(Got::kind).collect();
    assert_eq!(kinds, ["feedback.voted", "feedback.retracted"]);
    assert_eq!(other.got(1).await[0].json()["data"]["run_id"], "run-2");
    // And no key sees another tenant's.
    let shown = items(&server, &key, "/v1/_/webhooks").await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["events"], json!(["voted", "retracted"]));
    for (method, path) in [
        ("DELETE", String::new()),
        ("GET", "/deliveries".into()),
        ("GET", "/dead_letters".into()),
        ("POST", "/retry".into()),
    ] {
        let path = format!("/v1/_/webhooks/{foreign}{path}");
        call(&server, &key, method, &path)
            .await
            .fails(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_with_its_id_and_holds_up_its_own_vote_alone() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let (id, _) = added(&server, &key, json!({ "url": ear.listen().await })).await;
    ear.answers([500]);
    let (one, other) = (server.token("one").await, server.token("other").await);
    vote(&server, &one, "positive", "").await;
    let first = ear.got(1).await.remove(0);
    // Meanwhile the vote goes on: it is the newest state that is told, after its turn.
    vote(&server, &one, "negative", "second thoughts").await;
    vote(&server, &other, "positive", "").await;
    let runs = |got: &[Got]| -> Vec<Value> {
        let run = |got: &Got| got.json()["data"]["run_id"].clone();
        got.iter().map(run).collect()
    };
    assert_eq!(runs(&ear.got(2).await), ["one", "other"]);
    let_time_pass(&server).await;
    let got = ear.got(4).await;
    assert_eq!(runs(&got), ["one", "other", "one", "one"]);
    assert_eq!(got[2].id(), first.id());
    assert_eq!(got[2].kind(), "feedback.voted");
    assert_eq!(got[3].kind(), "feedback.changed");
    // The body is made when it is sent.
    assert_eq!(first.json()["data"]["outcome"], "positive");
    assert_eq!(got[2].json()["data"]["comment"], "second thoughts");
    assert_eq!(settled(&server, &key).await["dead"], 0);
    let log = items(&server, &key, &format!("/v1/_/webhooks/{id}/deliveries")).await;
    let statuses: Vec<_> = log.iter().map(|entry| entry["status"].clone()).collect();
    assert_eq!(statuses, [204, 204, 204, 500]);
    assert_eq!(log[3]["message_id"], first.id());
    assert_eq!(log[3]["event"], "voted");
    let fields = log[0].as_object().expect("an object").len();
    assert_eq!(fields, 6, "status and times alone: {}", log[0]);
}

#[tokio::test]
async fn what_is_given_up_leaves_a_marked_gap_and_can_be_sent_again() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let (id, _) = added(&server, &key, json!({ "url": ear.listen().await })).await;
    ear.answers([503, 503]);
    let token = server.token("run-1").await;
    let vote_id = vote(&server, &token, "positive", "").await;
    ear.got(1).await;
    at_the_last_try(&server).await;
    let dead = ear.got(2).await.remove(1);
    vote(&server, &token, "negative", "").await;
    let after = ear.got(3).await.remove(2);
    assert_eq!(after.kind(), "feedback.changed");
    assert_eq!(after.json()["missed"], 1, "the gap");
    assert_eq!(settled(&server, &key).await["dead"], 1);
    let path = format!("/v1/_/webhooks/{id}");
    let letters = items(&server, &key, &format!("{path}/dead_letters")).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0]["message_id"], dead.id());
    assert_eq!(letters[0]["feedback_id"], vote_id);
    assert_eq!(letters[0]["tries"], 10);
    let again = call(&server, &key, "POST", &format!("{path}/retry")).await;
    assert_eq!(again.ok()["retried"], 1);
    let again = ear.got(4).await.remove(3);
    assert_eq!((again.id(), again.kind()), (dead.id(), dead.kind()));
    vote(&server, &token, "positive", "").await;
    assert_eq!(ear.got(5).await[4].json()["missed"], 0, "no gap any more");
    assert_eq!(settled(&server, &key).await["dead"], 0);
    let none = items(&server, &key, &format!("{path}/dead_letters")).await;
    assert_eq!(none, Vec::<Value>::new());
}

#[tokio::test]
async fn a_message_that_nobody_settled_is_sent_again() {
    let server = start_with(|config| config.allow_private_webhooks = true).await;
    let ear = Ear::default();
    let key = key(&server).await;
    added(&server, &key, json!({ "url": ear.listen().await })).await;
    let token = server.token("run-1").await;
    vote(&server, &token, "positive", "").await;
    // Somebody took it, and was killed.
    let changed = sqlx::query("UPDATE webhook_queue SET tries = 1, due_at = due_at + 2000000")
        .execute(&mut server.database().await)
        .await
        .expect("the database");
    assert_eq!(changed.rows_affected(), 1);
    let receiver = server.receiver.clone();
    tokio::spawn(async move { receiver.run(std::future::pending()).await });
    ear.got(1).await;
    settled(&server, &key).await;
}

#[tokio::test]
async fn several_receivers_tell_each_message_once() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    for _ in 0..3 {
        let receiver = server.receiver.clone();
        tokio::spawn(async move { receiver.run(std::future::pending()).await });
    }
    added(&server, &key, json!({ "url": ear.listen().await })).await;
    for run in 0..60 {
        let token = server.token(&format!("run-{}", run % 20)).await;
        let outcome = if run / 20 % 2 == 0 {
            "positive"
        } else {
            "negative"
        };
        vote(&server, &token, outcome, "").await;
    }
    let until = Instant::now() + Duration::from_mins(1);
    while ear.got.lock().expect("the list").len() < 60 {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    settled(&server, &key).await;
    let got = ear.got(60).await;
    let mut ids: Vec<_> = got.iter().map(Got::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 60);
    for run in 0..20 {
        let run = format!("run-{run}");
        let of_run = got
            .iter()
            .filter(|got| got.json()["data"]["run_id"] == *run);
        let kinds: Vec<_> = of_run.map(Got::kind).collect();
        let expected = ["feedback.voted", "feedback.changed", "feedback.changed"];
        assert_eq!(kinds, expected, "{run}");
    }
}

#[tokio::test]
async fn an_erased_person_is_in_no_message() {
    let server = start_with(|config| config.allow_private_webhooks = true).await;
    let ear = Ear::default();
    let key = key(&server).await;
    added(&server, &key, json!({ "url": ear.listen().await })).await;
    for user in ["ann", "bob"] {
        let claims = Claims {
            user: Some(user.into()),
            ..claims("run-1")
        };
        let token = server.mint(&claims).await;
        vote(&server, &token, "positive", "").await;
    }
    let erased = call(&server, &key, "DELETE", "/v1/_/users/ann/feedback").await;
    assert_eq!(erased.ok()["erased"], 1);
    let receiver = server.receiver.clone();
    tokio::spawn(async move { receiver.run(std::future::pending()).await });
    let got = ear.got(1).await.remove(0);
    assert_eq!(got.json()["data"]["user_id"], "bob");
    settled(&server, &key).await;
}

#[tokio::test]
async fn a_removed_webhook_is_told_nothing_more() {
    let server = start_with(|config| config.allow_private_webhooks = true).await;
    let ear = Ear::default();
    let key = key(&server).await;
    let (id, _) = added(&server, &key, json!({ "url": ear.listen().await })).await;
    let token = server.token("run-1").await;
    vote(&server, &token, "positive", "").await;
    let path = format!("/v1/_/webhooks/{id}");
    assert_eq!(call(&server, &key, "DELETE", &path).await.status, 204);
    let again = call(&server, &key, "DELETE", &path).await;
    again.fails(404, "not_found");
    vote(&server, &token, "negative", "").await;
    let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM webhook_queue")
        .fetch_one(&mut server.database().await)
        .await
        .expect("the database");
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn slack_is_told_a_line_in_which_nothing_has_a_meaning() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let body = json!({ "url": ear.listen().await, "form": "slack" });
    added(&server, &key, body).await;
    let token = server.token("run-1").await;
    vote(&server, &token, "negative", "<!channel> & more").await;
    let got = ear.got(1).await.remove(0);
    let text = "Thumbs down: agent support, run run-1\n&lt;!channel&gt; &amp; more";
    let expected = json!({ "text": text, "mrkdwn": false, "unfurl_links": false });
    assert_eq!(got.json(), expected);
    assert!(!got.headers.contains_key("webhook-id"));
    let shown = items(&server, &key, "/v1/_/webhooks").await.remove(0);
    let url = shown["url"].as_str().expect("a text");
    assert!(url.ends_with("/…") && !url.contains("hook?"), "{url}");
}

#[tokio::test]
async fn a_share_that_dropped_is_told_once_a_day() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let body = json!({ "url": ear.listen().await, "events": ["share_dropped"] });
    added(&server, &key, body).await;
    let mut database = server.database().await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.expect("after 1970").as_micros()).expect("a time");
    let bucket = 15 * 60 * 1_000_000;
    let hour = 4 * bucket;
    // Two days ago nine of ten were thumbs up, in the last hours four of ten; the other agent
    // stayed as it was.
    for (agent, ago, positive, negative) in [
        ("support", 48, 90, 10),
        ("support", 2, 12, 18),
        ("other", 48, 90, 10),
        ("other", 2, 27, 3),
    ] {
        sqlx::query(
            "INSERT INTO aggregates (tenant, agent, bucket, shard, positive, negative,
                 positive_comments, negative_comments)
             VALUES ('default', $1, $2, 0, $3, $4, 0, 0)",
        )
        .bind(agent)
        .bind((now - ago * hour) / bucket * bucket)
        .bind(i64::from(positive))
        .bind(i64::from(negative))
        .execute(&mut database)
        .await
        .expect("totals");
    }
    add_up(&mut database).await;
    // The receiver itself may have been first.
    assert!(server.receiver.tell_drops().await.expect("a database") <= 1);
    assert_eq!(server.receiver.tell_drops().await.expect("a database"), 0);
    let got = ear.got(1).await.remove(0).json();
    assert_eq!(got["type"], "feedback.share_dropped");
    let data = &got["data"];
    assert_eq!(data["agent_id"], "support");
    assert_eq!(
        (data["share"].as_f64(), data["votes"].as_i64()),
        (Some(0.4), Some(30))
    );
    assert_eq!(data["share_before"], 0.9);
    assert_eq!(data["votes_before"], 100);
    settled(&server, &key).await;
    // A day later it is told again.
    sqlx::query("UPDATE share_drops SET told_at = told_at - $1")
        .bind(25 * hour)
        .execute(&mut database)
        .await
        .expect("the database");
    assert_eq!(server.receiver.tell_drops().await.expect("a database"), 1);
    ear.got(2).await;
}

#[tokio::test]
async fn a_webhook_leads_nowhere_private_unless_the_operator_says_so() {
    let server = start().await;
    let receiver = server.receiver.clone();
    tokio::spawn(async move { receiver.run(std::future::pending()).await });
    let ear = Ear::default();
    let url = ear.listen().await;
    let key = key(&server).await;
    for url in [
        url.as_str(),
        "http://hooks.example/",
        "https://127.0.0.1/",
        "https://127.0.0.1:8443/a",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fd00:ec2::254]/",
        "https://[fe80::1]/",
        "https://user:password@hooks.example/",
        "ftp://hooks.example/",
        "nonsense",
    ] {
        let refused = add(&server, &key, &json!({ "url": url })).await;
        refused.fails(422, "invalid_request");
        assert!(refused.message().starts_with("url: "), "{url}");
    }
    // Names lead where they like, and numbers can be written as names: that shows when it is sent.
    let port = url.split([':', '/']).nth(4).expect("a port");
    for host in ["localhost", "0x7f000001", "2130706433", "127.1"] {
        let (id, _) = added(
            &server,
            &key,
            json!({ "url": format!("https://{host}:{port}/") }),
        )
        .await;
        let token = server.token(host).await;
        vote(&server, &token, "positive", "").await;
        let path = format!("/v1/_/webhooks/{id}/deliveries");
        let until = Instant::now() + Duration::from_secs(30);
        let log = loop {
            let log = items(&server, &key, &path).await;
            if !log.is_empty() {
                break log;
            }
            assert!(Instant::now() < until, "{host}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        assert_eq!(log[0]["status"], Value::Null);
        assert_eq!(log[0]["failure"], "address", "{host}");
        let path = format!("/v1/_/webhooks/{id}");
        assert_eq!(call(&server, &key, "DELETE", &path).await.status, 204);
    }
    ear.got(0).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (server, ear) = (telling().await, Ear::default());
    let key = key(&server).await;
    let url = ear.listen().await;
    let to = url.clone();
    let away = axum::Router::new()
        .fallback(move || async move { (StatusCode::TEMPORARY_REDIRECT, [("location", to)]) });
    let away = format!("http://{}/", serve(away).await);
    let (id, _) = added(&server, &key, json!({ "url": away })).await;
    let token = server.token("run-1").await;
    vote(&server, &token, "positive", "").await;
    let path = format!("/v1/_/webhooks/{id}/deliveries");
    let until = Instant::now() + Duration::from_secs(30);
    while items(&server, &key, &path).await.is_empty() {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let log = items(&server, &key, &path).await;
    assert_eq!(log[0]["status"], 307);
    ear.got(0).await;
}

#[tokio::test]
async fn a_webhook_that_is_none_is_refused_by_field() {
    let server = start().await;
    let key = key(&server).await;
    let url = "https://hooks.example/";
    for (body, field) in [
        (json!({}), "url"),
        (json!({ "url": 1 }), "url"),
        (json!({ "url": url, "form": "xml" }), "form"),
        (
            json!({ "url": url, "events": ["voted", "moved"] }),
            "events[1]",
        ),
        (json!({ "url": url, "events": "voted" }), "events"),
        (
            json!({ "url": format!("{url}{}", "a".repeat(2_048)) }),
            "url",
        ),
    ] {
        let refused = add(&server, &key, &body).await;
        refused.fails(422, "invalid_request");
        let message = refused.message();
        assert!(message.starts_with(&format!("{field}: ")), "{message}");
    }
    let missing = "/v1/_/webhooks/01930000-0000-7000-8000-000000000001/deliveries";
    let missing = call(&server, &key, "GET", missing).await;
    missing.fails(404, "not_found");
    let nonsense = call(&server, &key, "DELETE", "/v1/_/webhooks/nonsense").await;
    nonsense.fails(404, "not_found");
}
