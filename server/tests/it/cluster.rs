//! `PostgreSQL` for tests: a cluster that is theirs alone.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

/// A cluster in a folder of its own, reached by a socket there. It goes when dropped.
pub struct Cluster {
    server: Child,
    folder: tempfile::TempDir,
    owner: Option<(u32, u32)>,
}

impl Cluster {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("pg")
            .tempdir()
            .expect("a folder");
        let data = folder.path().join("data");
        let owner = owner(folder.path());
        let mut made = run("initdb", owner);
        made.args(["--auth", "trust", "--encoding", "UTF8", "--locale", "C"]);
        made.args(["--username", "test", "--pgdata"]).arg(&data);
        assert!(made.status().expect("initdb").success());
        Self {
            server: serve(folder.path(), owner),
            folder,
            owner,
        }
    }

    /// `SIGKILL` for every process of it; then it starts again.
    pub fn kill_and_start(&mut self) {
        self.kill();
        self.start_again();
    }

    /// `SIGKILL` for every process of it.
    pub fn kill(&mut self) {
        let data = self.folder.path().join("data").canonicalize();
        let data = data.expect("its folder");
        self.server.kill().expect("a running process");
        self.server.wait().expect("its end");
        // One of them left would keep it from starting again.
        let mut left = processes_in(&data);
        while !left.is_empty() {
            // They may have noticed already.
            let _ = Command::new("kill").arg("-KILL").args(&left).status();
            thread::sleep(Duration::from_millis(5));
            left = processes_in(&data);
        }
    }

    /// Starts it where it was killed.
    pub fn start_again(&mut self) {
        self.server = serve(self.folder.path(), self.owner);
    }

    pub fn url(&self) -> String {
        format!(
            "postgres://test@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }

    pub async fn ready(&self) {
        let patience = Instant::now() + Duration::from_mins(1);
        while PgConnection::connect(&self.url()).await.is_err() {
            assert!(Instant::now() < patience, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn log(&self) -> String {
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

fn run(name: &str, owner: Option<(u32, u32)>) -> Command {
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
}

fn serve(folder: &Path, owner: Option<(u32, u32)>) -> Child {
    let mut server = run("postgres", owner);
    server
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder);
    server
        .args(["-c", "listen_addresses="])
        .args(["-c", "max_connections=300"]);
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .expect("a file");
    server.stderr(log).spawn().expect("postgres")
}

/// The processes whose working folder that is, as Linux tells.
fn processes_in(folder: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let there = processes.filter(|process| {
        fs::read_link(process.path().join("cwd")).is_ok_and(|found| found == folder)
    });
    there
        .filter_map(|process| process.file_name().into_string().ok())
        .collect()
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
