//! The same behaviours on `PostgreSQL`: this binary runs itself again with a private cluster.

use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use workflowai_feedback_server::{Config, Database, NewWebhook, OpenError, Receiver};

use crate::cluster::Cluster;
use crate::http::Request;
use crate::receiver::{POSTGRES, claims, config, serve};

/// What runs on both: everything that goes through the library.
const BOTH: [&str; 14] = [
    "aggregates::",
    "api::",
    "backup::",
    "bad_input::",
    "contexts::",
    "dashboard::",
    "demo::",
    "history::",
    "limits::",
    "order::",
    "search::",
    "tokens::",
    "votes::",
    "webhooks::",
];

/// Settings for a `PostgreSQL`.
pub fn on(url: &str, allow_unsafe_durability: bool) -> Config {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Postgres {
        url: url.to_owned(),
        allow_unsafe_durability,
    };
    Config {
        database,
        ..config(&folder)
    }
}

/// One test, as it is one cluster.
#[tokio::test]
async fn everything_passes_on_postgresql_too() {
    let cluster = Cluster::start();
    cluster.ready().await;
    the_suite_passes(&cluster);
    receivers_that_share_a_database_agree_on_every_key(&cluster).await;
    of_receivers_that_start_together_one_made_the_database(&cluster).await;
    a_database_that_may_lose_commits_is_refused_unless_allowed(&cluster).await;
    moving_from_sqlite_and_back_changes_nothing(&cluster).await;
    votes_that_are_there_are_not_read_for_the_next(&cluster).await;
}

fn the_suite_passes(cluster: &Cluster) {
    let run = Command::new(std::env::current_exe().expect("this binary"))
        .args(BOTH)
        .env(POSTGRES, cluster.url())
        .output()
        .expect("this binary");
    let out = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{out}\n{}\n{}",
        String::from_utf8_lossy(&run.stderr),
        cluster.log()
    );
    assert!(!out.contains(" 0 passed"), "{out}");
}

async fn receivers_that_share_a_database_agree_on_every_key(cluster: &Cluster) {
    let url = cluster.url();
    let opened = (0..3).map(|_| {
        let config = on(&url, false);
        tokio::spawn(Receiver::open(config))
    });
    let mut receivers = Vec::new();
    for receiver in opened.collect::<Vec<_>>() {
        receivers.push(receiver.await.expect("no panic").expect("a receiver"));
    }
    assert_eq!(
        receivers
            .iter()
            .filter(|receiver| receiver.is_new())
            .count(),
        1
    );
    assert_eq!(receivers[0].signing_keys().await.expect("keys").len(), 1);
    let mut tokens = Vec::new();
    for run in 0..5 {
        let token = receivers[run % 3]
            .mint("default", &claims(&run.to_string()))
            .await;
        tokens.push(token.expect("a database").expect("good claims"));
    }
    let mut addresses = Vec::new();
    for receiver in &receivers {
        addresses.push(serve(receiver.router()).await);
    }
    // Every machine gets presses of the same client on the same keys, in any order.
    let mut under_way = Vec::new();
    for sequence in (0..60_u64).rev() {
        for token in &tokens {
            let outcome = if sequence == 59 {
                "negative"
            } else {
                "positive"
            };
            let intent = json!({ "client": "a", "sequence": sequence, "age": 0 });
            let body = json!({ "feedback_token": token, "outcome": outcome, "intent": intent });
            let address = addresses[usize::try_from(sequence % 3).expect("small")];
            under_way.push(tokio::spawn(
                Request::new(address, "POST", "/v1/feedback")
                    .json(&body)
                    .send(),
            ));
        }
    }
    for request in under_way {
        request.await.expect("no panic").ok();
    }
    for token in &tokens {
        for address in &addresses {
            let path = format!("/v1/feedback?feedback_token={token}");
            let found = Request::new(*address, "GET", &path).send().await.ok();
            assert_eq!(found, json!({ "outcome": "negative" }));
        }
    }
}

/// Which of them made the database is decided under the lease, by the one row that says so.
async fn of_receivers_that_start_together_one_made_the_database(cluster: &Cluster) {
    for round in 0..12 {
        let url = crate::receiver::new_schema(&cluster.url()).await;
        let opened = (0..4).map(|_| tokio::spawn(Receiver::open(on(&url, false))));
        let mut new = 0;
        let mut keys = 0;
        for receiver in opened.collect::<Vec<_>>() {
            let receiver = receiver.await.expect("no panic").expect("a receiver");
            new += usize::from(receiver.is_new());
            keys = receiver.signing_keys().await.expect("a database").len();
        }
        assert_eq!(keys, 1, "of round {round}");
        assert_eq!(new, 1, "round {round}");
    }
}

async fn a_database_that_may_lose_commits_is_refused_unless_allowed(cluster: &Cluster) {
    let url = format!("{}&options=-c%20synchronous_commit%3Doff", cluster.url());
    let refused = Receiver::open(on(&url, false)).await;
    let Err(error @ OpenError::Unsafe { .. }) = refused else {
        panic!("it was taken");
    };
    let words = error.to_string();
    for word in ["synchronous_commit", "--allow-unsafe-durability"] {
        assert!(words.contains(word), "{words}");
    }
    Receiver::open(on(&url, true)).await.expect("a receiver");
}

/// There and back: rows and checksums of every table are the same each time.
async fn moving_from_sqlite_and_back_changes_nothing(cluster: &Cluster) {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Receiver::open(config(&folder)).await.expect("a receiver");
    assert!(first.load_demo_data(2_000).await.expect("a database"));
    let scopes = &workflowai_feedback_server::Scope::ALL;
    first.new_api_key("acme", scopes).await.expect("a key");
    let webhook = NewWebhook::checked("https://hooks.example/", None, &[], false);
    let webhook = webhook.expect("a webhook");
    first.add_webhook("default", &webhook).await.expect("it");
    let address = serve(first.router()).await;
    for user in ["ü", "a\u{1F600}", "o'brien \\ \"x\""] {
        let claims = workflowai_feedback_protocol::token::Claims {
            user: Some(user.into()),
            ..claims("run")
        };
        let token = first.mint("default", &claims).await.expect("a database");
        let body = json!({ "feedback_token": token.expect("a token"), "outcome": "negative",
            "comment": format!("ＡＢＣ {user} 日本語"), "reasons": ["slow", user],
            "intent": { "client": "c", "sequence": 9_007_199_254_740_991_u64, "age": 0 } });
        let vote = Request::new(address, "POST", "/v1/feedback").json(&body);
        vote.send().await.ok();
    }
    let url = crate::receiver::new_schema(&cluster.url()).await;
    let target = Database::Postgres {
        url: url.clone(),
        allow_unsafe_durability: false,
    };
    let (_, there) = first.migrate(target).await.expect("votes");
    let second = Receiver::open(on(&url, false)).await.expect("a receiver");
    let file = folder.path().join("back.db");
    let (_, back) = second
        .migrate(Database::File(file.clone()))
        .await
        .expect("votes");
    assert_eq!(there, back);
    let rows = |table: &str| {
        let copied = there.iter().find(|copied| copied.table == table);
        copied.expect("the table").rows
    };
    assert_eq!((rows("feedback"), rows("webhook_queue")), (2_003, 3));
    assert!(rows("history") > 2_003 && rows("aggregates") > 100);
    // The checksums tell a single changed byte.
    let mut changed = Config::in_folder(folder.path());
    changed.database = Database::File(file.clone());
    let mut database = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .expect("a database");
    sqlx::query("UPDATE feedback SET comment = comment || ' ' WHERE user_id = 'ü'")
        .execute(&mut database)
        .await
        .expect("a vote");
    let third = Receiver::open(changed).await.expect("a receiver");
    let copy = Database::File(folder.path().join("copy.db"));
    let (_, other) = third.migrate(copy).await.expect("votes");
    let differs: Vec<_> = there.iter().zip(&other).filter(|(a, b)| a != b).collect();
    assert_eq!(differs.len(), 1, "{differs:?}");
    assert_eq!(differs[0].0.table, "feedback");
    // And it serves there as it did here.
    let token = second.mint("default", &claims("new")).await;
    let token = token.expect("a database").expect("good claims");
    let address = serve(second.router()).await;
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let vote = Request::new(address, "POST", "/v1/feedback").json(&body);
    vote.send().await.ok();
}

/// With a cluster of its own, as one that has little in it is back soon.
#[tokio::test]
async fn while_the_database_is_gone_votes_are_told_to_come_back() {
    let mut cluster = Cluster::start();
    cluster.ready().await;
    let receiver = Receiver::open(on(&cluster.url(), false)).await;
    let receiver = receiver.expect("a receiver");
    let token = receiver.mint("default", &claims("r")).await;
    let token = token.expect("a database").expect("good claims");
    let address = serve(receiver.router()).await;
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    let vote = || {
        Request::new(address, "POST", "/v1/feedback")
            .json(&body)
            .send()
    };
    vote().await.ok();
    cluster.kill();
    let gone = vote().await;
    gone.fails(503, "storage_unavailable");
    assert_eq!(gone.header("retry-after"), "1");
    let unready = Request::new(address, "GET", "/readyz").send().await;
    unready.fails(503, "storage_unavailable");
    cluster.start_again();
    cluster.ready().await;
    let mut tries = 0;
    while vote().await.status != 200 {
        tries += 1;
        assert!(tries < 100, "it does not recover");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Of a new table `PostgreSQL` knows nothing, and would take any index that has a part of the key, or
/// keep the plan it made when reading the whole table was quicker.
async fn votes_that_are_there_are_not_read_for_the_next(cluster: &Cluster) {
    const AT_ONCE: i64 = 32;
    const VOTES: i64 = 25 * AT_ONCE;
    let url = crate::receiver::new_schema(&cluster.url()).await;
    let receiver = Receiver::open(on(&url, false)).await.expect("a receiver");
    let address = serve(receiver.router()).await;
    let vote = async |run: String| {
        let token = receiver.mint("default", &claims(&run)).await;
        let token = token.expect("a database").expect("good claims");
        let body = json!({ "feedback_token": token, "outcome": "positive" });
        let vote = Request::new(address, "POST", "/v1/feedback").json(&body);
        vote.send().await.ok();
    };
    for first in (0..VOTES).step_by(32) {
        let votes = (first..first + AT_ONCE).map(|run| vote(run.to_string()));
        join_all(votes).await;
    }
    let mut database = PgConnection::connect(&url).await.expect("it");
    let mut read = async || {
        let sql = "SELECT CAST(n_tup_ins AS BIGINT), CAST(seq_tup_read AS BIGINT),
                       CAST(idx_tup_read AS BIGINT)
                   FROM pg_stat_user_tables JOIN pg_stat_user_indexes USING (schemaname, relname)
                   WHERE schemaname = current_schema() AND relname = 'feedback'
                       AND indexrelname = 'feedback_newest_by_user'";
        let found = sqlx::query_as::<_, (i64, i64, i64)>(sql);
        found.fetch_one(&mut database).await.expect("statistics")
    };
    // A session tells of what it did once a second, at the end of a transaction.
    let mut told = read().await;
    for later in 0..100 {
        if told.0 >= VOTES {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        vote(format!("later {later}")).await;
        told = read().await;
    }
    let (votes, of_table, of_index) = told;
    assert!(votes >= VOTES, "{votes} votes are told of");
    assert!(of_table < 5 * VOTES, "{of_table} votes were read");
    assert!(of_index < 5 * VOTES, "{of_index} entries were read");
}
