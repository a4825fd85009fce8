//! `cargo xtask test`: every part, step by step.

mod api;
mod counts;
mod crates;
mod steps;

use std::time::{Duration, Instant};

use crate::build::{Variant, build};
use crate::console::say;
use crate::failure::Failure;
use crate::process::run;
use crate::setup;
use crate::workspace::Workspace;
use counts::Counts;
pub use steps::browser_script;
use steps::{STEPS, Step};

/// What became of a step.
struct Done {
    name: &'static str,
    time: Duration,
    failure: Option<Failure>,
}

/// The steps that `--only` takes.
pub fn names() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// Runs the steps, all of them even if one fails, and prints what became of each.
pub fn test(workspace: &Workspace, long: bool, only: &[String]) -> Result<(), Failure> {
    let chosen = |step: &&Step| match only {
        [] => long || !step.long,
        only => only.iter().any(|name| name == step.name),
    };
    let steps: Vec<&Step> = STEPS.iter().filter(chosen).collect();
    let started = Instant::now();
    setup::compiler(workspace)?;
    setup::wasm_target(workspace)?;
    setup::node(workspace)?;
    if steps.iter().any(|step| step.built) {
        setup::browser(workspace)?;
        build(workspace, Variant::Everyday)?;
    }
    let mut counts = Counts::default();
    let mut done = vec![Done {
        name: "set-up and build",
        time: started.elapsed(),
        failure: None,
    }];
    for step in steps {
        say(&format!("── {}: {}", step.name, step.what));
        let begun = Instant::now();
        let before = counts;
        let mut failure = (step.run)(workspace, &mut counts).err();
        if failure.is_none() && step.counts && counts == before {
            failure = Some(Failure::new("it ran no test"));
        }
        if let Some(failure) = &failure {
            eprintln!("{failure}");
        }
        done.push(Done {
            name: step.name,
            time: begun.elapsed(),
            failure,
        });
    }
    print(&done, started.elapsed());
    println!("{} passed, {} failed", counts.passed, counts.failed);
    let failed: Vec<_> = done
        .iter()
        .filter(|done| done.failure.is_some())
        .map(|done| done.name)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let by_hand = format!("cargo xtask test --only {}", failed.join(" --only "));
    Err(Failure::new(format!("failed: {}", failed.join(", "))).by_hand(by_hand))
}

/// Kills of `cargo xtask crash`, on `SQLite` and on `PostgreSQL`.
pub const KILLS: (u32, u32) = (200, 50);

/// `cargo xtask crash`: the receiver's tests that kill, with as many kills as asked for.
pub fn crash(workspace: &Workspace, sqlite: u32, postgres: u32) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    setup::postgres(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "-p", "workflowai-feedback-server", "--test", "it"]);
    cargo.args(["crash::", "--", "--nocapture"]);
    let kills = format!("{sqlite} {postgres}");
    cargo.env("WORKFLOWAI_FEEDBACK_TEST_KILLS", kills);
    run("killing the receiver under load", &mut cargo)
}

fn print(done: &[Done], total: Duration) {
    println!();
    for Done {
        name,
        time,
        failure,
    } in done
    {
        let verdict = if failure.is_some() { "FAILED" } else { "ok" };
        println!("{name:<20}{:>8.1} s  {verdict}", time.as_secs_f64());
    }
    println!("{:<20}{:>8.1} s", "in all", total.as_secs_f64());
    println!();
}
