//! What has to be there before a chore can begin. Each step looks first, and costs next to
//! nothing when there is nothing to do.

mod crates;
mod debian;
mod node;
mod python;
mod rust;

pub use crates::{CARGO_DENY, CARGO_HACK, GECKODRIVER, Program, TRUNK};
pub use debian::{browser, curl, firefox, postgres, strace, webkit};
pub use node::node;
pub use python::python;
pub use rust::{compiler, newer, source, wasm_target};

use std::env;
use std::path::PathBuf;

/// Where a program lies on `PATH`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
