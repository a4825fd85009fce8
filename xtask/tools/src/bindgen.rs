//! wasm-bindgen for the core, less what a dependency exports from it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walrus::{ModuleConfig, RawCustomSection};
use wasm_bindgen_cli_support::Bindgen;

/// Where wasm-bindgen's macros leave what its command needs to know.
const SECTION: &str = "__wasm_bindgen_unstable";

/// The classes that wasm-streams, a dependency of Leptos' server functions, exports from whatever
/// it is linked into are all called `IntoUnderlying…`. The core streams nothing, and an export
/// keeps its code alive.
const CLASSES: &str = "IntoUnderlying";

/// Writes `workflowai_feedback.js` and `workflowai_feedback_bg.wasm` for the web.
pub fn bindgen(input: &Path, output: &Path) -> Result<()> {
    let bytes = fs::read(input).with_context(|| input.display().to_string())?;
    let mut module = ModuleConfig::new()
        .strict_validate(false)
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(&bytes)?;

    let section = module
        .customs
        .remove_raw(SECTION)
        .context("the input was not made with wasm-bindgen")?;
    let kept = without_classes(&section.data)?;
    ensure!(
        kept.len() < section.data.len(),
        "nothing exports {CLASSES} any more: drop this step"
    );
    module.customs.add(RawCustomSection {
        name: SECTION.into(),
        data: kept,
    });
    let prefix = CLASSES.to_lowercase();
    let gone: Vec<_> = module
        .exports
        .iter()
        .filter(|export| export.name.contains(&prefix))
        .map(walrus::Export::id)
        .collect();
    for export in gone {
        module.exports.delete(export);
    }

    Bindgen::new()
        .input_module("workflowai_feedback", module)
        .web(true)?
        .typescript(false)
        // The loader says where the wasm is.
        .omit_default_module_path(true)
        .generate(output)
}

/// The section holds, for each use of the macro, the format's version and what was exported and
/// imported; each after its length.
fn without_classes(mut section: &[u8]) -> Result<Vec<u8>> {
    let mut kept = Vec::with_capacity(section.len());
    while !section.is_empty() {
        let (_, rest) = blob(section)?;
        let (used, rest) = blob(rest)?;
        if !holds(used, CLASSES.as_bytes()) {
            kept.extend_from_slice(&section[..section.len() - rest.len()]);
        }
        section = rest;
    }
    Ok(kept)
}

/// Splits off a blob that comes after its length.
fn blob(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk().context("a length is cut off")?;
    let length = usize::try_from(u32::from_le_bytes(*length))?;
    rest.split_at_checked(length).context("a blob is cut off")
}

fn holds(blob: &[u8], word: &[u8]) -> bool {
    blob.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::without_classes;

    /// A use of the macro.
    fn used(text: &str) -> Vec<u8> {
        ["version", text]
            .iter()
            .flat_map(|blob| {
                let length = u32::try_from(blob.len()).unwrap().to_le_bytes();
                [&length[..], blob.as_bytes()].concat()
            })
            .collect()
    }

    #[test]
    fn what_names_the_classes_is_left_out() {
        let section = [used("a"), used("x IntoUnderlyingSink y"), used("")].concat();
        let kept = [used("a"), used("")].concat();
        assert_eq!(without_classes(&section).unwrap(), kept);
        assert!(without_classes(&section[..7]).is_err());
        assert!(without_classes(&section[..section.len() - 1]).is_err());
    }
}
