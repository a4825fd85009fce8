//! wasm-bindgen for the core.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::names::Names;

/// Writes `workflowai_feedback.js` and `workflowai_feedback_bg.wasm` for the web, with short names
/// between the two: wasm-bindgen's carry hashes, which no compression makes small.
pub fn bindgen(input: &Path, output: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The loader says where the wasm is.
        .omit_default_module_path(true)
        .generate(output)?;

    let wasm = output.join("workflowai_feedback_bg.wasm");
    let glue = output.join("workflowai_feedback.js");
    let mut module = walrus::Module::from_file(&wasm)?;
    let mut text = fs::read_to_string(&glue).with_context(|| glue.display().to_string())?;

    let mut names = Names::default();
    for import in module.imports.iter_mut() {
        let short = names.next();
        text = Names::replace_key(&text, &import.name, &short)?;
        import.name = short;
        if import.module != MODULE {
            text = text.replace(&format!("{:?}", import.module), &format!("{MODULE:?}"));
            MODULE.clone_into(&mut import.module);
        }
    }
    for export in module.exports.iter_mut() {
        let short = names.next();
        text = Names::replace_member(&text, &export.name, &short);
        export.name = short;
    }
    module.emit_wasm_file(&wasm)?;
    fs::write(&glue, text).with_context(|| glue.display().to_string())
}

/// What the wasm calls the glue.
const MODULE: &str = "a";
