//! The npm package out of TypeScript, stylesheet, markup and core.

use std::path::PathBuf;

use crate::build::Variant;
use crate::failure::Failure;
use crate::process::run_quietly;
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// Which file of the package belongs to what, as the bundler found it.
pub fn modules(workspace: &Workspace) -> PathBuf {
    workspace.widget().join("modules.json")
}

/// Writes `dist/package/`.
pub fn bundle(workspace: &Workspace, variant: Variant) -> Result<(), Failure> {
    let root = &workspace.root;
    let core = variant.core(workspace);
    let baked = workspace.widget().join("baked.json");
    let stamp = Stamp {
        kept: workspace.widget().join("stamps/bundle"),
        inputs: &[
            root.join("element"),
            root.join("style"),
            root.join("package.json"),
            root.join("package-lock.json"),
            baked.clone(),
            core.clone(),
        ],
        options: variant.name(),
        outputs: &[workspace.package(), modules(workspace)],
    };
    stamp.unless_fresh(|| {
        let mut node = workspace.command("node");
        node.arg("element/build.mjs");
        node.arg("--baked").arg(&baked).arg("--core").arg(&core);
        node.arg("--modules").arg(modules(workspace));
        node.arg("--out").arg(workspace.package());
        run_quietly("bundling the package", &mut node)
    })
}
