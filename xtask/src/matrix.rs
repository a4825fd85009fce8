//! `cargo xtask matrix`: the package in every bundler and framework, and the table of it.

use std::path::PathBuf;

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::setup;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// The tests of the cells.
const CELLS: &str = "tests/matrix/matrix.ts";

/// The tests of the cells, the examples and the types.
pub fn tests() -> [PathBuf; 3] {
    [CELLS, "tests/matrix/examples.ts", "tests/matrix/types.ts"].map(PathBuf::from)
}

/// The committed table.
pub const TABLE: &str = "docs/compatibility.md";

/// Tries every cell and writes the table, if all of them passed.
pub fn matrix(workspace: &Workspace) -> Result<(), Failure> {
    setup::browser(workspace)?;
    build(workspace, Variant::Everyday)?;
    let mut node = browser_script(workspace)?;
    node.env("MATRIX_TABLE", TABLE).env("MATRIX_WRITE", "1");
    node.args(["--test", "--test-reporter", "spec", CELLS]);
    run(
        "trying the package in every bundler and framework",
        &mut node,
    )
}
