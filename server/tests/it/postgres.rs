//! The same behaviours on `PostgreSQL`: this binary runs itself again with a private cluster.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::{Connection, PgConnection};
use workflowai_feedback_server::{Config, Database, OpenError, Receiver};

use crate::http::Request;
use crate::receiver::{POSTGRES, claims, config, serve};

/// What runs on both: everything that goes through the library.
const BOTH: [&str; 11] = [
    "aggregates::",
    "api::",
    "backup::",
    "bad_input::",
    "dashboard::",
    "demo::",
    "history::",
    "limits::",
    "order::",
    "tokens::",
    "votes::",
];

/// A cluster in a folder of its own, reached by a socket there. It goes when dropped.
struct Cluster {
    server: Child,
    folder: tempfile::TempDir,
}

impl Cluster {
    fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir()
            .expect("a folder");
        let data = folder.path().join("data");
        let owner = owner(folder.path());
        let run = |name: &str| {
            let mut command = Command::new(program(name));
            // Not even the folder this runs in may be open to the cluster's user.
            command
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::null());
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let mut made = run("initdb");
        made.args(["--auth", "trust", "--encoding", "UTF8", "--locale", "C"]);
        made.args(["--username", "test", "--pgdata"]).arg(&data);
        assert!(made.status().expect("initdb").success());
        let mut server = run("postgres");
        server.arg("-D").arg(&data).arg("-k").arg(folder.path());
        server
            .args(["-c", "listen_addresses="])
            .args(["-c", "max_connections=300"]);
        let log = fs::File::create(folder.path().join("log")).expect("a file");
        let server = server.stderr(log).spawn().expect("postgres");
        Self { server, folder }
    }

    fn url(&self) -> String {
        format!(
            "postgres://test@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }

    async fn ready(&self) {
        let patience = Instant::now() + Duration::from_mins(1);
        while PgConnection::connect(&self.url()).await.is_err() {
            assert!(Instant::now() < patience, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT ends every process of it at once; the folder is thrown away.
        let id = self.server.id().to_string();
        let _ = Command::new("kill").args(["-QUIT", &id]).status();
        let _ = self.server.wait();
    }
}

fn program(name: &str) -> PathBuf {
    let installed = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let found = installed.map(|version| version.path().join("bin").join(name));
    found
        .filter(|path| path.is_file())
        .max()
        .unwrap_or_else(|| {
            panic!("{name} is missing: install PostgreSQL (apt-get install postgresql)")
        })
}

/// `PostgreSQL` refuses to run as root; then the folder is given to the user of Debian's package.
fn owner(folder: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if folder.metadata().expect("a folder").uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the users");
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut ids = line
        .split(':')
        .skip(2)
        .map(|id| id.parse().expect("a number"));
    let ids = (ids.next()?, ids.next()?);
    std::os::unix::fs::chown(folder, Some(ids.0), Some(ids.1)).expect("root may");
    Some(ids)
}

fn on(url: &str, allow_unsafe_durability: bool) -> Config {
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
    a_database_that_may_lose_commits_is_refused_unless_allowed(&cluster).await;
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
