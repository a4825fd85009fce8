//! What got a 2xx is there after the process is killed or stopped.

use std::time::Duration;

use serde_json::json;
use sqlx::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use workflowai_feedback_protocol::token::Claims;
use workflowai_feedback_server::{Receiver, Scope};

use crate::http::Request;
use crate::receiver::{claims, config, serve};
use crate::server::{Server, line};

#[tokio::test]
async fn votes_survive_a_kill_under_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    let tokens: Vec<String> = (0..4)
        .map(|run| {
            line(
                folder.path(),
                &["token", "mint", "--agent", "a", "--run", &run.to_string()],
            )
        })
        .collect();
    let vote = |server: &Server, token: &str, user: usize| {
        let body = json!({
            "feedback_token": token, "outcome": "negative", "user_id": user.to_string(),
        });
        server.request("POST", "/v1/feedback").json(&body).send()
    };
    let mut under_way = Vec::new();
    for user in 0..50 {
        for token in &tokens {
            under_way.push(tokio::spawn(vote(&server, token, user)));
        }
    }
    for request in under_way {
        request.await.expect("an answer").ok();
    }
    server.kill();
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    for token in &tokens {
        for user in 0..50 {
            let path = format!("/v1/feedback?feedback_token={token}&user_id={user}");
            let found = server.request("GET", &path).send().await.ok();
            assert_eq!(found, json!({ "outcome": "negative" }));
        }
    }
}

#[tokio::test]
async fn a_stop_finishes_what_it_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    let token = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let body = json!({ "feedback_token": token, "outcome": "positive" }).to_string();
    let mut vote = TcpStream::connect(server.address)
        .await
        .expect("a connection");
    let head = format!(
        "POST /v1/feedback HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    vote.write_all(head.as_bytes()).await.expect("open");
    // It says so once it reads the body.
    let mut said = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    vote.read_exact(&mut said).await.expect("an answer");
    assert!(said.starts_with(b"HTTP/1.1 100"));
    server.ask_to_stop();
    // It takes no other connection once it is stopping.
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    vote.write_all(body.as_bytes()).await.expect("open");
    let mut answer = String::new();
    vote.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(server.ended());
    let server = Server::start(folder.path(), &[]);
    assert_eq!(
        server.outcome(&token).await,
        json!({ "outcome": "positive" })
    );
}

/// To turn on the log of a new file is what `SQLite` refuses at once, without the wait that was set.
#[tokio::test]
async fn a_new_file_that_another_has_just_locked_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("feedback.db");
    let other = format!("sqlite:{}?mode=rwc", file.display());
    let mut other = sqlx::SqliteConnection::connect(&other)
        .await
        .expect("the file");
    let locked = sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await;
    locked.expect("the lock");
    let mut opening = tokio::spawn(Receiver::open(config(&folder)));
    let soon = tokio::time::timeout(Duration::from_millis(200), &mut opening).await;
    assert!(soon.is_err(), "it did not wait: {:?}", soon.map(|_| ()));
    let unlocked = sqlx::query("ROLLBACK").execute(&mut other).await;
    unlocked.expect("no lock");
    opening.await.expect("it ends").expect("a receiver");
}

#[test]
fn commands_that_make_a_file_together_all_succeed() {
    for _ in 0..5 {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = temporary.path();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| line(folder, &["token", "mint", "--agent", "a", "--run", "r"]));
            }
        });
    }
}

#[tokio::test]
async fn processes_that_start_together_agree_on_one_key() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path();
    let servers: Vec<_> = (0..4)
        .map(|_| {
            let folder = folder.to_owned();
            std::thread::spawn(move || Server::start(&folder, &[]))
        })
        .collect();
    let servers: Vec<Server> = servers
        .into_iter()
        .map(|one| one.join().expect("it starts"))
        .collect();
    let keys = crate::server::run(folder, &["signing-key", "list"]);
    assert_eq!(
        String::from_utf8_lossy(&keys.stdout)
            .lines()
            .skip(1)
            .count(),
        1
    );
    let token = line(folder, &["token", "mint", "--agent", "a", "--run", "r"]);
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    for server in &servers {
        server
            .request("POST", "/v1/feedback")
            .json(&body)
            .send()
            .await
            .ok();
    }
}

/// Votes until one is taken, as a client does that is told to come back.
async fn votes_until_taken(server: &Server, token: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    while statuses.last() != Some(&200) {
        let body = json!({ "feedback_token": token, "outcome": "negative" });
        let vote = server.request("POST", "/v1/feedback").json(&body);
        let answer = vote.send().await;
        if answer.status != 200 {
            answer.fails(503, "storage_unavailable");
            assert_eq!(answer.header("retry-after"), "1");
        }
        statuses.push(answer.status);
        assert!(statuses.len() < 50, "it does not recover");
    }
    statuses
}

#[tokio::test]
async fn while_somebody_locks_the_database_votes_are_told_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    let token = server.voted(folder.path()).await;
    let file = folder.path().join(".feedback/feedback.db");
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display()))
        .await
        .expect("the database");
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .expect("the lock");
    let unlock = async {
        // Longer than a vote waits for it.
        tokio::time::sleep(std::time::Duration::from_secs(7)).await;
        sqlx::query("ROLLBACK")
            .execute(&mut other)
            .await
            .expect("no lock");
    };
    let (statuses, ()) = tokio::join!(votes_until_taken(&server, &token), unlock);
    assert!(statuses.len() > 1, "it was locked: {statuses:?}");
    assert_eq!(server.outcome(&token).await["outcome"], "negative");
}

/// A limit of its files' size stands for a disk that is full: every write past it fails.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn while_nothing_can_be_written_votes_are_told_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    Server::start(folder.path(), &[]).kill();
    let token = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let program = env!("CARGO_BIN_EXE_workflowai-feedback-server");
    // The log is on the same disk. The signal that comes with the limit is ignored: a full disk
    // sends none.
    let script =
        format!("trap '' XFSZ; exec {program} serve --listen 127.0.0.1:0 --rate-limit off 2>log");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &script]).current_dir(folder.path());
    let server = Server::start_command(&mut command);
    let id = server.id().to_string();
    let limit = |bytes: &str| {
        let size = format!("--fsize={bytes}:unlimited");
        let set = std::process::Command::new("prlimit");
        let set = { set }.args(["--pid", &id, &size]).status();
        assert!(set.expect("prlimit: apt-get install util-linux").success());
    };
    limit("0");
    let body = json!({ "feedback_token": token, "outcome": "positive" });
    for _ in 0..3 {
        let vote = server.request("POST", "/v1/feedback").json(&body);
        let answer = vote.send().await;
        answer.fails(503, "storage_unavailable");
        assert_eq!(answer.header("retry-after"), "1");
    }
    // What is there is still read.
    assert_eq!(
        server.outcome(&token).await["outcome"],
        serde_json::Value::Null
    );
    limit("unlimited");
    votes_until_taken(&server, &token).await;
    server.kill();
    let server = Server::start(folder.path(), &[]);
    assert_eq!(server.outcome(&token).await["outcome"], "negative");
}

/// While votes come without a break, the log is copied into the file beside the writer, which itself
/// would begin only with a log of 64 MiB.
#[tokio::test]
async fn the_log_is_copied_into_the_file_while_votes_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--rate-limit", "off"]);
    let token = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let size = || {
        let file = folder.path().join(".feedback/feedback.db");
        std::fs::metadata(file).expect("the database").len()
    };
    let before = size();
    for votes in 0..100 {
        let vote = |vote: usize| {
            let user = format!("{votes}-{vote}");
            let body = json!({ "feedback_token": token, "outcome": "positive", "user_id": user });
            server.request("POST", "/v1/feedback").json(&body).send()
        };
        for answer in futures_util::future::join_all((0..10).map(vote)).await {
            answer.ok();
        }
        if size() > before {
            return;
        }
    }
    panic!("nothing of 1,000 votes is in the file");
}

/// The receiver as a library, with its file known.
async fn in_this_process(folder: &tempfile::TempDir) -> (Receiver, std::net::SocketAddr, String) {
    let receiver = Receiver::open(config(folder)).await.expect("a receiver");
    let address = serve(receiver.router()).await;
    let key = receiver.new_api_key("default", &Scope::ALL).await;
    (receiver, address, format!("Bearer {}", key.expect("a key")))
}

#[tokio::test]
async fn while_nothing_can_be_written_votes_are_read_with_a_key_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_receiver, address, key) = in_this_process(&folder).await;
    let file = folder.path().join("feedback.db");
    let other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await;
    let mut other = other.expect("the database");
    let lock = sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await;
    lock.expect("the lock");
    let list = Request::new(address, "GET", "/v1/_/agents/support/feedback");
    list.header("authorization", &key).send().await.ok();
}

#[tokio::test]
async fn what_was_erased_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let (receiver, address, key) = in_this_process(&folder).await;
    for number in 0..40 {
        let claims = Claims {
            user: Some("ann".into()),
            ..claims(&format!("run-{number}"))
        };
        let token = receiver.mint("default", &claims).await.expect("a database");
        let body = json!({ "feedback_token": token.expect("a token"), "outcome": "negative",
            "comment": "an unmistakable secret ".repeat(number) });
        let vote = Request::new(address, "POST", "/v1/feedback").json(&body);
        vote.send().await.ok();
        receiver.index().await.expect("a database");
    }
    let holding = || -> Vec<_> {
        let files = folder.path().read_dir().expect("the folder").flatten();
        let files = files.filter(|file| {
            let bytes = std::fs::read(file.path()).expect("a file");
            bytes.windows(12).any(|bytes| bytes == b"unmistakable")
        });
        files.map(|file| file.file_name()).collect()
    };
    assert_ne!(holding(), Vec::<std::ffi::OsString>::new());
    let erase = Request::new(address, "DELETE", "/v1/_/users/ann/feedback");
    let erased = erase.header("authorization", &key).send().await.ok();
    assert_eq!(erased["erased"], 40);
    assert_eq!(holding(), Vec::<std::ffi::OsString>::new());
}

#[tokio::test]
async fn what_was_erased_while_somebody_read_leaves_the_files_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let (receiver, address, key) = in_this_process(&folder).await;
    let claims = Claims {
        user: Some("ann".into()),
        ..claims("run")
    };
    let token = receiver.mint("default", &claims).await.expect("a database");
    let body = json!({ "feedback_token": token.expect("a token"), "outcome": "negative",
        "comment": "an unmistakable secret" });
    let vote = Request::new(address, "POST", "/v1/feedback").json(&body);
    vote.send().await.ok();
    let file = folder.path().join("feedback.db");
    let reader = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await;
    let mut reader = reader.expect("the database");
    let reading = sqlx::raw_sql("BEGIN; SELECT COUNT(*) FROM feedback").execute(&mut reader);
    reading.await.expect("a count");
    let erase = Request::new(address, "DELETE", "/v1/_/users/ann/feedback");
    let erased = erase.header("authorization", &key).send().await.ok();
    assert_eq!(erased["erased"], 1);
    let log = || {
        std::fs::metadata(folder.path().join("feedback.db-wal"))
            .expect("it")
            .len()
    };
    assert_ne!(log(), 0, "it is being read");
    reader.close().await.expect("its end");
    // As is done every minute.
    receiver.drop_old().await.expect("a database");
    assert_eq!(log(), 0);
}
