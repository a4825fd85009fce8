//! `cargo xtask screenshots`: the pictures in `docs/images/`, and sheets of the widget's states in
//! `dist/states/`.

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// Takes them anew from the demo, the dashboard and the element.
pub fn screenshots(workspace: &Workspace) -> Result<(), Failure> {
    build(workspace, Variant::Everyday)?;
    for (what, script) in [
        ("taking the screenshots", "tests/browser/screenshots.ts"),
        (
            "taking a picture of every state",
            "tests/browser/state-pictures.ts",
        ),
    ] {
        run(what, browser_script(workspace)?.arg(script))?;
    }
    Ok(())
}
