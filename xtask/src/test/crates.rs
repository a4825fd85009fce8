//! What a crate that others depend on has to keep: features, documentation, packages, licences.

use std::process::Command;

use crate::failure::Failure;
use crate::process::{output, run};
use crate::setup::{CARGO_DENY, CARGO_HACK, Program};
use crate::test::Counts;
use crate::workspace::Workspace;

const WIDGET: [&str; 2] = ["-p", "workflowai-feedback"];
const WASM: [&str; 4] = ["--target", "wasm32-unknown-unknown", "--profile", "wasm"];
/// One of them at most: each is another half of an app.
const EXCLUSIVE: [&str; 3] = ["csr", "hydrate", "ssr"];

/// Every combination of features that makes sense, and one readable error for those that do not.
pub fn features(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let hack = |what: &str, arguments: &[&str]| {
        let mut cargo = subcommand(at, CARGO_HACK, "hack")?;
        cargo.args(["check", "--feature-powerset"]).args(arguments);
        run(&format!("checking the features: {what}"), &mut cargo)
    };
    hack("protocol", &["-p", "workflowai-feedback-protocol"])?;
    let browser = ["--exclude-features", "ssr"];
    let halves = ["--mutually-exclusive-features", "csr,hydrate,element"];
    hack(
        "widget, for the browser",
        &[&WIDGET[..], &browser, &halves, &WASM].concat(),
    )?;
    let server = ["--exclude-features", "csr,hydrate,element"];
    hack("widget, for a server", &[&WIDGET[..], &server].concat())?;
    for (index, one) in EXCLUSIVE.iter().enumerate() {
        for other in &EXCLUSIVE[index + 1..] {
            refused(at, &format!("{one},{other}"))?;
        }
        if *one != "csr" {
            refused(at, &format!("{one},element"))?;
        }
    }
    Ok(())
}

/// These features together give one error, which says what to do.
fn refused(at: &Workspace, features: &str) -> Result<(), Failure> {
    let mut cargo = at.cargo();
    cargo.arg("check").args(WIDGET).args(WASM);
    cargo.args(["--features", features]);
    let said = output(&mut cargo)?;
    let errors = String::from_utf8_lossy(&said.stderr);
    let lines: Vec<_> = errors
        .lines()
        .filter(|line| line.starts_with("error") && !line.contains("could not compile"))
        .collect();
    if let [line] = lines[..]
        && line.contains("switch on one of the features `csr`, `hydrate` and `ssr`")
    {
        return Ok(());
    }
    eprintln!("{errors}");
    Err(Failure::new(format!(
        "{features} together should be one readable error"
    )))
}

/// The documentation, without a warning.
pub fn documentation(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let widget = [&WIDGET[..], &["--features", "csr"], &WASM].concat();
    let sets: [(&str, &[&str]); 3] = [
        (
            "protocol",
            &[
                "-p",
                "workflowai-feedback-protocol",
                "--features",
                "mint,verify",
            ],
        ),
        ("server", &["-p", "workflowai-feedback-server", "--lib"]),
        ("widget", &widget),
    ];
    for (what, arguments) in sets {
        let mut cargo = at.cargo();
        cargo.args(["doc", "--no-deps"]).args(arguments);
        cargo.env("RUSTDOCFLAGS", "-D warnings");
        run(&format!("documentation: {what}"), &mut cargo)?;
    }
    Ok(())
}

/// Packs the crates, and builds each from its package alone.
pub fn packages(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let mut cargo = at.cargo();
    cargo.args(["package", "--allow-dirty"]).args(WIDGET);
    cargo.args(["-p", "workflowai-feedback-protocol"]);
    cargo.args(["-p", "workflowai-feedback-server"]);
    run("packing the crates", &mut cargo)
}

/// Licences and sources of all that is depended on.
pub fn dependencies(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let mut cargo = subcommand(at, CARGO_DENY, "deny")?;
    // No advisories: their database is not everywhere.
    cargo.args(["check", "bans", "licenses", "sources"]);
    run("checking what is depended on", &mut cargo)
}

/// A program that cargo takes for a command of its own.
fn subcommand(at: &Workspace, program: Program, name: &str) -> Result<Command, Failure> {
    let mut command = at.command(program.installed(at)?);
    command.arg(name);
    command.env("CARGO", at.cargo().get_program());
    Ok(command)
}
