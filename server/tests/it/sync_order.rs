//! What got a 2xx is on disk, not in the system's cache: the log is synced between the last write
//! of a group and its first answer. Read from the system calls, as `strace` shows them.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::server::{Server, line};

/// Tells the test below that it is to be a receiver in miniature, and how it commits.
const MINIATURE: &str = "WORKFLOWAI_FEEDBACK_TEST_MINIATURE";
const TRACED: &str = "trace=write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync";

/// `strace` around a command, writing into a file.
fn traced(program: &Path, log: &Path) -> Command {
    let mut strace = Command::new("strace");
    strace
        .args([
            "-f",
            "-qq",
            "-y",
            "-s",
            "64",
            "-e",
            "signal=none",
            "-e",
            TRACED,
            "-o",
        ])
        .arg(log)
        .arg(program);
    strace
}

/// Answers sent while something written to the log was not synced, and all answers.
fn early_answers(trace: &str) -> (Vec<String>, usize) {
    let mut dirty = false;
    let mut answers = 0;
    let mut early = Vec::new();
    // Calls that another thread's interrupted: where they began.
    let mut begun: HashMap<&str, &str> = HashMap::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.trim_start().split_once(' ') else {
            continue;
        };
        let call = call.trim_start();
        let (call, starts, ends) = if call.starts_with("<... ") {
            (begun.remove(thread).unwrap_or(call), false, true)
        } else if call.ends_with("<unfinished ...>") {
            begun.insert(thread, call);
            (call, true, false)
        } else {
            (call, true, true)
        };
        let name = call.split('(').next().unwrap_or_default();
        let on_log = call.contains(".db-wal>");
        match name {
            // Written as soon as it begins, synced only once it ends.
            "fsync" | "fdatasync" if on_log && ends => dirty = false,
            "fsync" | "fdatasync" => {}
            _ if on_log => dirty = true,
            _ if starts && call.contains("\"HTTP/1.1 200") => {
                answers += 1;
                if dirty {
                    early.push(call.to_owned());
                }
            }
            _ => {}
        }
    }
    (early, answers)
}

#[tokio::test]
async fn the_log_is_synced_between_a_groups_last_write_and_its_first_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let log = folder.path().join("trace");
    let program = Path::new(env!("CARGO_BIN_EXE_workflowai-feedback-server"));
    let mut command = traced(program, &log);
    command.current_dir(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "off"]);
    let server = Server::start_command(&mut command);
    let mut votes = 0;
    for round in 0..5 {
        let under_way: Vec<_> = (0..8)
            .map(|user| {
                let body = json!({
                    "feedback_token": token, "outcome": "positive",
                    "user_id": format!("{round}.{user}"),
                });
                tokio::spawn(server.request("POST", "/v1/feedback").json(&body).send())
            })
            .collect();
        for vote in under_way {
            vote.await.expect("an answer").ok();
            votes += 1;
        }
    }
    // strace ends with what it traces, which ends at its signal.
    server.stop_child();
    let trace = std::fs::read_to_string(&log).expect("the trace");
    assert!(trace.contains(".db-wal>"), "the log was written");
    let (early, answers) = early_answers(&trace);
    assert!(answers >= votes, "{answers} answers");
    assert_eq!(early, Vec::<String>::new());
}

/// The check itself: it tells `synchronous=NORMAL` from `FULL`.
#[tokio::test]
async fn a_log_that_is_synced_later_is_caught() {
    if let Ok(synchronous) = std::env::var(MINIATURE) {
        return miniature(&synchronous).await;
    }
    for (synchronous, caught) in [("FULL", false), ("NORMAL", true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("trace");
        let program = std::env::current_exe().expect("this binary");
        let ended = traced(&program, &log)
            .args([
                "--exact",
                "sync_order::a_log_that_is_synced_later_is_caught",
            ])
            .arg("--nocapture")
            .env(MINIATURE, synchronous)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status()
            .expect("strace: apt-get install strace");
        assert!(ended.success());
        let trace = std::fs::read_to_string(&log).expect("the trace");
        let (early, answers) = early_answers(&trace);
        assert_eq!(answers, 10, "{trace}");
        assert_eq!(!early.is_empty(), caught, "{synchronous}: {early:?}");
    }
}

/// A receiver in miniature: commits, then answers.
async fn miniature(synchronous: &str) {
    let synchronous = match synchronous {
        "FULL" => SqliteSynchronous::Full,
        _ => SqliteSynchronous::Normal,
    };
    let mut database = SqliteConnectOptions::new()
        .filename("miniature.db")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .connect()
        .await
        .expect("a database");
    sqlx::query("CREATE TABLE votes (id INTEGER)")
        .execute(&mut database)
        .await
        .expect("a table");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut page = tokio::net::TcpStream::connect(address)
        .await
        .expect("a connection");
    let (mut receiver, _) = listener.accept().await.expect("a connection");
    for _ in 0..10 {
        sqlx::query("INSERT INTO votes VALUES (1)")
            .execute(&mut database)
            .await
            .expect("a vote");
        let answer = b"HTTP/1.1 200 OK\r\n\r\n";
        receiver.write_all(answer).await.expect("open");
        let mut read = [0; 19];
        page.read_exact(&mut read).await.expect("an answer");
    }
    database.close().await.expect("its end");
}
