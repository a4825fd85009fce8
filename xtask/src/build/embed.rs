//! Lays the package and the demo where the server embeds them.

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use crate::failure::{Failure, file};
use crate::process::run_quietly;
use crate::stamp::{Stamp, files};
use crate::workspace::Workspace;

/// Writes `server/embedded/`.
pub fn embed(workspace: &Workspace) -> Result<(), Failure> {
    let root = &workspace.root;
    let embedded = root.join("server/embedded");
    let stamp = Stamp {
        kept: workspace.widget().join("stamps/embed"),
        inputs: &[
            workspace.package(),
            root.join("index.html"),
            root.join("demo"),
            root.join("xtask/compress.mjs"),
        ],
        options: "",
        outputs: from_ref(&embedded),
    };
    stamp.unless_fresh(|| {
        if embedded.exists() {
            fs::remove_dir_all(&embedded).map_err(file(&embedded))?;
        }
        copy(&workspace.package(), &embedded.join("widget"))?;
        copy(&root.join("demo"), &embedded.join("demo"))?;
        let page = embedded.join("demo/index.html");
        fs::copy(root.join("index.html"), &page).map_err(file(&page))?;
        run_quietly(
            "compressing the package",
            workspace
                .command("node")
                .arg("xtask/compress.mjs")
                .arg(embedded.join("widget")),
        )
    })
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    for path in files(from) {
        let copy = to.join(path.strip_prefix(from).expect("it was found in there"));
        let folder = copy.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).map_err(file(folder))?;
        fs::copy(&path, &copy).map_err(file(&path))?;
    }
    Ok(())
}
