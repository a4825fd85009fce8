//! wasm-bindgen for the core.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

/// Writes `workflowai_feedback.js` and `workflowai_feedback_bg.wasm` for the web.
pub fn bindgen(input: &Path, output: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The loader says where the wasm is.
        .omit_default_module_path(true)
        .generate(output)
}
