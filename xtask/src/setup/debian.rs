//! What the tests take from Debian: the browsers with their drivers, and `PostgreSQL`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::process::run_quietly;
use crate::setup::on_path;
use crate::stamp::entries;
use crate::workspace::Workspace;

const BY_HAND: &str = "sudo apt-get update && sudo apt-get install chromium chromium-driver";
const FIREFOX_BY_HAND: &str = "sudo apt-get update && sudo apt-get install firefox-esr";
const WEBKIT_BY_HAND: &str = "sudo apt-get update && sudo apt-get install webkit2gtk-driver xvfb";
const CURL_BY_HAND: &str = "sudo apt-get update && sudo apt-get install curl";
const STRACE_BY_HAND: &str = "sudo apt-get update && sudo apt-get install strace";
const POSTGRES_BY_HAND: &str = "sudo apt-get update && sudo apt-get install postgresql";

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
    install(
        workspace,
        "installing Chromium and its driver from Debian",
        &["chromium", "chromium-driver"],
        BY_HAND,
    )?;
    find().ok_or_else(|| {
        Failure::new("installed chromium and chromium-driver, and still cannot find them on PATH")
            .by_hand(BY_HAND)
    })
}

/// Installs Firefox where it is missing. Debian has no driver for it.
pub fn firefox(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if let Some(firefox) = on_path("firefox-esr") {
        return Ok(firefox);
    }
    let what = "installing Firefox from Debian";
    install(workspace, what, &["firefox-esr"], FIREFOX_BY_HAND)?;
    on_path("firefox-esr").ok_or_else(|| {
        let reason = "installed firefox-esr, and still cannot find it on PATH";
        Failure::new(reason).by_hand(FIREFOX_BY_HAND)
    })
}

/// Where the programs for tests in `WebKitGTK` lie.
pub struct WebKit {
    pub driver: PathBuf,
    pub browser: PathBuf,
    /// The browser draws on a screen, and there is none.
    pub screen: PathBuf,
}

/// Installs `WebKitGTK`, its driver and a virtual screen where one of them is missing.
pub fn webkit(workspace: &Workspace) -> Result<WebKit, Failure> {
    if let Some(webkit) = find_webkit() {
        return Ok(webkit);
    }
    let what = "installing WebKitGTK, its driver and a virtual screen from Debian";
    install(
        workspace,
        what,
        &["webkit2gtk-driver", "xvfb"],
        WEBKIT_BY_HAND,
    )?;
    find_webkit().ok_or_else(|| {
        let reason = "installed webkit2gtk-driver and xvfb, and still cannot find WebKitWebDriver, \
                      Xvfb and webkit2gtk-4.*/MiniBrowser";
        Failure::new(reason).by_hand(WEBKIT_BY_HAND)
    })
}

fn find_webkit() -> Option<WebKit> {
    // A folder for each architecture, and in there one for each release of the library.
    let browser = entries(Path::new("/usr/lib"))
        .iter()
        .flat_map(|architecture| entries(architecture))
        .filter(|folder| {
            folder
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("webkit2gtk-4"))
        })
        .map(|folder| folder.join("MiniBrowser"))
        .find(|browser| browser.is_file())?;
    Some(WebKit {
        driver: on_path("WebKitWebDriver")?,
        browser,
        screen: on_path("Xvfb")?,
    })
}

/// Installs `PostgreSQL` where it is missing; the receiver's tests start clusters of their own.
pub fn postgres(workspace: &Workspace) -> Result<(), Failure> {
    let installed = || {
        let versions = fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        versions
            .map(|version| version.path().join("bin/initdb"))
            .any(|initdb| initdb.is_file())
    };
    if installed() {
        return Ok(());
    }
    let what = "installing PostgreSQL from Debian";
    install(workspace, what, &["postgresql"], POSTGRES_BY_HAND)?;
    if installed() {
        return Ok(());
    }
    let reason = "installed postgresql, and still cannot find it in /usr/lib/postgresql";
    Err(Failure::new(reason).by_hand(POSTGRES_BY_HAND))
}

/// Installs `strace` where it is missing; it shows what the receiver syncs, and when.
pub fn strace(workspace: &Workspace) -> Result<(), Failure> {
    if on_path("strace").is_some() {
        return Ok(());
    }
    let what = "installing strace from Debian";
    install(workspace, what, &["strace"], STRACE_BY_HAND)
}

/// Installs `curl` where it is missing; the README votes with it.
pub fn curl(workspace: &Workspace) -> Result<(), Failure> {
    if on_path("curl").is_some() {
        return Ok(());
    }
    let what = "installing curl from Debian";
    install(workspace, what, &["curl"], CURL_BY_HAND)
}

fn install(
    workspace: &Workspace,
    what: &'static str,
    packages: &[&str],
    by_hand: &'static str,
) -> Result<(), Failure> {
    if on_path("apt-get").is_none() {
        let reason = format!(
            "the tests need {}, and here is no apt-get",
            packages.join(" and ")
        );
        return Err(Failure::new(reason).by_hand(by_hand));
    }
    let packages = [&["install", "--yes"], packages].concat();
    for (what, arguments) in [
        ("updating Debian's package lists", &["update"][..]),
        (what, &packages),
    ] {
        run_quietly(what, apt_get(workspace, by_hand)?.args(arguments))
            .map_err(|failure| failure.by_hand(by_hand))?;
    }
    Ok(())
}

fn find() -> Option<Browser> {
    Some(Browser {
        chromium: on_path("chromium")?,
        driver: on_path("chromedriver")?,
    })
}

fn apt_get(workspace: &Workspace, by_hand: &'static str) -> Result<Command, Failure> {
    let root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let mut command = if root {
        workspace.command("apt-get")
    } else if on_path("sudo").is_some() {
        // Never waits for a password.
        let mut command = workspace.command("sudo");
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    } else {
        let reason = "installing from Debian takes root, and here is no sudo";
        return Err(Failure::new(reason).by_hand(by_hand));
    };
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("--quiet");
    Ok(command)
}
