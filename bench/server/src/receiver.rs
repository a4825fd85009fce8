//! The receiver as a process of its own: the release binary, as an operator runs it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use workflowai_feedback_protocol::token::{Algorithm, SigningKey};

use crate::client::get;
use crate::failure::Failure;

/// May do everything in the first tenant.
pub const API_KEY: &str = "a key for benchmarks alone";

/// Where its votes are.
#[derive(Clone)]
pub struct Place {
    /// The binary.
    pub binary: PathBuf,
    pub folder: PathBuf,
    /// `PostgreSQL`, if it is not the file in the folder.
    pub url: Option<String>,
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("WORKFLOWAI_FEEDBACK_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).arg("--data-dir").arg(&self.folder);
        if let Some(url) = &self.url {
            command.env("WORKFLOWAI_FEEDBACK_DATABASE_URL", url);
        }
        command
    }

    /// What a command prints.
    pub fn said(&self, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.command(arguments).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// A key that signs votes here.
    pub fn signing_key(&self) -> Result<SigningKey, Failure> {
        let made = self.said(&["signing-key", "new", "--alg", "HS256"])?;
        let made: Value = serde_json::from_str(&made)?;
        let text = |name: &str| made[name].as_str().unwrap_or_default();
        Ok(SigningKey::new(
            text("kid"),
            Algorithm::Hs256,
            text("secret"),
        )?)
    }

    /// The `SQLite` file.
    pub fn file(&self) -> PathBuf {
        self.folder.join("feedback.db")
    }

    /// Starts it without a limit of requests, as all come from one address.
    pub fn serve(&self) -> Result<Serving, Failure> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--rate-limit", "off", "--total-rate-limit", "off"]);
        command.env("WORKFLOWAI_FEEDBACK_API_KEY", API_KEY);
        Serving::start(command)
    }
}

/// A running server. It is killed when dropped.
pub struct Serving {
    process: Child,
    pub address: SocketAddr,
}

impl Serving {
    /// Starts a program that prints `ready http://ADDRESS`.
    pub fn start(mut command: Command) -> Result<Self, Failure> {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(process.stdout.take().expect("it was piped")).lines();
        let ready = |line: String| line.strip_prefix("ready http://")?.parse().ok();
        let address = lines.map_while(Result::ok).find_map(ready);
        let Some(address) = address else {
            // It may have ended by itself.
            let _ = process.kill();
            let _ = process.wait();
            return Err("a server ended before it was ready".into());
        };
        Ok(Self { process, address })
    }

    /// Its resident memory in MiB.
    pub fn memory(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes: u32 = resident
            .and_then(|rest| rest.split_whitespace().next())
            .ok_or("no VmRSS")?
            .parse()?;
        Ok(f64::from(kilobytes) / 1024.0)
    }

    /// Seconds of processor time it has used.
    pub fn cpu(&self) -> Result<f64, Failure> {
        cpu(Path::new(&format!("/proc/{}/stat", self.process.id())))
    }

    /// A number from its `/metrics`.
    pub async fn count(&self, name: &str) -> Result<f64, Failure> {
        let answer = get(self.address, "/metrics", &[("authorization", &bearer())]).await?;
        let text = String::from_utf8(answer.body)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.ok_or_else(|| format!("no {name} in /metrics"))?;
        Ok(number.trim().parse()?)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The header of calls with the key.
pub fn bearer() -> String {
    format!("Bearer {API_KEY}")
}

/// Seconds of processor time of a process, from its `/proc/…/stat`, in ticks of 10 ms.
pub fn cpu(stat: &Path) -> Result<f64, Failure> {
    let stat = fs::read_to_string(stat)?;
    let after_name = stat.rsplit_once(')').ok_or("no name in stat")?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let mut ticks = || fields.next().unwrap_or_default().parse::<u32>();
    Ok((f64::from(ticks()?) + f64::from(ticks()?)) / 100.0)
}
