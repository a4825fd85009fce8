//! The heavy tools behind `cargo xtask`, in one program: its first argument says which.
//!
//! Linked to under the name `wasm-bindgen` it is that command, because Trunk looks for one on
//! `PATH`.

mod bindgen;
mod names;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use workflowai_feedback::markup::element_markup;
use workflowai_feedback::{Text, locales};

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
        Some("bindgen") if arguments.len() == 3 => {
            bindgen::bindgen(Path::new(&arguments[1]), Path::new(&arguments[2]))
        }
        Some("bake") => {
            print!("{}", baked());
            Ok(())
        }
        _ => {
            eprintln!(
                "usage: xtask-tools bindgen INPUT.wasm FOLDER\n       \
                 xtask-tools bake\n       \
                 xtask-tools wasm-bindgen|wasm-bindgen-test-runner [ARGUMENT]…"
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

/// What the bundle takes from Rust: the element's idle markup, and every language's texts.
fn baked() -> serde_json::Value {
    let packs: serde_json::Map<_, _> = locales::ALL
        .iter()
        .map(|(tag, pack)| {
            let texts: serde_json::Map<_, _> = Text::ALL
                .iter()
                .map(|text| (text.key().to_owned(), pack.get(*text).into()))
                .collect();
            ((*tag).to_owned(), texts.into())
        })
        .collect();
    serde_json::json!({ "markup": element_markup(), "packs": packs })
}
