//! The browser that the tests run in, and its driver: Debian's, of one version.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::process::run_quietly;
use crate::setup::on_path;
use crate::workspace::Workspace;

const BY_HAND: &str = "sudo apt-get update && sudo apt-get install chromium chromium-driver";

/// Where the browser and its driver lie.
pub struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

/// Installs browser and driver where one of them is missing.
pub fn browser(workspace: &Workspace) -> Result<Browser, Failure> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if on_path("apt-get").is_none() {
        let reason = "the tests need chromium and chromedriver on PATH, and here is no apt-get";
        return Err(Failure::new(reason).by_hand(BY_HAND));
    }
    for (what, arguments) in [
        ("updating Debian's package lists", &["update"][..]),
        (
            "installing Chromium and its driver from Debian",
            &["install", "--yes", "chromium", "chromium-driver"][..],
        ),
    ] {
        run_quietly(what, apt_get(workspace)?.args(arguments))
            .map_err(|failure| failure.by_hand(BY_HAND))?;
    }
    find().ok_or_else(|| {
        Failure::new("installed chromium and chromium-driver, and still cannot find them on PATH")
            .by_hand(BY_HAND)
    })
}

fn find() -> Option<Browser> {
    Some(Browser {
        chromium: on_path("chromium")?,
        driver: on_path("chromedriver")?,
    })
}

fn apt_get(workspace: &Workspace) -> Result<Command, Failure> {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let mut command = if root {
        workspace.command("apt-get")
    } else if on_path("sudo").is_some() {
        // Never waits for a password.
        let mut command = workspace.command("sudo");
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    } else {
        let reason = "installing Chromium takes root, and here is no sudo";
        return Err(Failure::new(reason).by_hand(BY_HAND));
    };
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("--quiet");
    Ok(command)
}
