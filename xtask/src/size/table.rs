//! The committed table of sizes.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::build::Variant;
use crate::failure::{Failure, file};
use crate::size::measure::{Sizes, Weight};

/// The wasm holds the paths of the sources that may panic, and those begin with the name of a
/// home folder: a few bytes more or fewer on each machine, in a thousand.
const TOLERANCE: u64 = 5;

/// Reads the table; an empty one if there is none.
pub fn read(path: &Path) -> Result<Value, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(json!({})),
        Err(error) => Err(file(path)(error)),
    }
}

/// The weights under the names of the table. The bundler names shared chunks after a hash of what
/// is in them, so all of these are one entry.
fn entries(files: &BTreeMap<String, Weight>) -> BTreeMap<&str, Weight> {
    let mut entries = BTreeMap::<&str, Weight>::new();
    for (path, weight) in files {
        let name = if path.starts_with("chunk-") {
            "chunk-*.js"
        } else {
            path
        };
        let entry = entries.entry(name).or_default();
        entry.raw += weight.raw;
        entry.brotli += weight.brotli;
    }
    entries
}

/// Puts in what was measured.
pub fn insert(table: &mut Value, variant: Variant, rustc: &str, sizes: &Sizes) {
    fn list<'a>(weights: impl IntoIterator<Item = (&'a str, Weight)>) -> Map<String, Value> {
        let line =
            |(name, weight): (&str, Weight)| (name.into(), json!([weight.raw, weight.brotli]));
        weights.into_iter().map(line).collect()
    }
    table[variant.name()] = json!({
        "rustc": rustc,
        "pressable": sizes.fetched("pressable"),
        "intent": sizes.fetched("intent"),
        "modules": list(sizes.modules.iter().map(|(name, weight)| (name.as_str(), *weight))),
        "files": list(entries(&sizes.files)),
    });
}

/// What grew beyond the table, in words.
pub fn compare(table: &Value, variant: Variant, rustc: &str, sizes: &Sizes) -> Vec<String> {
    let table = &table[variant.name()];
    let Some(made_by) = table["rustc"].as_str() else {
        return vec![format!("the table has no sizes for {}", variant.name())];
    };
    let mut complaints = Vec::new();
    for (path, weight) in entries(&sizes.files) {
        let Some(kept) = table["files"][path][1].as_u64() else {
            complaints.push(format!(
                "{path}: {} bytes, and not in the table",
                weight.brotli
            ));
            continue;
        };
        let allowed = if !sizes.with_wasm.contains(path) {
            kept
        } else if made_by == rustc {
            kept + kept * TOLERANCE / 1_000
        } else {
            // Another compiler writes other wasm; the budgets still hold.
            continue;
        };
        if weight.brotli > allowed {
            complaints.push(format!(
                "{path}: grew from {kept} to {} bytes",
                weight.brotli
            ));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(script: u64, wasm: u64) -> Sizes {
        let weight = |brotli| Weight {
            raw: 2 * brotli,
            brotli,
        };
        Sizes {
            files: [
                ("a.js".to_owned(), weight(script)),
                ("b.wasm".to_owned(), weight(wasm)),
            ]
            .into(),
            with_wasm: ["b.wasm".to_owned()].into(),
            ..Sizes::default()
        }
    }

    fn complaints(rustc: &str, script: u64, wasm: u64) -> usize {
        let mut table = json!({});
        insert(&mut table, Variant::Everyday, "1.95.0", &sizes(100, 1_000));
        compare(&table, Variant::Everyday, rustc, &sizes(script, wasm)).len()
    }

    #[test]
    fn a_script_may_not_grow_by_a_byte() {
        assert_eq!(complaints("1.95.0", 100, 1_000), 0);
        assert_eq!(complaints("1.95.0", 99, 1_000), 0);
        assert_eq!(complaints("1.95.0", 101, 1_000), 1);
        assert_eq!(complaints("1.96.0", 101, 1_000), 1);
    }

    #[test]
    fn wasm_may_differ_a_little_and_with_the_compiler() {
        assert_eq!(complaints("1.95.0", 100, 1_005), 0);
        assert_eq!(complaints("1.95.0", 100, 1_006), 1);
        assert_eq!(complaints("1.96.0", 100, 1_100), 0);
    }

    #[test]
    fn what_the_table_does_not_know_is_named() {
        let found = compare(&json!({}), Variant::Smallest, "1.95.0", &sizes(1, 1));
        assert_eq!(found, ["the table has no sizes for smallest"]);
        let mut table = json!({});
        insert(&mut table, Variant::Everyday, "1.95.0", &Sizes::default());
        let found = compare(&table, Variant::Everyday, "1.95.0", &sizes(1, 1));
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
