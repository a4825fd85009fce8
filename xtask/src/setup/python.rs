//! A Python with the packages of one test.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::run_quietly;
use crate::setup::crates::cache;
use crate::setup::on_path;
use crate::workspace::Workspace;

const BY_HAND: &str = "sudo apt-get install python3 python3-venv";

/// The Python of a virtual environment that has these packages, made once for all checkouts.
/// `name` names the environment; the versions of its packages must be in it.
pub fn python(workspace: &Workspace, name: &str, packages: &[&str]) -> Result<PathBuf, Failure> {
    let folder = cache().join(name);
    let python = folder.join("bin/python");
    let stamp = folder.join("installed");
    if stamp.is_file() {
        return Ok(python);
    }
    let system = on_path("python3")
        .ok_or_else(|| Failure::new("the tests need Python 3").by_hand(BY_HAND))?;
    let mut venv = workspace.command(system);
    venv.args(["-m", "venv"]).arg(&folder);
    run_quietly("making a Python environment", &mut venv)
        .map_err(|failure| failure.by_hand(BY_HAND))?;
    let mut pip = workspace.command(&python);
    pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
    run_quietly("installing Python packages", pip.args(packages))?;
    std::fs::write(&stamp, packages.join("\n")).map_err(crate::failure::file(&stamp))?;
    Ok(python)
}
