//! `cargo xtask bench`: the benchmarks, which are in `bench/`.

use std::path::Path;

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::setup;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// What is measured.
pub struct Bench {
    /// One of the names. None means all.
    pub name: Option<String>,
    /// Votes that lists are measured on.
    pub rows: Option<u32>,
    /// One database alone.
    pub database: Option<String>,
    /// Keeps what was generated.
    pub keep: bool,
    /// Only whether it runs.
    pub short: bool,
}

/// Parts of `server`, by the names that the benchmark itself has for them.
const OF_SERVER: [(&str, &str); 3] = [
    ("server-writes", "writes"),
    ("server-lists", "lists"),
    ("server-connections", "connections"),
];

/// What can be asked for.
pub fn names() -> Vec<&'static str> {
    let parts = OF_SERVER.iter().map(|(name, _)| *name);
    ["widget", "server"].into_iter().chain(parts).collect()
}

/// Measures what was asked for.
pub fn bench(workspace: &Workspace, bench: &Bench) -> Result<(), Failure> {
    let name = bench.name.as_deref();
    if name.is_none_or(|name| name == "widget") {
        widget(workspace, bench.short)?;
    }
    if name.is_none_or(|name| name != "widget") {
        server(workspace, bench)?;
    }
    Ok(())
}

/// What a page with many widgets pays.
fn widget(workspace: &Workspace, short: bool) -> Result<(), Failure> {
    build(workspace, Variant::Everyday)?;
    let mut node = browser_script(workspace)?;
    node.arg("bench/widget/main.ts");
    if short {
        node.args(["--rounds", "1"]);
    } else {
        node.args(["--results", "bench/results/widget.md"]);
    }
    run("measuring a page of widgets", &mut node)
}

/// Builds as for a release, and measures.
fn server(workspace: &Workspace, bench: &Bench) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    setup::postgres(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release", "-p", "workflowai-feedback-server"]);
    cargo.args(["-p", "workflowai-feedback-bench"]);
    run("building the receiver and its benchmark", &mut cargo)?;
    let release = workspace.target.join("release");
    for (name, part) in OF_SERVER {
        if bench
            .name
            .as_ref()
            .is_some_and(|asked| asked != "server" && asked != name)
        {
            continue;
        }
        measure(workspace, bench, &release, part)?;
    }
    Ok(())
}

fn measure(
    workspace: &Workspace,
    bench: &Bench,
    release: &Path,
    part: &str,
) -> Result<(), Failure> {
    let mut command = workspace.command(release.join("workflowai-feedback-bench"));
    command.arg(part);
    command
        .arg("--receiver")
        .arg(release.join("workflowai-feedback-server"));
    command
        .arg("--results")
        .arg(workspace.root.join("bench/results"));
    command.arg("--work").arg(workspace.target.join("bench"));
    if let Some(database) = bench.database.as_ref().filter(|_| part != "connections") {
        command.args(["--database", database]);
    }
    if bench.short {
        command.arg("--short");
    }
    if part == "lists" {
        if let Some(rows) = bench.rows {
            command.args(["--rows", &rows.to_string()]);
        }
        if bench.keep {
            command.arg("--keep");
        }
    }
    run(&format!("measuring {part}"), &mut command)
}
