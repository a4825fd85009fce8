//! The repository's chores, as `cargo xtask NAME`.
//!
//! Few dependencies, so that it is up in seconds; what takes minutes to build is in
//! `xtask/tools`, and is built when a chore first needs it.

mod arguments;
mod bench;
mod build;
mod console;
mod examples;
mod failure;
mod faults;
mod matrix;
mod process;
mod screenshots;
mod setup;
mod size;
mod stamp;
mod start;
mod test;
mod trunk;
mod workspace;

use std::process::ExitCode;

use arguments::Chore;
use failure::Failure;
use workspace::Workspace;

fn main() -> ExitCode {
    match run(&arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: &Chore) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    match chore {
        Chore::Start { port } => start::start(&workspace, *port),
        Chore::Test { long, only } => test::test(&workspace, *long, only),
        Chore::Build { variant } => build::build(&workspace, *variant),
        Chore::Size { variant, write } => size::size(&workspace, *variant, *write),
        Chore::Bench(what) => bench::bench(&workspace, what),
        Chore::Crash { sqlite, postgres } => test::crash(&workspace, *sqlite, *postgres),
        Chore::Faults(what) => faults::faults(&workspace, what),
        Chore::Matrix => matrix::matrix(&workspace),
        Chore::Example(which) => examples::example(&workspace, *which),
        Chore::Trunk => trunk::trunk(&workspace),
        Chore::Screenshots => screenshots::screenshots(&workspace),
    }
}
