//! `cargo xtask screenshots`: the pictures in `docs/images/`.

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// Takes them anew from the demo and the dashboard.
pub fn screenshots(workspace: &Workspace) -> Result<(), Failure> {
    build(workspace, Variant::Everyday)?;
    let mut node = browser_script(workspace)?;
    run(
        "taking the screenshots",
        node.arg("tests/browser/screenshots.ts"),
    )
}
