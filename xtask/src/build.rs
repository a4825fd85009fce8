//! Makes the npm package: the core, the markup, the bundle.

mod bake;
mod bundle;
mod core;
mod embed;
mod programs;

use std::path::PathBuf;

pub use bundle::modules;
pub use programs::{server, tools};

use crate::failure::Failure;
use crate::setup;
use crate::workspace::Workspace;

/// Which core the package carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Quick to build.
    Everyday,
    /// As published: with a standard library built for size, and panics that say nothing.
    Smallest,
}

impl Variant {
    /// The word for it in file names and in the table of sizes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everyday => "everyday",
            Self::Smallest => "smallest",
        }
    }

    /// Where the core is put.
    fn core(self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Everyday => workspace.widget().join("core"),
            Self::Smallest => workspace.widget().join("core-smallest"),
        }
    }
}

/// Builds `dist/package/`, and lays it and the demo where the server embeds them.
pub fn build(workspace: &Workspace, variant: Variant) -> Result<(), Failure> {
    setup::compiler(workspace)?;
    setup::wasm_target(workspace)?;
    if variant == Variant::Smallest {
        setup::source(workspace)?;
    }
    setup::node(workspace)?;
    let tools = tools(workspace)?;
    core::core(workspace, variant, &tools)?;
    bake::bake(workspace, &tools)?;
    bundle::bundle(workspace, variant)?;
    embed::embed(workspace)
}
