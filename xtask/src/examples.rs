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

/// A way to use the widget from Rust.
#[derive(Clone, Copy)]
pub enum Example {
    /// The Leptos component, in the browser alone.
    Csr,
    /// The same rendered by a server that holds the receiver as well.
    Axum,
    /// The custom element, from Yew.
    Yew,
    /// The custom element, from Dioxus.
    Dioxus,
}

impl Example {
    /// By the name of its folder.
    pub const ALL: [(&'static str, Self); 4] = [
        ("leptos-csr", Self::Csr),
        ("leptos-axum", Self::Axum),
        ("yew", Self::Yew),
        ("dioxus", Self::Dioxus),
    ];

    const fn folder(self) -> &'static str {
        match self {
            Self::Csr => "examples/leptos-csr",
            Self::Axum => "examples/leptos-axum",
            Self::Yew => "examples/yew",
            Self::Dioxus => "examples/dioxus",
        }
    }

    const fn package(self) -> &'static str {
        match self {
            Self::Csr => "example-leptos-csr",
            Self::Axum => "example-leptos-axum",
            Self::Yew => "example-yew",
            Self::Dioxus => "example-dioxus",
        }
    }

    /// What the browser gets: `example.js` and `example_bg.wasm`, in a folder.
    pub fn site(self, workspace: &Workspace) -> Result<PathBuf, Failure> {
        setup::wasm_target(workspace)?;
        let package = self.package();
        let mut cargo = match self {
            Self::Csr | Self::Axum => workspace.cargo(),
            Self::Yew | Self::Dioxus => outside(workspace, self.folder()),
        };
        cargo.args(["build", "--locked", "-p", package]);
        cargo.args(["--target", "wasm32-unknown-unknown"]);
        let built = match self {
            Self::Csr => {
                cargo.args(["--profile", "wasm", "--features", "csr"]);
                "wasm/example-leptos-csr"
            }
            Self::Axum => {
                cargo.args(["--profile", "wasm", "--features", "hydrate", "--lib"]);
                "wasm/example_leptos_axum"
            }
            Self::Yew => "debug/example-yew",
            Self::Dioxus => "debug/example-dioxus",
        };
        run(&format!("building {package} for the browser"), &mut cargo)?;
        let folder = workspace.target.join("examples").join(package);
        fs::create_dir_all(&folder).map_err(file(&folder))?;
        let mut bindgen = workspace.command(tools(workspace)?);
        bindgen.args(["wasm-bindgen", "--target", "web", "--no-typescript"]);
        bindgen
            .args(["--out-name", "example", "--out-dir"])
            .arg(folder.join("pkg"));
        let built = format!("wasm32-unknown-unknown/{built}.wasm");
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

/// The examples that are no members of the workspace.
pub const OUTSIDE: [&str; 3] = ["examples/yew", "examples/dioxus", "examples/actix-web"];

/// Cargo, in a folder that is no member of the workspace: the lock file is its own, so that what it
/// depends on is no part of the workspace's. The target folder is shared.
pub fn outside(workspace: &Workspace, folder: &str) -> Command {
    let mut cargo = workspace.cargo();
    cargo.current_dir(workspace.root.join(folder));
    cargo.env("CARGO_TARGET_DIR", &workspace.target);
    cargo
}

/// Builds an example and serves it; Ctrl-C ends it.
pub fn example(workspace: &Workspace, example: Example) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    let mut server = match example {
        Example::Csr | Example::Yew | Example::Dioxus => return trunk_serve(workspace, example),
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

/// Trunk, and the receiver's demo beside it for the element, the tokens and the votes.
fn trunk_serve(workspace: &Workspace, example: Example) -> Result<(), Failure> {
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
        .current_dir(workspace.root.join(example.folder()));
    let served = run("serving the example with Trunk", &mut serve);
    // Ctrl-C has reached it as well.
    let _ = receiver.kill();
    let _ = receiver.wait();
    served
}
