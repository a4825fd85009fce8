//! `cargo xtask size`: what the package weighs.

mod measure;
mod table;

use std::fs;

use crate::build::{Variant, build};
use crate::failure::{Failure, file};
use crate::setup;
use crate::workspace::Workspace;
use measure::Sizes;

/// The most that a page may fetch of the published package, in bytes after brotli 11: until the
/// buttons can be pressed, and when somebody is about to.
const BUDGETS: [(&str, u64); 2] = [("pressable", 2_500), ("intent", 45_000)];

/// Builds, measures and compares with the committed table; or writes that.
pub fn size(workspace: &Workspace, variant: Variant, write: bool) -> Result<(), Failure> {
    build(workspace, variant)?;
    let sizes = measure::measure(workspace)?;
    let rustc = setup::compiler(workspace)?;
    let path = workspace.root.join("size.json");
    let mut kept = table::read(&path)?;
    print(&sizes, variant);
    if write {
        table::insert(&mut kept, variant, &rustc, &sizes);
        let text = serde_json::to_string_pretty(&kept).expect("a table is JSON");
        fs::write(&path, text + "\n").map_err(file(&path))?;
    } else {
        let complaints = table::compare(&kept, variant, &rustc, &sizes);
        if !complaints.is_empty() {
            let again = if variant == Variant::Smallest {
                " --smallest"
            } else {
                ""
            };
            return Err(Failure::new(complaints.join("\n  ")).by_hand(format!(
                "cargo xtask size{again} --write, if that is meant to be"
            )));
        }
    }
    if variant == Variant::Smallest {
        within_budgets(&sizes)?;
    }
    Ok(())
}

fn within_budgets(sizes: &Sizes) -> Result<(), Failure> {
    let over: Vec<String> = BUDGETS
        .iter()
        .filter(|(name, budget)| sizes.fetched(name) > *budget)
        .map(|(name, budget)| {
            format!(
                "{name}: {} bytes, over its budget of {budget}",
                sizes.fetched(name)
            )
        })
        .collect();
    if over.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(over.join("\n  ")))
    }
}

fn print(sizes: &Sizes, variant: Variant) {
    println!("dist/package ({}), bytes", variant.name());
    println!("{:<44}{:>10}{:>10}", "file", "raw", "brotli");
    for (path, weight) in &sizes.files {
        println!("{path:<44}{:>10}{:>10}", weight.raw, weight.brotli);
    }
    println!("{:<44}{:>10}{:>10}", "module", "raw", "brotli");
    for (name, weight) in &sizes.modules {
        println!("{name:<44}{:>10}{:>10}", weight.raw, weight.brotli);
    }
    println!("{:<44}{:>10}{:>10}", "fetched", "budget", "brotli");
    for (name, budget) in BUDGETS {
        println!("{name:<44}{budget:>10}{:>10}", sizes.fetched(name));
    }
}
