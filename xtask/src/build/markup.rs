//! The element's idle markup.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, file};
use crate::process::printed;
use crate::workspace::Workspace;

/// Writes `markup.html`; leaves it alone if it is the same.
pub fn markup(workspace: &Workspace, tools: &Path) -> Result<(), Failure> {
    let markup = printed(workspace.command(tools).arg("markup"))?;
    let path = workspace.widget().join("markup.html");
    if fs::read_to_string(&path).is_ok_and(|kept| kept == markup) {
        return Ok(());
    }
    fs::write(&path, markup).map_err(file(&path))
}
