//! Where things lie.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// The folders of this checkout.
pub struct Workspace {
    /// The checkout.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self, Failure> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .ok_or_else(|| Failure::new("cargo has to run this").by_hand("cargo xtask --help"))?;
        let root = Path::new(&manifest)
            .parent()
            .expect("xtask lies in the workspace's folder")
            .to_owned();
        // Cargo built this program as target/debug/xtask. Asking `cargo metadata` for the folder
        // would cost each start a second.
        let program = env::current_exe()
            .map_err(|error| Failure::new(format!("cannot find this program: {error}")))?;
        let target = program
            .ancestors()
            .nth(2)
            .expect("a program in a folder of a folder")
            .to_owned();
        Ok(Self { root, target })
    }

    /// What is made between sources and package.
    pub fn widget(&self) -> PathBuf {
        self.target.join("widget")
    }

    /// The npm package.
    pub fn package(&self) -> PathBuf {
        self.root.join("dist/package")
    }

    /// A program that cargo built here in the dev profile.
    pub fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// Cargo, in the checkout.
    pub fn cargo(&self) -> Command {
        let mut command = self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // Build scripts that watch these would run again whenever the caller changes between
        // `cargo xtask` and cargo itself.
        for (name, _) in env::vars_os() {
            let told_by_cargo = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
            });
            if told_by_cargo {
                command.env_remove(name);
            }
        }
        command
    }

    /// A program that npm installed.
    pub fn npx(&self, name: &str) -> Command {
        self.command(self.root.join("node_modules/.bin").join(name))
    }

    /// Any program, in the checkout.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        command
    }
}
