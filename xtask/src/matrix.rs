//! `cargo xtask matrix`: the package in every bundler and framework, and the table of it.

use std::path::PathBuf;

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::setup;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// The tests of the cells, the examples, the types, React 18 and React Native.
pub fn tests() -> [PathBuf; 5] {
    ["matrix", "examples", "types", "react-18", "react-native"]
        .map(|name| PathBuf::from(format!("tests/matrix/{name}.ts")))
}

/// The committed table.
pub const TABLE: &str = "docs/compatibility.md";

/// Tries every cell, writes the table if all of them passed, and tries the rest.
pub fn matrix(workspace: &Workspace) -> Result<(), Failure> {
    setup::browser(workspace)?;
    build(workspace, Variant::Everyday)?;
    let mut node = browser_script(workspace)?;
    node.env("MATRIX_TABLE", TABLE).env("MATRIX_WRITE", "1");
    // They install into the same folders.
    node.args(["--test", "--test-reporter", "spec", "--test-concurrency=1"]);
    node.args(tests());
    run(
        "trying the package in every bundler and framework",
        &mut node,
    )
}
