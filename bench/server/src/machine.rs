//! Where the figures come from: kind of machine and versions, and no name of it.

use std::fs;
use std::process::Command;
use std::thread::available_parallelism;

use serde_json::{Value, json};

/// Cores, memory, system and versions.
pub fn machine() -> Value {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.split('-').next().unwrap_or_default().trim();
    json!({
        "cores": available_parallelism().map_or(0, usize::from),
        "memory_gib": memory_gib(),
        "system": system(),
        "kernel": kernel,
        "rustc": said("rustc", &["--version"]),
        "sqlite": rusqlite::version(),
    })
}

/// The day in UTC.
pub fn day() -> String {
    let now = jiff::Timestamp::now().to_string();
    now.split('T').next().unwrap_or_default().to_owned()
}

fn system() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|l| l.strip_prefix("PRETTY_NAME="));
    name.unwrap_or("unknown").trim_matches('"').to_owned()
}

fn memory_gib() -> u64 {
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = memory.lines().find_map(|l| l.strip_prefix("MemTotal:"));
    let kilobytes = total.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0_u64).div_ceil(1 << 20)
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // Without the hash of the build.
    let text = text.unwrap_or_default();
    text.split(" (")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}
