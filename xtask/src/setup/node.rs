//! Node and the npm packages.

use std::fs;

use crate::failure::{Failure, file};
use crate::process::{printed, run_quietly};
use crate::setup::on_path;
use crate::workspace::Workspace;

/// The oldest Node that all the npm packages run on.
const NEEDED: u32 = 20;

/// Installs what package-lock.json names, if it changed since the last time.
pub fn node(workspace: &Workspace) -> Result<(), Failure> {
    let lock = workspace.root.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(file(&lock))?;
    // Within the folder, so that it goes with it.
    let stamp = workspace.root.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if on_path("node").is_none() || on_path("npm").is_none() {
        return Err(
            Failure::new(format!("this needs Node {NEEDED} or newer with npm"))
                .by_hand("sudo apt-get install nodejs npm"),
        );
    }
    let version = printed(workspace.command("node").arg("--version"))?;
    if major(&version) < Some(NEEDED) {
        return Err(Failure::new(format!(
            "this needs Node {NEEDED} or newer, and here is {}",
            version.trim()
        )));
    }
    run_quietly(
        "installing the npm packages",
        workspace
            .command("npm")
            .args(["ci", "--no-audit", "--no-fund"]),
    )?;
    fs::write(&stamp, wanted).map_err(file(&stamp))
}

/// The 20 of `v20.19.2`.
fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.19.2\n"), Some(20));
        assert_eq!(major("none"), None);
    }
}
