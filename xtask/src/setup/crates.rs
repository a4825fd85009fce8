//! Programs from crates.io, built once for all checkouts.

use std::env;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::process::{printed, run};
use crate::setup::on_path;
use crate::workspace::Workspace;

/// The newest Trunk for rustc 1.95.
pub const TRUNK: Program = Program("trunk", "0.21.14");

/// Drives Firefox; Debian has no package of it.
pub const GECKODRIVER: Program = Program("geckodriver", "0.37.1");

/// Checks combinations of features.
pub const CARGO_HACK: Program = Program("cargo-hack", "0.6.46");

/// Checks licences and sources.
pub const CARGO_DENY: Program = Program("cargo-deny", "0.20.2");

/// The name of a crate and of its program, and the version.
#[derive(Clone, Copy)]
pub struct Program(&'static str, &'static str);

impl Program {
    /// Where it lies, once it is installed.
    pub fn installed(self, workspace: &Workspace) -> Result<PathBuf, Failure> {
        let Self(name, version) = self;
        if let Some(program) = on_path(name) {
            let said = printed(workspace.command(&program).arg("--version"))?;
            if said.split_whitespace().nth(1) == Some(version) {
                return Ok(program);
            }
        }
        // Not into cargo's own folder, where another version may be wanted.
        let folder = cache().join(format!("{name}-{version}"));
        let program = folder.join("bin").join(name);
        if !program.is_file() {
            let mut cargo = workspace.cargo();
            // Unoptimised and with nothing for a debugger: it runs for seconds, and optimising Trunk
            // takes a quarter of an hour.
            cargo.args(["install", name, "--version", version, "--locked", "--debug"]);
            cargo.arg("--root").arg(&folder);
            cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
            let what = format!("installing {name}, which takes minutes, once");
            run(&what, &mut cargo)?;
        }
        Ok(program)
    }
}

/// The folder for what is installed once for all checkouts.
pub fn cache() -> PathBuf {
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cache")))
        .unwrap_or_else(env::temp_dir)
        .join("workflowai-feedback")
}
