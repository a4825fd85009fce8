//! The binary as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::http::Request;

/// The binary in a folder, without the settings of whoever runs the tests.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workflowai-feedback-server"));
    command.current_dir(folder).args(arguments);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["WORKFLOWAI_FEEDBACK_", "OTEL_"]
            .iter()
            .any(|own| text.starts_with(own))
        {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command that ends by itself.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the binary")
}

/// The one line a command prints.
pub fn line(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    let text = String::from_utf8(output.stdout).expect("a text");
    let line = text.strip_suffix('\n').expect("a line").to_owned();
    assert!(
        !line.is_empty() && !line.contains('\n'),
        "one line, not {text:?}"
    );
    line
}

/// A running `serve`. It is killed when dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// What it printed until it was ready.
    pub said: Vec<String>,
}

impl Server {
    /// Starts it on a free port and waits until it says it is ready.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_command(command(folder, &["serve", "--listen", "127.0.0.1:0"]).args(arguments))
    }

    /// Votes thumbs up for a run, and gives the run's token.
    pub async fn voted(&self, folder: &Path) -> String {
        let token = line(folder, &["token", "mint", "--agent", "a", "--run", "r"]);
        let vote = json!({ "feedback_token": token, "outcome": "positive" });
        let request = self.request("POST", "/v1/feedback").json(&vote);
        request.send().await.ok();
        token
    }

    /// What the receiver says it holds for a token.
    pub async fn outcome(&self, token: &str) -> Value {
        let path = format!("/v1/feedback?feedback_token={token}");
        self.request("GET", &path).send().await.ok()
    }

    pub fn start_command(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary");
        let mut said = Vec::new();
        for line in BufReader::new(process.stdout.take().expect("piped")).lines() {
            let line = line.expect("a line");
            said.push(line.clone());
            let ready = line.strip_prefix("ready http");
            let ready = ready.and_then(|rest| rest.trim_start_matches('s').strip_prefix("://"));
            if let Some(address) = ready {
                let address = address.parse().expect("an address");
                return Self {
                    process,
                    address,
                    said,
                };
            }
        }
        panic!(
            "it ended before it was ready: {said:?}, {:?}",
            process.wait()
        );
    }

    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    /// The sign-in link it printed.
    pub fn link(&self) -> Option<&str> {
        let line = self.said.iter().find(|line| line.starts_with("sign in"))?;
        line.split_whitespace()
            .find(|word| word.starts_with("http"))
    }

    /// The process.
    #[cfg(target_os = "linux")]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// `SIGKILL`.
    pub fn kill(mut self) {
        self.process.kill().expect("a running process");
        self.process.wait().expect("its end");
    }

    /// SIGTERM for what it has started, as `strace` passes none on; then it ends too.
    #[cfg(target_os = "linux")]
    pub fn stop_child(mut self) {
        let id = self.process.id();
        let children = format!("/proc/{id}/task/{id}/children");
        let children = std::fs::read_to_string(children).expect("its children");
        let sent = Command::new("kill")
            .arg("-TERM")
            .args(children.split_whitespace())
            .status()
            .expect("kill");
        assert!(sent.success());
        self.process.wait().expect("its end");
    }

    /// SIGTERM; true if it ended well.
    pub fn stop(self) -> bool {
        self.ask_to_stop();
        self.ended()
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    /// Waits for its end; true if it ended well.
    pub fn ended(mut self) -> bool {
        self.process.wait().expect("its end").success()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
