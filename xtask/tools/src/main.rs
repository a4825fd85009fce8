//! The heavy tools behind `cargo xtask`, in one program: its first argument says which.
//!
//! Linked to under the name `wasm-bindgen` it is that command, because Trunk looks for one on
//! `PATH`.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().collect();
    let linked_as_tool = arguments.first().is_some_and(|path| {
        Path::new(path)
            .file_stem()
            .is_some_and(|name| name == "wasm-bindgen")
    });
    if !linked_as_tool && !arguments.is_empty() {
        arguments.remove(0);
    }
    let tool = arguments.first().cloned().unwrap_or_default();
    let tool = Path::new(&tool).file_stem().unwrap_or_default();
    let outcome = match tool.to_str() {
        Some("wasm-bindgen") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments),
        Some("wasm-bindgen-test-runner") => {
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)
        }
        Some("markup") => {
            print!("{}", workflowai_feedback::markup::element_markup());
            Ok(())
        }
        _ => {
            eprintln!(
                "usage: xtask-tools wasm-bindgen|wasm-bindgen-test-runner|markup [ARGUMENT]…"
            );
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}
