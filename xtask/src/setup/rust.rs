//! The compiler, its WebAssembly target and, for the published size, its sources.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::{printed, run_quietly};
use crate::setup::on_path;
use crate::workspace::Workspace;

/// The workspace's manifest says which compiler the code needs.
const MANIFEST: &str = include_str!("../../../Cargo.toml");

/// The compiler's version, if the workspace can be built with it.
pub fn compiler(workspace: &Workspace) -> Result<String, Failure> {
    let said = printed(workspace.command("rustc").arg("--version"))?;
    let version = said.split_whitespace().nth(1).unwrap_or_default();
    let needed = needed();
    if numbers(version) >= numbers(needed) {
        return Ok(version.to_owned());
    }
    Err(Failure::new(format!(
        "this needs rustc {needed} or newer, and here is {version}"
    ))
    .by_hand("rustup update stable"))
}

/// Whether a version of the compiler is newer than the one the workspace states.
pub fn newer(version: &str) -> bool {
    let mut version = numbers(version);
    // 1.95.0 is no newer than 1.95.
    while version.last() == Some(&0) {
        version.pop();
    }
    version > numbers(needed())
}

/// The target that wasm is built for.
pub fn wasm_target(workspace: &Workspace) -> Result<(), Failure> {
    if sysroot(workspace)?
        .join("lib/rustlib/wasm32-unknown-unknown")
        .is_dir()
    {
        return Ok(());
    }
    rustup(
        workspace,
        "adding the wasm target",
        ["target", "add", "wasm32-unknown-unknown"],
    )
}

/// The standard library's sources, which the published size is built from.
pub fn source(workspace: &Workspace) -> Result<(), Failure> {
    if sysroot(workspace)?
        .join("lib/rustlib/src/rust/library/Cargo.toml")
        .is_file()
    {
        return Ok(());
    }
    rustup(
        workspace,
        "adding the standard library's sources",
        ["component", "add", "rust-src"],
    )
}

fn rustup(workspace: &Workspace, what: &str, arguments: [&str; 3]) -> Result<(), Failure> {
    if on_path("rustup").is_none() {
        let failure = Failure::new(format!("{what} needs rustup, and it is not on PATH"));
        return Err(failure.by_hand(format!("rustup {}", arguments.join(" "))));
    }
    run_quietly(what, workspace.command("rustup").args(arguments))
}

fn sysroot(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let said = printed(workspace.command("rustc").args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(said.trim_end()))
}

fn needed() -> &'static str {
    MANIFEST
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
        .expect("the workspace's manifest states a rust-version")
}

/// `1.95.0-beta.2` as 1, 95, 0, 2, to compare by.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{needed, newer, numbers};

    #[test]
    fn versions_compare_by_their_numbers() {
        assert!(numbers("1.100.0") >= numbers("1.95"));
        assert!(numbers("1.95.0-nightly") >= numbers("1.95"));
        assert!(numbers("1.94.9") < numbers("1.95"));
        assert!(numbers(needed()) > numbers("1.85"));
        assert!(newer("1.1000") && newer(&format!("{}.1", needed())));
        assert!(!newer("1.85.1") && !newer(&format!("{}.0", needed())));
    }
}
