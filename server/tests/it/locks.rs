//! Several at the same rows of `PostgreSQL`: what one has not committed yet, another waits for or leaves
//! alone.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use workflowai_feedback_server::{Config, Receiver};

use crate::cluster::Cluster;
use crate::http::{Answer, Request};
use crate::postgres::on;
use crate::receiver::{claims, new_schema, serve};

/// A receiver with a schema of its own.
struct Shared {
    receiver: Receiver,
    address: std::net::SocketAddr,
    url: String,
}

impl Shared {
    async fn new(cluster: &Cluster, change: impl FnOnce(&mut Config)) -> Self {
        let url = new_schema(&cluster.url()).await;
        let mut config = on(&url, false);
        change(&mut config);
        let receiver = Receiver::open(config).await.expect("a receiver");
        let address = serve(receiver.router()).await;
        Self {
            receiver,
            address,
            url,
        }
    }

    async fn request(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::new(self.address, method, path);
        request.json(body).send().await
    }

    async fn vote(&self, outcome: &str, comment: &str) -> Answer {
        let token = self.receiver.mint("default", &claims("r")).await;
        let token = token.expect("a database").expect("good claims");
        let body = json!({ "feedback_token": token, "outcome": outcome, "comment": comment });
        self.request("POST", "/v1/feedback", &body).await
    }

    async fn retract(&self) -> Answer {
        let token = self.receiver.mint("default", &claims("r")).await;
        let body = json!({ "feedback_token": token.expect("a database").expect("good claims"),
            "intent": { "client": "c", "sequence": 1, "age": 0 } });
        self.request("POST", "/v1/feedback/retract", &body).await
    }

    /// How many votes a search finds.
    async fn found(&self, words: &str) -> Value {
        let scopes = &workflowai_feedback_server::Scope::ALL;
        let key = self.receiver.new_api_key("default", scopes).await;
        let path = format!("/v1/_/agents/support/feedback?q={words}");
        let list = Request::new(self.address, "GET", &path);
        let list = list.header("authorization", &format!("Bearer {}", key.expect("a key")));
        list.send().await.ok()["count"].clone()
    }
}

/// Waits until so many sessions of the cluster wait for a lock.
async fn are_waiting(cluster: &Cluster, sessions: i64) {
    let mut database = PgConnection::connect(&cluster.url()).await.expect("it");
    for _ in 0..400 {
        let waiting = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
        );
        let waiting: i64 = waiting.fetch_one(&mut database).await.expect("a count");
        if waiting == sessions {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there are never {sessions} sessions that wait");
}

/// One test, as it is one cluster.
#[tokio::test]
async fn what_is_not_committed_yet_is_waited_for_or_left_alone() {
    let cluster = Cluster::start();
    cluster.ready().await;
    a_comment_that_changes_while_it_is_indexed_is_found(&cluster).await;
    a_tombstone_that_is_voted_on_while_it_is_dropped_stays(&cluster).await;
    a_vote_behind_a_lock_is_told_to_come_back(&cluster).await;
    a_migration_keeps_its_lease_however_long_it_takes(&cluster).await;
}

/// A session that holds up the writer behind its entries.
async fn hold(url: &str) -> PgConnection {
    run(url, "BEGIN; LOCK TABLE aggregates IN EXCLUSIVE MODE").await
}

async fn run(url: &str, sql: &'static str) -> PgConnection {
    let mut session = PgConnection::connect(url).await.expect("a session");
    let done = sqlx::raw_sql(sql).execute(&mut session).await;
    done.expect("a statement");
    session
}

async fn a_comment_that_changes_while_it_is_indexed_is_found(cluster: &Cluster) {
    let shared = Shared::new(cluster, |_| {}).await;
    let index_meanwhile = async |held: PgConnection| {
        are_waiting(cluster, 1).await;
        let indexed = tokio::time::timeout(Duration::from_secs(2), shared.receiver.index()).await;
        indexed.expect("it waits for nobody").expect("a database");
        held.close().await.expect("its end");
    };
    shared.vote("positive", "at first").await.ok();
    shared.receiver.index().await.expect("a database");
    shared.vote("positive", "before").await.ok();
    let held = hold(&shared.url).await;
    let (voted, ()) = tokio::join!(shared.vote("negative", "thereafter"), index_meanwhile(held));
    voted.ok();
    shared.receiver.index().await.expect("a database");
    assert_eq!(shared.found("thereafter").await, 1);
    // And what is taken back leaves no text.
    shared.vote("positive", "once more").await.ok();
    let held = hold(&shared.url).await;
    let (retracted, ()) = tokio::join!(shared.retract(), index_meanwhile(held));
    retracted.ok();
    shared.receiver.index().await.expect("a database");
    let mut database = PgConnection::connect(&shared.url).await.expect("it");
    let kept = sqlx::query_scalar("SELECT folded FROM search");
    let kept: Vec<String> = kept.fetch_all(&mut database).await.expect("the index");
    assert_eq!(kept, Vec::<String>::new());
}

async fn a_tombstone_that_is_voted_on_while_it_is_dropped_stays(cluster: &Cluster) {
    let shared = Shared::new(cluster, |config| config.keep_days = Some(30)).await;
    shared.retract().await.ok();
    let sql = "UPDATE feedback SET created_at = 0, pressed_at = 0";
    let _ = run(&shared.url, sql).await;
    let held = hold(&shared.url).await;
    let drop_meanwhile = async {
        are_waiting(cluster, 1).await;
        let release = async {
            are_waiting(cluster, 2).await;
            held.close().await.expect("its end");
        };
        let (dropped, ()) = tokio::join!(shared.receiver.drop_old(), release);
        assert_eq!(dropped.expect("a database"), 0);
    };
    let (voted, ()) = tokio::join!(shared.vote("positive", "after all"), drop_meanwhile);
    voted.ok();
    assert_eq!(shared.found("all").await, 1);
}

async fn a_vote_behind_a_lock_is_told_to_come_back(cluster: &Cluster) {
    let shared = Shared::new(cluster, |_| {}).await;
    let held = run(&shared.url, "BEGIN; LOCK TABLE feedback").await;
    let vote = shared.vote("positive", "");
    let told = tokio::time::timeout(Duration::from_secs(9), vote).await;
    let told = told.expect("it waits for ever");
    told.fails(503, "storage_unavailable");
    assert_eq!(told.header("retry-after"), "1");
    held.close().await.expect("its end");
    shared.vote("positive", "").await.ok();
}

async fn a_migration_keeps_its_lease_however_long_it_takes(cluster: &Cluster) {
    let url = new_schema(&cluster.url()).await;
    // The migration waits for what may become a table of the same name.
    let held = run(&url, "BEGIN; CREATE TABLE tenants (id TEXT)").await;
    let opening = tokio::spawn(Receiver::open(on(&url, false)));
    are_waiting(cluster, 1).await;
    let mut database = PgConnection::connect(&url).await.expect("it");
    let mut until = async || -> i64 {
        let until = sqlx::query_scalar("SELECT expires_at FROM migration_lease");
        until.fetch_one(&mut database).await.expect("a lease")
    };
    let first = until().await;
    let mut tries = 0;
    while until().await == first {
        tries += 1;
        assert!(tries < 100, "it is not renewed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    held.close().await.expect("its end");
    opening.await.expect("no panic").expect("a receiver");
}

/// A server that takes what it is sent and answers no more stands for a host that has vanished.
#[tokio::test]
async fn a_vote_that_gets_no_answer_is_told_to_come_back_and_the_next_one_is_stored() {
    let cluster = Cluster::start();
    cluster.ready().await;
    let shared = Shared::new(&cluster, |_| {}).await;
    shared.vote("positive", "").await.ok();
    let mut database = PgConnection::connect(&shared.url).await.expect("it");
    let sessions = sqlx::query_scalar(
        "SELECT pid FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()",
    );
    let sessions: Vec<i32> = sessions.fetch_all(&mut database).await.expect("them");
    let signal = |name: &str| {
        let ids = sessions.iter().map(ToString::to_string);
        let sent = Command::new("kill").arg(name).args(ids).status();
        assert!(sent.expect("kill").success());
    };
    let token = shared.receiver.mint("default", &claims("other")).await;
    let token = token.expect("a database").expect("good claims");
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    // The readers answer, and the writer does not.
    let held = run(&shared.url, "BEGIN; LOCK TABLE feedback").await;
    let stop = async {
        are_waiting(&cluster, 1).await;
        signal("-STOP");
    };
    let vote = shared.request("POST", "/v1/feedback", &body);
    let vote = tokio::time::timeout(Duration::from_secs(20), vote);
    let (told, ()) = tokio::join!(vote, stop);
    signal("-CONT");
    told.expect("it waits for ever")
        .fails(503, "storage_unavailable");
    held.close().await.expect("its end");
    shared.request("POST", "/v1/feedback", &body).await.ok();
}
