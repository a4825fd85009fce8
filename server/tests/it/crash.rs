//! `SIGKILL` under load: what was acknowledged is there, with its history and its count.
//!
//! A kill leaves what the system has not written yet in its cache, so this says nothing about lost
//! power: `sync_order` does.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request as Incoming, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection};

use crate::cluster::Cluster;
use crate::receiver::serve;
use crate::server::{Server, line};

/// How many kills `cargo xtask crash` asks for, as `SQLITE POSTGRESQL`.
const KILLS: &str = "WORKFLOWAI_FEEDBACK_TEST_KILLS";
/// Kills of an everyday test.
const FEW: (i64, i64) = (6, 4);
/// Those who vote at the same time, each on keys of their own, one request after the other.
const WORKERS: usize = 12;
const KEYS: usize = 6;
/// Changes acknowledged in a round, at least.
const CHANGES: i64 = 25;

fn kills() -> (i64, i64) {
    let Ok(asked) = std::env::var(KILLS) else {
        return FEW;
    };
    let mut numbers = asked
        .split(' ')
        .map(|number| number.parse().expect("a number"));
    let mut next = || numbers.next().expect("two numbers");
    (next(), next())
}

/// What somebody asked for.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    outcome: Option<&'static str>,
    comment: Option<String>,
}

/// What is known of a key.
#[derive(Clone, Debug, Default)]
struct Known {
    acknowledged: Option<Asked>,
    /// Requests since then whose answer never came.
    maybe: Vec<Asked>,
    /// Changes that were acknowledged, and all that were sent.
    applied: i64,
    sent: i64,
}

type Book = Arc<Mutex<HashMap<(String, String), Known>>>;

/// Votes, changes and retractions, until told to stop.
async fn work(
    worker: usize,
    address: SocketAddr,
    tokens: Arc<Vec<String>>,
    book: Book,
    stop: Arc<AtomicBool>,
    round: usize,
) {
    let client = crate::http::client().build().expect("a client");
    for step in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let key = (step * 7 + worker) % KEYS;
        let run = format!("run-{key}");
        let user = format!("user-{worker}");
        let wanted = match (step + key) % 5 {
            0 => Asked {
                outcome: None,
                comment: None,
            },
            even if even % 2 == 0 => Asked {
                outcome: Some("positive"),
                comment: Some(format!("{round}.{step}")),
            },
            _ => Asked {
                outcome: Some("negative"),
                comment: None,
            },
        };
        let sequence = round * 1_000_000 + step;
        let mut body = json!({
            "feedback_token": tokens[key], "user_id": user,
            "intent": { "client": format!("c{worker}"), "sequence": sequence, "age": 0 },
        });
        let path = if let Some(outcome) = wanted.outcome {
            body["outcome"] = json!(outcome);
            body["comment"] = json!(wanted.comment);
            "/v1/feedback"
        } else {
            "/v1/feedback/retract"
        };
        {
            let mut book = book.lock().expect("the book");
            let known = book.entry((run.clone(), user.clone())).or_default();
            known.maybe.push(wanted.clone());
            known.sent += 1;
        }
        let sent = client.post(format!("http://{address}{path}")).json(&body);
        let Ok(answer) = sent.send().await else {
            return;
        };
        if answer.status() == 503 {
            // The database is gone, with the vote or without it.
            return;
        }
        assert_eq!(answer.status(), 200, "{path}");
        let Ok(answer) = answer.json::<Value>().await else {
            return;
        };
        assert_ne!(answer["applied"], false, "the newest intent of its key");
        let mut book = book.lock().expect("the book");
        let known = book.get_mut(&(run, user)).expect("written above");
        known.acknowledged = Some(wanted);
        known.maybe.clear();
        known.applied += 1;
    }
}

/// Run, user, outcome, comment, steps of history, and the outcome of the last of them.
type Row = (
    String,
    String,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
);

/// Everything that is wrong with the database, given what was acknowledged.
async fn faults(url: &str, book: &Book) -> Vec<String> {
    let mut faults = Vec::new();
    let mut database = AnyConnection::connect(url).await.expect("the database");
    if url.starts_with("sqlite") {
        let checked: String = sqlx::query_scalar("PRAGMA integrity_check")
            .fetch_one(&mut database)
            .await
            .expect("a check");
        if checked != "ok" {
            faults.push(checked);
        }
    } else {
        nobody_else(&mut database).await;
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT run, user_id, outcome, comment,
                 (SELECT COUNT(*) FROM history WHERE feedback_id = feedback.id),
                 (SELECT outcome FROM history WHERE feedback_id = feedback.id
                  ORDER BY at DESC, id DESC LIMIT 1)
             FROM feedback",
    )
    .fetch_all(&mut database)
    .await
    .expect("the entries");
    let mut rows: HashMap<_, _> = rows
        .into_iter()
        .map(|(run, user, outcome, comment, history, last)| {
            ((run, user), (outcome, comment, history, last))
        })
        .collect();
    for (key, known) in book.lock().expect("the book").iter_mut() {
        let Some((outcome, comment, history, last)) = rows.remove(key) else {
            if known.acknowledged.is_some() {
                faults.push(format!("{key:?} is missing"));
            }
            continue;
        };
        let stored =
            |state: &Asked| state.outcome == outcome.as_deref() && state.comment == comment;
        if !known.acknowledged.iter().chain(&known.maybe).any(stored) {
            faults.push(format!("{key:?} is {outcome:?} {comment:?}, not {known:?}"));
        }
        if !(known.applied..=known.sent).contains(&history) {
            faults.push(format!(
                "{key:?} has {history} steps of history, not {known:?}"
            ));
        }
        if last != outcome {
            faults.push(format!(
                "{key:?} is {outcome:?}, and its history ends in {last:?}"
            ));
        }
        // What is there now is what the next round starts from.
        known.acknowledged = known
            .acknowledged
            .iter()
            .chain(&known.maybe)
            .find(|state| stored(state))
            .cloned();
        known.maybe.clear();
        (known.applied, known.sent) = (history, history);
    }
    faults.extend(rows.keys().map(|key| format!("nobody voted as {key:?}")));
    let (entries, counted): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM feedback WHERE outcome IS NOT NULL),
             CAST(COALESCE(SUM(positive + negative), 0) AS BIGINT) FROM aggregates",
    )
    .fetch_one(&mut database)
    .await
    .expect("the totals");
    if entries != counted {
        faults.push(format!("{entries} entries, and {counted} in the totals"));
    }
    // Nothing that a webhook is to be told was taken, so all of it is still there.
    let (new, queued): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM history WHERE action = 'voted'),
             (SELECT COUNT(*) FROM webhook_queue WHERE event = 'voted')",
    )
    .fetch_one(&mut database)
    .await
    .expect("the queue");
    if new != queued {
        faults.push(format!(
            "{new} new votes in the history, and {queued} in the queue"
        ));
    }
    database.close().await.expect("its end");
    faults
}

/// Waits until `PostgreSQL` has finished what the killed receiver had sent it already.
async fn nobody_else(database: &mut AnyConnection) {
    loop {
        let others: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )
        .fetch_one(&mut *database)
        .await
        .expect("a count");
        if others == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Where the load goes: the receiver, or something before it that lies.
type Front = fn(SocketAddr) -> std::pin::Pin<Box<dyn Future<Output = SocketAddr> + Send>>;

fn straight(address: SocketAddr) -> std::pin::Pin<Box<dyn Future<Output = SocketAddr> + Send>> {
    Box::pin(async move { address })
}

/// Says yes to every vote before the receiver has it.
fn hasty(address: SocketAddr) -> std::pin::Pin<Box<dyn Future<Output = SocketAddr> + Send>> {
    async fn answer(State(to): State<SocketAddr>, request: Incoming) -> Response {
        let path = request.uri().path().to_owned();
        let body = to_bytes(request.into_body(), usize::MAX).await;
        let body = body.unwrap_or_default();
        tokio::spawn(async move {
            // On the way to the disk.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let client = crate::http::client().build();
            let sent = client.expect("a client").post(format!("http://{to}{path}"));
            let _ = sent
                .header("content-type", "application/json")
                .body(body)
                .send()
                .await;
        });
        Body::from("{}").into_response()
    }
    Box::pin(async move { serve(axum::Router::new().fallback(answer).with_state(address)).await })
}

/// One round: load, kill, look. `damage` is done to the files while nobody runs.
struct Rounds<'a> {
    folder: &'a Path,
    url: &'a str,
    flags: Vec<&'a str>,
    front: Front,
    damage: fn(&Path),
    book: Book,
    round: usize,
}

impl Rounds<'_> {
    /// Waits until some changes of this round are acknowledged.
    async fn under_way(&self) {
        let applied = || -> i64 {
            let book = self.book.lock().expect("the book");
            book.values().map(|known| known.applied).sum()
        };
        let (before, begun) = (applied(), std::time::Instant::now());
        while applied() < before + CHANGES {
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "no votes are taken"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn once(&mut self, cluster: Option<&mut Cluster>) -> Vec<String> {
        self.round += 1;
        if self.round == 1 {
            let add = ["webhook", "add", "https://hooks.invalid/"];
            line(self.folder, &[&add, &self.flags[..]].concat());
        }
        let flags = [
            &["--rate-limit", "off", "--total-rate-limit", "off"],
            &self.flags[..],
        ]
        .concat();
        let server = Server::start(self.folder, &flags);
        let tokens: Vec<String> = (0..KEYS)
            .map(|run| {
                let run = format!("run-{run}");
                let mint = ["token", "mint", "--agent", "a", "--run", &run];
                line(self.folder, &[&mint, &self.flags[..]].concat())
            })
            .collect();
        let tokens = Arc::new(tokens);
        let address = (self.front)(server.address).await;
        let stop = Arc::new(AtomicBool::new(false));
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (book, stop) = (self.book.clone(), stop.clone());
                tokio::spawn(work(
                    worker,
                    address,
                    tokens.clone(),
                    book,
                    stop,
                    self.round,
                ))
            })
            .collect();
        // Under way, however slow the machine is; then at another moment every round.
        self.under_way().await;
        let moment = (self.round * 37) % 160;
        tokio::time::sleep(Duration::from_millis(moment as u64)).await;
        let mut cluster = cluster;
        if let Some(cluster) = &mut cluster {
            cluster.kill_and_start();
        }
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            worker.await.expect("no panic");
        }
        if let Some(cluster) = cluster {
            cluster.ready().await;
        }
        (self.damage)(self.folder);
        faults(self.url, &self.book).await
    }
}

fn rounds<'a>(folder: &'a Path, url: &'a str) -> Rounds<'a> {
    Rounds {
        folder,
        url,
        flags: Vec::new(),
        front: straight,
        damage: |_| {},
        book: Book::default(),
        round: 0,
    }
}

fn sqlite(folder: &Path) -> String {
    sqlx::any::install_default_drivers();
    format!("sqlite:{}/.feedback/feedback.db", folder.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_kills_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = sqlite(folder.path());
    let mut rounds = rounds(folder.path(), &url);
    for _ in 0..kills().0 {
        assert_eq!(rounds.once(None).await, Vec::<String>::new());
    }
    let book = rounds.book.lock().expect("the book");
    let applied: i64 = book.values().map(|known| known.applied).sum();
    println!("{} kills, {applied} changes", rounds.round);
    assert!(applied >= CHANGES * kills().0, "{applied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_kills_of_receiver_and_postgresql() {
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start();
    cluster.ready().await;
    let url = cluster.url();
    let mut rounds = rounds(folder.path(), &url);
    rounds.flags = vec!["--database-url", &url];
    for kill in 0..kills().1 {
        let database_too = kill % 2 == 1;
        let faults = rounds.once(database_too.then_some(&mut cluster)).await;
        assert_eq!(faults, Vec::<String>::new());
    }
    let book = rounds.book.lock().expect("the book");
    let applied: i64 = book.values().map(|known| known.applied).sum();
    println!("{} kills, {applied} changes", rounds.round);
    assert!(applied >= CHANGES * kills().1, "{applied}");
}

/// Runs rounds until a fault shows.
async fn is_caught(mut rounds: Rounds<'_>) -> Vec<String> {
    for _ in 0..20 {
        let faults = rounds.once(None).await;
        if !faults.is_empty() {
            return faults;
        }
    }
    Vec::new()
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledging_before_the_commit_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = sqlite(folder.path());
    let mut rounds = rounds(folder.path(), &url);
    rounds.front = hasty;
    assert_ne!(is_caught(rounds).await, Vec::<String>::new());
}

/// Ends `SQLite`'s log before the last commits, as if they had never been written.
fn lose_commits(log: &Path, count: usize) {
    const HEADER: usize = 32;
    const FRAME_HEADER: usize = 24;
    let bytes = std::fs::read(log).expect("the log");
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
    let page = usize::try_from(number(&bytes[8..12])).expect("a size");
    // What an earlier turn of the log left behind has other salts; a commit's last frame has the file's size.
    let ends: Vec<usize> = bytes[HEADER..]
        .chunks_exact(FRAME_HEADER + page)
        .take_while(|frame| frame[8..16] == bytes[16..24])
        .enumerate()
        .filter(|(_, frame)| number(&frame[4..8]) > 0)
        .map(|(place, _)| HEADER + (place + 1) * (FRAME_HEADER + page))
        .collect();
    let kept = ends.iter().rev().nth(count).copied().unwrap_or(HEADER);
    let log = std::fs::OpenOptions::new().write(true).open(log);
    let log = log.expect("the log");
    log.set_len(kept as u64).expect("it is shorter");
}

#[tokio::test(flavor = "multi_thread")]
async fn losing_the_last_groups_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = sqlite(folder.path());
    let mut rounds = rounds(folder.path(), &url);
    // Nobody may know of the last one or two yet: their answers were on the way.
    rounds.damage = |folder| lose_commits(&folder.join(".feedback/feedback.db-wal"), 3);
    let faults = is_caught(rounds).await;
    assert_ne!(faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_history_is_caught() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = sqlite(folder.path());
    line(
        folder.path(),
        &["token", "mint", "--agent", "a", "--run", "r"],
    );
    let mut database = AnyConnection::connect(&url).await.expect("the database");
    sqlx::raw_sql(
        "CREATE TRIGGER forget BEFORE INSERT ON history WHEN abs(random()) % 20 = 0
         BEGIN SELECT RAISE(IGNORE); END",
    )
    .execute(&mut database)
    .await
    .expect("a trigger");
    let faults = is_caught(rounds(folder.path(), &url)).await;
    assert!(
        faults.iter().any(|fault| fault.contains("history")),
        "{faults:?}"
    );
}
