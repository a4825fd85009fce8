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
const TRACED: &str = "trace=write,writev,pwrite64,pwritev,recvfrom,sendto,sendmsg,fsync,fdatasync";

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

/// What became of a request since it was read.
#[derive(Default)]
struct Asked {
    /// Something was written to the log.
    written: bool,
    /// And that is on disk.
    synced: bool,
}

/// The socket of a call, as `-y` names it.
fn socket(call: &str) -> &str {
    call.split(['<', '>']).nth(1).unwrap_or_default()
}

/// Answers before whose sending nothing was written and then synced since their request was read,
/// and how many answers there were. What others write meanwhile, the next group or the search
/// index, makes no answer an early one.
fn early_answers(trace: &str) -> (Vec<String>, usize) {
    let mut asked: HashMap<String, Asked> = HashMap::new();
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
            let (_, rest) = call.split_once("resumed>").unwrap_or_default();
            let start = begun.remove(thread).unwrap_or_default();
            (format!("{start}{rest}"), false, true)
        } else if let Some(start) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, start);
            (start.to_owned(), true, false)
        } else {
            (call.to_owned(), true, true)
        };
        let name = call.split('(').next().unwrap_or_default();
        let on_log = call.contains(".db-wal>");
        match name {
            // Written as soon as it begins, synced only once it ends.
            "fsync" | "fdatasync" if on_log && ends => {
                for asked in asked.values_mut() {
                    asked.synced = asked.written;
                }
            }
            "fsync" | "fdatasync" => {}
            _ if on_log => {
                for asked in asked.values_mut() {
                    asked.written = true;
                }
            }
            "recvfrom" if ends && call.contains("\"POST ") => {
                asked.insert(socket(&call).to_owned(), Asked::default());
            }
            "recvfrom" => {}
            _ if starts && call.contains("\"HTTP/1.1 200") => {
                if let Some(asked) = asked.remove(socket(&call)) {
                    answers += 1;
                    if !asked.synced {
                        early.push(call);
                    }
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
    // Many together are groups; one alone has no other's writes and syncs around it.
    for (round, together) in [8, 8, 8, 8, 8, 1, 1, 1, 1, 1].into_iter().enumerate() {
        let under_way: Vec<_> = (0..together)
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
    assert_eq!(answers, votes);
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
        let request = b"POST / HTTP/1.1\r\n\r\n";
        page.write_all(request).await.expect("open");
        let mut read = [0; 19];
        receiver.read_exact(&mut read).await.expect("a request");
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
