//! The core: wasm and its glue.

use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;

use crate::build::Variant;
use crate::failure::{Failure, file};
use crate::process::{run, run_quietly};
use crate::stamp::Stamp;
use crate::workspace::Workspace;

/// Panics without a message, values without a debug form, no source locations: none of them is
/// ever shown in a page, and each costs bytes.
const SMALLEST: &str =
    "-Cpanic=immediate-abort -Zunstable-options -Zfmt-debug=none -Zlocation-detail=none";

/// Builds `workflowai_feedback.js` and `workflowai_feedback_bg.wasm`.
pub fn core(workspace: &Workspace, variant: Variant, tools: &Path) -> Result<(), Failure> {
    let compiled = compile(workspace, variant)?;
    let core = variant.core(workspace);
    let stamp = Stamp {
        kept: workspace
            .widget()
            .join(format!("stamps/core-{}", variant.name())),
        inputs: &[
            compiled.clone(),
            tools.to_owned(),
            workspace.root.join("package-lock.json"),
        ],
        options: "",
        outputs: from_ref(&core),
    };
    stamp.unless_fresh(|| {
        fs::create_dir_all(&core).map_err(file(&core))?;
        let mut bindgen = workspace.command(tools);
        bindgen.arg("bindgen").arg(&compiled).arg(&core);
        run_quietly("binding the core to JavaScript", &mut bindgen)?;
        let wasm = core.join("workflowai_feedback_bg.wasm");
        // Not --all-features: browsers refuse what it lets binaryen write.
        let mut optimise = workspace.npx("wasm-opt");
        optimise
            .args(["-Oz", "--converge"])
            .arg(&wasm)
            .arg("-o")
            .arg(&wasm);
        run_quietly("making the core small", &mut optimise)
    })
}

fn compile(workspace: &Workspace, variant: Variant) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "-p",
        "workflowai-feedback",
        "--lib",
        "--features",
        "element",
    ]);
    cargo.args(["--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
    let target = match variant {
        Variant::Everyday => workspace.target.clone(),
        Variant::Smallest => {
            // A folder of its own, or the two builds would undo each other's work.
            let target = workspace.target.join("smallest");
            cargo.arg("--target-dir").arg(&target);
            // Building the standard library is open to nightly compilers, and to this.
            cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", SMALLEST);
            cargo.arg("-Zbuild-std=std,panic_abort");
            cargo.arg("-Zbuild-std-features=optimize_for_size");
            target
        }
    };
    run(
        &format!("building the core ({})", variant.name()),
        &mut cargo,
    )?;
    Ok(target.join("wasm32-unknown-unknown/wasm/workflowai_feedback.wasm"))
}
