//! Backups, restoring, retention, and moving to another database.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use sqlx::Connection;
use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::{Copied, CopyError, Database, NewWebhook};

use crate::http::Request;
use crate::receiver::{Running, claims, start, start_with};

async fn vote(server: &Running, run: &str, user: &str) {
    let token = server.mint(&of(run, user)).await;
    let body = json!({
        "feedback_token": token, "outcome": "negative", "comment": "why ü", "reasons": ["slow"],
        "intent": { "client": "c", "sequence": 1, "age": 0 },
    });
    server.post("/v1/feedback", body).await.ok();
}

fn of(run: &str, user: &str) -> Claims {
    Claims {
        user: Some(user.into()),
        ..claims(run)
    }
}

/// What must hold of a backup at whatever moment it was made: every entry has its history, and the
/// totals are those of the entries. Returns how many entries there are.
async fn consistent(file: &std::path::Path) -> i64 {
    let url = format!("sqlite:{}", file.display());
    let mut database = sqlx::AnyConnection::connect(&url)
        .await
        .expect("a database");
    let checked: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut database)
        .await
        .expect("a check");
    assert_eq!(checked, "ok");
    let mut number = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&mut database)
            .await
            .expect("a number")
    };
    let entries = number("SELECT COUNT(*) FROM feedback WHERE outcome IS NOT NULL").await;
    let kept =
        number("SELECT CAST(COALESCE(SUM(positive + negative), 0) AS BIGINT) FROM aggregates")
            .await;
    assert_eq!(entries, kept, "the totals");
    let bare = "SELECT COUNT(*) FROM feedback
        WHERE NOT EXISTS (SELECT 1 FROM history WHERE feedback_id = feedback.id)";
    assert_eq!(number(bare).await, 0, "entries without history");
    assert_eq!(number("SELECT COUNT(*) FROM sessions").await, 0);
    entries
}

#[tokio::test]
async fn a_backup_under_load_is_of_one_moment_and_comes_back_whole() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    vote(&server, "first", "u").await;
    let mut counts = Vec::new();
    let votes = async {
        for run in 0..120 {
            vote(&server, &format!("run-{run}"), "u").await;
        }
    };
    let backups = async {
        for round in 0..4 {
            let file = folder.path().join(format!("{round}.db"));
            server.receiver.backup(&file).await.expect("a backup");
            counts.push(consistent(&file).await);
        }
    };
    tokio::join!(votes, backups);
    assert!(counts.is_sorted() && counts[0] >= 1, "{counts:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = folder
            .path()
            .join("0.db")
            .metadata()
            .expect("a file")
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        assert!(
            !folder.path().join("0.db-wal").exists(),
            "one file holds everything"
        );
    }
    let file = folder.path().join("last.db");
    server.receiver.backup(&file).await.expect("a backup");
    let listed = server.listed().await;
    let token = server.mint(&of("first", "u")).await;
    let other = start().await;
    let (copied, erased) = other.receiver.restore(&file, false).await.expect("votes");
    assert_eq!(erased, 0);
    assert_eq!(rows(&copied, "feedback"), 121);
    assert_eq!(other.listed().await, listed);
    // The keys came along: a token of the old receiver is good, and its intents are known.
    assert_eq!(other.outcome(&token).await, "negative");
    let late = json!({ "feedback_token": token, "outcome": "positive",
        "intent": { "client": "c", "sequence": 0, "age": 0 } });
    let late = other.post("/v1/feedback", late).await.ok();
    assert_eq!(late["applied"], false);
}

fn rows(copied: &[Copied], table: &str) -> u64 {
    let copied = copied.iter().find(|copied| copied.table == table);
    copied.expect("the table").rows
}

#[tokio::test]
async fn restoring_replaces_votes_only_when_told_and_brings_no_erased_person_back() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.db");
    for (run, user) in [("run-1", "ann"), ("run-2", "ann"), ("run-1", "bob")] {
        vote(&server, run, user).await;
    }
    server.receiver.backup(&file).await.expect("a backup");
    let again = server.receiver.backup(&file).await;
    assert!(
        matches!(again, Err(CopyError::File { .. })),
        "it is there already"
    );
    let key = server
        .receiver
        .new_api_key("default", &workflowai_feedback_server::Scope::ALL)
        .await
        .expect("a key");
    let erase = server.request("DELETE", "/v1/_/users/ann/feedback");
    let erased = erase
        .header("authorization", &format!("Bearer {key}"))
        .send()
        .await;
    assert_eq!(erased.ok()["erased"], 2);
    vote(&server, "run-3", "carol").await;
    let refused = server.receiver.restore(&file, false).await;
    assert!(matches!(refused, Err(CopyError::NotEmpty(_))));
    assert_eq!(server.listed().await.len(), 2, "nothing was changed");
    let (_, erased) = server.receiver.restore(&file, true).await.expect("votes");
    assert_eq!(erased, 2);
    let users = |listed: Vec<serde_json::Value>| -> Vec<_> {
        listed.iter().map(|vote| vote["user_id"].clone()).collect()
    };
    assert_eq!(users(server.listed().await), ["bob"]);
    // Nor does it the next time, into a receiver that knows the erasure from the backup alone.
    let second = folder.path().join("second.db");
    server.receiver.backup(&second).await.expect("a backup");
    let other = start().await;
    other.receiver.restore(&second, false).await.expect("votes");
    let (_, erased) = other.receiver.restore(&file, true).await.expect("votes");
    assert_eq!(erased, 2);
    assert_eq!(users(other.listed().await), ["bob"]);
    // Who votes after the erasure is there again, and stays.
    vote(&other, "run-4", "ann").await;
    let third = folder.path().join("third.db");
    other.receiver.backup(&third).await.expect("a backup");
    other.receiver.restore(&third, true).await.expect("votes");
    assert_eq!(users(other.listed().await), ["ann", "bob"]);
    consistent(&third).await;
}

/// Two receivers erase with keys of their own; what both erased stays away.
#[tokio::test]
async fn erasures_of_a_backup_and_of_the_receiver_that_restores_it_both_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let full = folder.path().join("full.db");
    let later = folder.path().join("later.db");
    let erase = async |server: &Running, user: &str| {
        let scopes = &workflowai_feedback_server::Scope::ALL;
        let key = server.receiver.new_api_key("default", scopes).await;
        let erase = server.request("DELETE", &format!("/v1/_/users/{user}/feedback"));
        let erase = erase.header("authorization", &format!("Bearer {}", key.expect("a key")));
        erase.send().await.ok();
    };
    let first = start().await;
    for user in ["ann", "bob", "carol"] {
        vote(&first, "run", user).await;
    }
    first.receiver.backup(&full).await.expect("a backup");
    erase(&first, "ann").await;
    first.receiver.backup(&later).await.expect("a backup");
    let second = start().await;
    vote(&second, "run", "bob").await;
    erase(&second, "bob").await;
    for backup in [&later, &full, &later, &full] {
        let restored = second.receiver.restore(backup, true).await;
        restored.expect("votes");
        let listed = second.listed().await;
        let users: Vec<_> = listed.iter().map(|vote| &vote["user_id"]).collect();
        assert_eq!(users, ["carol"]);
    }
}

/// What no backup holds may still refer to what it replaces.
#[tokio::test]
async fn restoring_replaces_what_invitations_and_undoing_refer_to() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.db");
    vote(&server, "run-1", "u").await;
    server.receiver.backup(&file).await.expect("a backup");
    let mut database = server.database().await;
    for sql in [
        "INSERT INTO triages (id, tenant, actor, at) VALUES ('t', 'default', 'a', 0)",
        "INSERT INTO triaged (triage_id, feedback_id, updated_at) SELECT 't', id, 0 FROM feedback",
        "INSERT INTO users (id, name, created_at) VALUES ('u', 'u', 0)",
        "INSERT INTO roles (user_id, tenant, role) VALUES ('u', 'default', 'admin')",
        "INSERT INTO invitations (id, hash, tenant, role, created_at, expires_at)
         VALUES ('i', '', 'default', 'viewer', 0, 9000000000000000000)",
    ] {
        sqlx::query(sql)
            .execute(&mut database)
            .await
            .expect("a row");
    }
    server.receiver.restore(&file, true).await.expect("votes");
    assert_eq!(server.listed().await.len(), 1);
    for table in ["triages", "triaged", "invitations", "users"] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut database)
            .await
            .expect("a count");
        assert_eq!(left, 0, "{table}");
    }
    let again = folder.path().join("again.db");
    server.receiver.backup(&again).await.expect("a backup");
    consistent(&again).await;
}

#[tokio::test]
async fn restoring_under_load_keeps_every_vote_that_is_answered_after_it() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.db");
    for run in 0..40 {
        vote(&server, &format!("kept-{run}"), "u").await;
    }
    server.receiver.backup(&file).await.expect("a backup");
    let stop = Arc::new(AtomicBool::new(false));
    let restored = Arc::new(AtomicBool::new(false));
    let voters: Vec<_> = (0..6)
        .map(|voter| {
            let (stop, restored) = (stop.clone(), restored.clone());
            let receiver = server.receiver.clone();
            let address = server.address;
            tokio::spawn(async move {
                let mut after = Vec::new();
                for number in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let run = format!("run-{voter}-{number}");
                    let token = receiver.mint("default", &of(&run, "u")).await;
                    // The keys are replaced too: for a moment there may be none.
                    let Ok(Ok(token)) = token else { continue };
                    let begun_after = restored.load(Ordering::SeqCst);
                    let body = json!({ "feedback_token": token, "outcome": "positive" });
                    let request = Request::new(address, "POST", "/v1/feedback").json(&body);
                    let answer = request.send().await;
                    match answer.status {
                        200 if begun_after => after.push(run),
                        200 | 400 | 503 => {}
                        _ => panic!("{} {}", answer.status, answer.text()),
                    }
                }
                after
            })
        })
        .collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        // Where several processes write, the database may choose to give it up: then nothing of
        // it happened.
        let mut tries = 0;
        while let Err(error) = server.receiver.restore(&file, true).await {
            tries += 1;
            assert!(
                matches!(error, CopyError::Database(_)) && tries < 20,
                "{error}"
            );
        }
    }
    restored.store(true, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::SeqCst);
    let mut after = Vec::new();
    for voter in voters {
        after.extend(voter.await.expect("no panic"));
    }
    assert!(!after.is_empty(), "votes after it");
    let mut database = server.database().await;
    let there: Vec<String> = sqlx::query_scalar("SELECT run FROM feedback")
        .fetch_all(&mut database)
        .await
        .expect("the votes");
    let there: HashSet<String> = there.into_iter().collect();
    let lost: Vec<_> = after.iter().filter(|run| !there.contains(*run)).collect();
    assert_eq!(lost, Vec::<&String>::new());
    for run in 0..40 {
        assert!(there.contains(&format!("kept-{run}")), "{run}");
    }
    let now = folder.path().join("now.db");
    server.receiver.backup(&now).await.expect("a backup");
    consistent(&now).await;
}

#[tokio::test]
async fn what_webhooks_are_still_to_be_told_comes_along() {
    let server = start().await;
    let url = "https://hooks.example/";
    let webhook = NewWebhook::checked(url, None, &[], false).expect("a webhook");
    let added = server.receiver.add_webhook("default", &webhook).await;
    added.expect("a database");
    vote(&server, "run-1", "u").await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("backup.db");
    server.receiver.backup(&file).await.expect("a backup");
    let other = start().await;
    other.receiver.restore(&file, false).await.expect("votes");
    let webhooks = other.receiver.webhooks().await.expect("a database");
    assert_eq!((webhooks.len(), webhooks[0].waiting), (1, 1));
    assert_eq!(webhooks[0].url, url);
}

#[tokio::test]
async fn a_file_that_is_no_backup_changes_nothing() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    vote(&server, "run-1", "u").await;
    let junk = folder.path().join("junk.db");
    std::fs::write(&junk, "no database".repeat(1_000)).expect("a file");
    for file in [junk.clone(), folder.path().join("none.db")] {
        let error = server
            .receiver
            .restore(&file, true)
            .await
            .expect_err("no backup");
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(server.listed().await.len(), 1);
    assert_eq!(std::fs::read_to_string(&junk).expect("it").len(), 11_000);
}

#[tokio::test]
async fn moving_to_an_empty_database_is_checked_by_counts_and_checksums() {
    let server = start().await;
    for run in 0..130 {
        vote(&server, &format!("run-{run}"), "u").await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let target = || Database::File(folder.path().join("other.db"));
    let (_, copied) = server.receiver.migrate(target()).await.expect("votes");
    for (table, count) in [
        ("feedback", 130),
        ("history", 130),
        ("intents", 130),
        ("reasons", 130),
    ] {
        assert_eq!(rows(&copied, table), count, "{table}");
    }
    let sums: std::collections::HashSet<_> = copied.iter().map(|copied| copied.checksum).collect();
    assert!(sums.len() > 6, "{copied:?}");
    assert_eq!(consistent(&folder.path().join("other.db")).await, 130);
    let again = server.receiver.migrate(target()).await;
    assert!(matches!(again, Err(CopyError::NotEmpty(_))));
    assert_eq!(server.listed().await.len(), 100);
}

#[tokio::test]
async fn votes_past_their_time_go_with_everything_of_them() {
    let server = start_with(|config| config.keep_days = Some(30)).await;
    for run in ["old", "taken-back", "new"] {
        vote(&server, run, "u").await;
    }
    let token = server.mint(&of("taken-back", "u")).await;
    let retract = json!({ "feedback_token": token });
    server.post("/v1/feedback/retract", retract).await.ok();
    let mut database = server.database().await;
    // Whole days, so that the quarters of an hour stay what they are.
    let day: i64 = 24 * 60 * 60 * 1_000_000;
    for sql in [
        "UPDATE feedback SET created_at = created_at - $1 WHERE run <> 'new'",
        "UPDATE aggregates SET bucket = bucket - $1, negative = 1, negative_comments = 1",
    ] {
        sqlx::query(sql)
            .bind(31 * day)
            .execute(&mut database)
            .await
            .expect("an older database");
    }
    assert_eq!(server.receiver.drop_old().await.expect("a database"), 2);
    assert_eq!(server.receiver.drop_old().await.expect("a database"), 0);
    let listed = server.listed().await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["run_id"], "new");
    for table in ["history", "intents", "reasons"] {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut database)
            .await
            .expect("a count");
        assert_eq!(left, 1, "{table}");
    }
    let kept: i64 = sqlx::query_scalar(
        "SELECT CAST(SUM(positive + negative + negative_comments) AS BIGINT) FROM aggregates",
    )
    .fetch_one(&mut database)
    .await
    .expect("a sum");
    assert_eq!(kept, 0, "what was dropped is not counted");
}
