//! The binary: see `workflowai-feedback-server --help`.

mod cli;

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Votes and their rows are many small texts that one thread makes and another drops.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::run(std::env::args_os().collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
