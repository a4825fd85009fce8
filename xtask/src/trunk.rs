//! `cargo xtask trunk`: the demo of the Leptos component, as Trunk builds it.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::build::tools;
use crate::failure::{Failure, file};
use crate::process::run;
use crate::setup;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// Runs `trunk build` and tries the result in a browser.
pub fn trunk(workspace: &Workspace) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    setup::wasm_target(workspace)?;
    setup::node(workspace)?;
    let trunk = setup::TRUNK.installed(workspace)?;
    let path = helpers(workspace, &tools(workspace)?)?;
    let mut build = workspace.command(trunk);
    build.args(["build", "--offline"]).env("PATH", path);
    run("building the demo with Trunk", &mut build)?;
    let mut node = browser_script(workspace)?;
    run(
        "trying the demo in a browser",
        node.arg("tests/browser/trunk.check.ts"),
    )
}

/// A `PATH` with the programs on it that Trunk would download, in the versions it looks for.
pub fn helpers(workspace: &Workspace, tools: &Path) -> Result<std::ffi::OsString, Failure> {
    let folder = workspace.target.join("trunk-helpers");
    fs::create_dir_all(&folder).map_err(file(&folder))?;
    let bindgen = folder.join("wasm-bindgen");
    if fs::symlink_metadata(&bindgen).is_ok() {
        fs::remove_file(&bindgen).map_err(file(&bindgen))?;
    }
    symlink(tools, &bindgen).map_err(file(&bindgen))?;
    let folders = [folder, workspace.root.join("node_modules/.bin")];
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.into_iter().chain(env::split_paths(&path)))
        .map_err(|error| Failure::new(format!("cannot extend PATH: {error}")))
}
