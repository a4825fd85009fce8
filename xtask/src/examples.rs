//! The examples in Rust.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::build::{server, tools};
use crate::console::say;
use crate::failure::{Failure, file};
use crate::process::{run, run_quietly};
use crate::setup;
use crate::workspace::Workspace;

/// A way to use the component.
#[derive(Clone, Copy)]
pub enum Example {
    /// In the browser alone.
    Csr,
    /// Rendered by a server that holds the receiver as well.
    Axum,
}

impl Example {
    /// By the name of its folder.
    pub const ALL: [(&'static str, Self); 2] =
        [("leptos-csr", Self::Csr), ("leptos-axum", Self::Axum)];

    const fn package(self) -> &'static str {
        match self {
            Self::Csr => "example-leptos-csr",
            Self::Axum => "example-leptos-axum",
        }
    }

    /// What the browser gets: `example.js` and `example_bg.wasm`, in a folder.
    pub fn site(self, workspace: &Workspace) -> Result<PathBuf, Failure> {
        setup::wasm_target(workspace)?;
        let package = self.package();
        let mut cargo = workspace.cargo();
        cargo.args(["build", "-p", package, "--profile", "wasm"]);
        cargo.args(["--target", "wasm32-unknown-unknown"]);
        let name = match self {
            Self::Csr => {
                cargo.args(["--features", "csr"]);
                package.to_owned()
            }
            Self::Axum => {
                cargo.args(["--lib", "--features", "hydrate"]);
                package.replace('-', "_")
            }
        };
        run(&format!("building {package} for the browser"), &mut cargo)?;
        let folder = workspace.target.join("examples").join(package);
        fs::create_dir_all(&folder).map_err(file(&folder))?;
        let mut bindgen = workspace.command(tools(workspace)?);
        bindgen.args(["wasm-bindgen", "--target", "web", "--no-typescript"]);
        bindgen
            .args(["--out-name", "example", "--out-dir"])
            .arg(folder.join("pkg"));
        let built = format!("wasm32-unknown-unknown/wasm/{name}.wasm");
        bindgen.arg(workspace.target.join(built));
        run_quietly("binding it to JavaScript", &mut bindgen)?;
        Ok(folder)
    }

    /// The server of [`Example::Axum`].
    pub fn program(workspace: &Workspace) -> Result<PathBuf, Failure> {
        let package = Self::Axum.package();
        let mut cargo = workspace.cargo();
        cargo.args(["build", "-p", package, "--features", "ssr"]);
        run(&format!("building {package}"), &mut cargo)?;
        Ok(workspace.program(package))
    }
}

/// Builds an example and serves it; Ctrl-C ends it.
pub fn example(workspace: &Workspace, example: Example) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    let mut server = match example {
        Example::Csr => return trunk_serve(workspace),
        Example::Axum => {
            let site = example.site(workspace)?;
            let mut server = workspace.command(Example::program(workspace)?);
            settings(&mut server, &site);
            server
        }
    };
    say("starting the server; Ctrl-C stops it");
    let error = server.exec();
    Err(Failure::new(format!("cannot run the example: {error}")))
}

/// What cargo-leptos would set.
fn settings(server: &mut Command, site: &std::path::Path) {
    server.env("LEPTOS_OUTPUT_NAME", "example");
    server.env("LEPTOS_SITE_ROOT", site);
}

/// Trunk, and the receiver's demo beside it for the tokens and the votes.
fn trunk_serve(workspace: &Workspace) -> Result<(), Failure> {
    setup::wasm_target(workspace)?;
    setup::node(workspace)?;
    let trunk = setup::TRUNK.installed(workspace)?;
    let path = crate::trunk::helpers(workspace, &tools(workspace)?)?;
    let mut receiver = workspace.command(server(workspace)?);
    receiver.args(["serve", "--demo", "--listen", "127.0.0.1:8080"]);
    let mut receiver = receiver
        .spawn()
        .map_err(|error| Failure::new(format!("cannot run the receiver: {error}")))?;
    let mut serve = workspace.command(trunk);
    serve
        .args(["serve", "--offline"])
        .env("PATH", path)
        .current_dir(workspace.root.join("examples/leptos-csr"));
    let served = run("serving the example with Trunk", &mut serve);
    // Ctrl-C has reached it as well.
    let _ = receiver.kill();
    let _ = receiver.wait();
    served
}
