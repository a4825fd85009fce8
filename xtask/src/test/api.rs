//! schemathesis: requests made up from `/openapi.json`, to a running receiver.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::build::server;
use crate::failure::{Failure, file};
use crate::process::run_watched;
use crate::setup;
use crate::workspace::Workspace;

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
const KEY: &str = "a key for schemathesis alone";

/// A receiver of its own, which ends when dropped.
struct Receiver {
    process: Child,
    address: String,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Tries every call, with so many requests of each kind, and those that lead to each other.
pub fn schemathesis(at: &Workspace, examples: u32, seed: Option<u32>) -> Result<(), Failure> {
    let python = setup::python(at, "python-schemathesis-4.32.5", &[SCHEMATHESIS])?;
    let folder = at.root.join("target/schemathesis");
    // What a run left behind would be another's start.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(file(&folder))?;
    let log = folder.join("log");
    let receiver = serve(at, &folder, &log)?;
    let mut schemathesis = at.command(python.with_file_name("schemathesis"));
    schemathesis.args(["--config-file", "tests/schemathesis.toml", "run"]);
    schemathesis.arg(format!("{}/openapi.json", receiver.address));
    schemathesis.args(["--header", &format!("Authorization: Bearer {KEY}")]);
    schemathesis.args([
        "--phases",
        "examples,coverage,fuzzing,stateful",
        "--no-color",
    ]);
    schemathesis.args(["--max-examples", &examples.to_string()]);
    if let Some(seed) = seed {
        schemathesis.args(["--seed", &seed.to_string()]);
    }
    let tried = run_watched(&mut schemathesis, |_| {});
    drop(receiver);
    let text = std::fs::read_to_string(&log).map_err(file(&log))?;
    let requests = text.matches("\"message\":\"answered\"").count();
    println!("{requests} requests answered");
    tried?;
    if text.contains("panicked") {
        return Err(Failure::new(format!("it panicked: {}", log.display())));
    }
    Ok(())
}

fn serve(at: &Workspace, folder: &Path, log: &Path) -> Result<Receiver, Failure> {
    let said = std::fs::File::create(log).map_err(file(log))?;
    let mut command: Command = at.command(server(at)?);
    command.args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "off"]);
    command.args(["--total-rate-limit", "off", "--log-level", "info"]);
    command
        .args(["--log-format", "json", "--data-dir"])
        .arg(folder);
    command.env("WORKFLOWAI_FEEDBACK_API_KEY", KEY);
    let process = command.stdout(Stdio::piped()).stderr(said).spawn();
    let mut process =
        process.map_err(|error| Failure::new(format!("cannot run the receiver: {error}")))?;
    let lines = BufReader::new(process.stdout.take().expect("it was piped")).lines();
    let ready = |line: String| line.strip_prefix("ready ").map(str::to_owned);
    let address = lines.map_while(Result::ok).find_map(ready);
    let receiver = Receiver {
        process,
        address: address.unwrap_or_default(),
    };
    if receiver.address.is_empty() {
        return Err(Failure::new(format!("it did not start: {}", log.display())));
    }
    Ok(receiver)
}
