//! Native programs that the chores run.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::run;
use crate::workspace::Workspace;

/// Builds wasm-bindgen, its test runner and the markup's printer, in one program.
pub fn tools(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo();
    // The crate beside it as well, so that its tests find the dependencies built with the very
    // features that the tools need them with.
    cargo.args(["build", "-p", "xtask-tools", "-p", "workflowai-feedback"]);
    cargo.args(["--features", "workflowai-feedback/ssr"]);
    run("building wasm-bindgen and the markup's printer", &mut cargo)?;
    Ok(workspace.program("xtask-tools"))
}

/// Builds the receiver.
pub fn server(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo();
    run(
        "building the server",
        cargo.args(["build", "-p", "workflowai-feedback-server"]),
    )?;
    Ok(workspace.program("workflowai-feedback-server"))
}
