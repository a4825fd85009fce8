//! What a crate that others depend on has to keep: features, documentation, packages, licences.

use std::process::Command;

use serde_json::Value;

use crate::examples::OUTSIDE;
use crate::failure::Failure;
use crate::process::{output, printed, run};
use crate::setup::{self, CARGO_DENY, CARGO_HACK, Program};
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
    let browser = ["--exclude-features", "default,ssr"];
    let halves = ["--mutually-exclusive-features", "csr,hydrate,element"];
    let browser = [&WIDGET[..], &browser, &halves].concat();
    hack(
        "widget, for the browser",
        &[&browser[..], &WASM[..]].concat(),
    )?;
    // As the tests of an app have it.
    hack("widget, for the browser, natively", &browser)?;
    let server = ["--exclude-features", "default,csr,hydrate,element"];
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
    let widget = [&WIDGET[..], &["--features", "csr,serde"], &WASM].concat();
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
    // As an app's server has it; without a half there is no app.
    cargo.args(["--features", "workflowai-feedback/ssr"]);
    run("packing the crates", &mut cargo)
}

/// Licences, sources and compilers of all that is depended on.
pub fn dependencies(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    old_enough(at)?;
    // No advisories: their database is not everywhere.
    let what = ["bans", "licenses", "sources"];
    let mut cargo = subcommand(at, CARGO_DENY, "deny")?;
    // Or else the root's package would be all.
    cargo.args(["--workspace", "check"]).args(what);
    run("checking what is depended on", &mut cargo)?;
    for folder in OUTSIDE {
        let mut cargo = subcommand(at, CARGO_DENY, "deny")?;
        cargo.args(["--config", "deny.toml", "--manifest-path"]);
        cargo.arg(format!("{folder}/Cargo.toml"));
        // They need not have every licence of the list.
        cargo.args(["check", "--allow", "license-not-encountered"]);
        run(
            &format!("checking what {folder} depends on"),
            cargo.args(what),
        )?;
    }
    Ok(())
}

/// Nothing that is locked needs a newer compiler than the manifest states, as a newer one than that
/// would not notice.
fn old_enough(at: &Workspace) -> Result<(), Failure> {
    let mut cargo = at.cargo();
    cargo.args(["metadata", "--locked", "--format-version", "1"]);
    let all: Value = serde_json::from_str(&printed(&mut cargo)?)
        .map_err(|error| Failure::new(format!("cannot read cargo's metadata: {error}")))?;
    let packages = all["packages"].as_array().into_iter().flatten();
    let needs = |package: &Value| Some(package["rust_version"].as_str()?.to_owned());
    let newer: Vec<_> = packages
        .filter_map(|package| Some((package["name"].as_str()?, needs(package)?)))
        .filter(|(_, needed)| setup::newer(needed))
        .map(|(name, needed)| format!("{name} ({needed})"))
        .collect();
    if newer.is_empty() {
        return Ok(());
    }
    let newer = newer.join(", ");
    Err(Failure::new(format!(
        "newer compilers than rust-version are needed by {newer}"
    )))
}

/// A program that cargo takes for a command of its own.
fn subcommand(at: &Workspace, program: Program, name: &str) -> Result<Command, Failure> {
    let mut command = at.command(program.installed(at)?);
    command.arg(name);
    command.env("CARGO", at.cargo().get_program());
    Ok(command)
}
