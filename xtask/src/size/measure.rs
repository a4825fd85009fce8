//! Weighs the files of the package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::build::modules;
use crate::failure::{Failure, file};
use crate::process::printed;
use crate::workspace::Workspace;

/// Bytes, and bytes after brotli 11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    pub raw: u64,
    pub brotli: u64,
}

/// What everything weighs.
#[derive(Default)]
pub struct Sizes {
    /// Each file of the package.
    pub files: BTreeMap<String, Weight>,
    /// Each module, which may be several files.
    pub modules: BTreeMap<String, Weight>,
    /// The files that hold the wasm, whose size depends on machine and compiler.
    pub with_wasm: BTreeSet<String>,
    /// What a page fetches: `pressable` and `intent`.
    pub fetched: BTreeMap<String, u64>,
}

impl Sizes {
    /// Bytes after brotli 11 that a page fetches.
    pub fn fetched(&self, name: &str) -> u64 {
        self.fetched.get(name).copied().unwrap_or_default()
    }
}

/// Weighs `dist/package/` by the list of modules that its build left.
pub fn measure(workspace: &Workspace) -> Result<Sizes, Failure> {
    let mut node = workspace.command("node");
    node.args(["xtask/compress.mjs", "--measure"])
        .arg(workspace.package());
    let mut sizes = Sizes {
        files: printed(&mut node)?.lines().filter_map(weight).collect(),
        ..Sizes::default()
    };
    let path = modules(workspace);
    let list = fs::read(&path).map_err(file(&path))?;
    let list: Value = serde_json::from_slice(&list)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    for name in ["pressable", "intent"] {
        let weight = sum(&sizes.files, &list[name])
            .map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
        sizes.fetched.insert(name.to_owned(), weight.brotli);
    }
    for (name, paths) in list["modules"].as_object().into_iter().flatten() {
        let weight =
            sum(&sizes.files, paths).map_err(|reason| Failure::new(format!("{name}: {reason}")))?;
        sizes.modules.insert(name.clone(), weight);
    }
    let listed = list["wasm"].as_array().into_iter().flatten();
    sizes.with_wasm = listed
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    Ok(sizes)
}

/// A path, bytes and bytes after brotli, with tabs between.
fn weight(line: &str) -> Option<(String, Weight)> {
    let mut fields = line.split('\t');
    let path = fields.next()?.to_owned();
    let raw = fields.next()?.parse().ok()?;
    let brotli = fields.next()?.parse().ok()?;
    Some((path, Weight { raw, brotli }))
}

fn sum(files: &BTreeMap<String, Weight>, paths: &Value) -> Result<Weight, String> {
    let paths = paths.as_array().filter(|paths| !paths.is_empty());
    let mut sum = Weight::default();
    for path in paths.ok_or("it has no files")? {
        let path = path.as_str().unwrap_or_default();
        let weight = files
            .get(path)
            .ok_or_else(|| format!("the package has no {path:?}"))?;
        sum.raw += weight.raw;
        sum.brotli += weight.brotli;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_the_sum_of_its_files() {
        let files: BTreeMap<_, _> = ["a.js\t10\t4", "b.js\t20\t8"]
            .into_iter()
            .filter_map(weight)
            .collect();
        let both = serde_json::json!(["a.js", "b.js"]);
        assert_eq!(
            sum(&files, &both),
            Ok(Weight {
                raw: 30,
                brotli: 12
            })
        );
        assert!(sum(&files, &serde_json::json!(["c.js"])).is_err());
        assert!(sum(&files, &Value::Null).is_err());
    }
}
