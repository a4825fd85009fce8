//! `cargo xtask faults`: votes through a scripted network to the real receiver, by seed.

use crate::build::{Variant, build};
use crate::failure::Failure;
use crate::process::run;
use crate::setup;
use crate::test::browser_script;
use crate::workspace::Workspace;

/// As many seeds every test plays.
pub const EVERY_DAY: u32 = 50;

/// What is played.
pub enum Faults {
    /// So many seeds, from 1.
    Seeds(u32),
    /// One alone, with its schedule.
    Seed(u32),
    /// Every deliberate fault, until a seed finds it.
    Mutants,
}

/// Builds the package and plays.
pub fn faults(workspace: &Workspace, what: &Faults) -> Result<(), Failure> {
    setup::browser(workspace)?;
    build(workspace, Variant::Everyday)?;
    play(workspace, what)
}

/// Plays against the package that is built.
pub fn play(workspace: &Workspace, what: &Faults) -> Result<(), Failure> {
    let mut node = browser_script(workspace)?;
    node.arg("tests/faults/main.ts");
    match what {
        Faults::Seeds(count) => node.args(["--seeds", &count.to_string()]),
        Faults::Seed(seed) => node.args(["--seed", &seed.to_string()]),
        Faults::Mutants => node
            .arg("--mutants")
            .env("BAKED", workspace.widget().join("baked.json"))
            .env("CORE", workspace.widget().join("core")),
    };
    run("playing votes through a scripted network", &mut node)
}
