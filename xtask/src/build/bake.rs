//! What the bundle takes from Rust: the element's idle markup and the languages' texts.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, file};
use crate::process::printed;
use crate::workspace::Workspace;

/// Writes `baked.json`; leaves it alone if it is the same.
pub fn bake(workspace: &Workspace, tools: &Path) -> Result<(), Failure> {
    let baked = printed(workspace.command(tools).arg("bake"))?;
    let path = workspace.widget().join("baked.json");
    if fs::read_to_string(&path).is_ok_and(|kept| kept == baked) {
        return Ok(());
    }
    fs::write(&path, baked).map_err(file(&path))
}
