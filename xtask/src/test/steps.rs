//! The steps of `cargo xtask test`, in the order they run in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{Variant, server, tools};
use crate::examples::{Example, OUTSIDE, outside};
use crate::failure::{Failure, file};
use crate::faults::{self, EVERY_DAY, Faults};
use crate::matrix;
use crate::process::{run, run_quietly, run_watched};
use crate::setup;
use crate::size;
use crate::stamp::files;
use crate::test::{Counts, KILLS, api, crash, crates};
use crate::trunk;
use crate::workspace::Workspace;

/// One step.
pub struct Step {
    /// Its name for `--only`.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// Too long for every day.
    pub long: bool,
    /// Fails if no test ran.
    pub counts: bool,
    /// Wants the package built, and the browser.
    pub built: bool,
    pub run: Run,
}

type Run = fn(&Workspace, &mut Counts) -> Result<(), Failure>;

impl Step {
    const fn test(name: &'static str, what: &'static str, run: Run) -> Self {
        Self {
            name,
            what,
            long: false,
            counts: true,
            built: false,
            run,
        }
    }

    const fn check(name: &'static str, what: &'static str, run: Run) -> Self {
        Self {
            counts: false,
            ..Self::test(name, what, run)
        }
    }

    const fn built(self) -> Self {
        Self {
            built: true,
            ..self
        }
    }

    const fn long(self) -> Self {
        Self { long: true, ..self }
    }
}

/// Tries the Leptos examples that the environment names.
const LEPTOS: &str = "tests/examples/leptos.test.ts";

/// All steps.
pub const STEPS: &[Step] = &[
    Step::check("format", "rustfmt and biome", format),
    Step::check("types", "the TypeScript compiler", types),
    Step::check(
        "clippy",
        "clippy, with every set of features that is built",
        clippy,
    ),
    Step::check(
        "documentation",
        "the crates' documentation, without a warning",
        crates::documentation,
    ),
    Step::test("xtask", "tests of the chores themselves", |at, counts| {
        cargo_test(at, counts, &["-p", "xtask"])
    }),
    Step::test(
        "protocol",
        "wire types and feedback tokens",
        |at, counts| {
            cargo_test(
                at,
                counts,
                &[
                    "-p",
                    "workflowai-feedback-protocol",
                    "--features",
                    "mint,verify",
                ],
            )
        },
    ),
    Step::test(
        "server",
        "the receiver, through real ports and database files",
        |at, counts| {
            setup::postgres(at)?;
            setup::strace(at)?;
            setup::curl(at)?;
            cargo_test(at, counts, &["-p", "workflowai-feedback-server"])
        },
    ),
    Step::test(
        "bench",
        "the benchmarks' generator and statistics",
        |at, counts| cargo_test(at, counts, &["-p", "workflowai-feedback-bench"]),
    ),
    Step::check(
        "api",
        "requests made up from /openapi.json, 5 of each kind",
        |at, _| api::schemathesis(at, 5, Some(1)),
    ),
    Step::check(
        "api-all",
        "requests made up from /openapi.json, 200 of each kind, by a new seed",
        |at, _| api::schemathesis(at, 200, None),
    )
    .long(),
    Step::check(
        "crash-all",
        "200 kills on SQLite, 50 on PostgreSQL",
        |at, _| crash(at, KILLS.0, KILLS.1),
    )
    .long(),
    Step::test(
        "fuzz",
        "tokens, bodies, queries, cursors and addresses of any shape, 100,000 of each",
        fuzz,
    )
    .long(),
    Step::test("widget", "the view and delivery, natively", |at, counts| {
        let packages = ["-p", "workflowai-feedback", "-p", "xtask-tools"];
        cargo_test(
            at,
            counts,
            &[&packages[..], &["--features", "workflowai-feedback/ssr"]].concat(),
        )
    }),
    Step::test("wasm", "the view and delivery, in Chromium", wasm).built(),
    Step::test("element", "the element's TypeScript", |at, counts| {
        node_test(&mut typescript(at), &tests_in(at, "element")?, counts)
    }),
    Step::test(
        "clients",
        "the original service's published clients, and documented minting",
        |at, counts| {
            let packages = ["workflowai==0.6.10", "PyJWT[crypto]==2.15.1"];
            let python = setup::python(at, "python-workflowai-0.6.10-pyjwt-2.15.1", &packages)?;
            let mut node = typescript(at);
            node.env("WORKFLOWAI_FEEDBACK_SERVER", server(at)?);
            node.env("WORKFLOWAI_FEEDBACK_TEST_PYTHON", python);
            node_test(&mut node, &tests_in(at, "tests/clients")?, counts)
        },
    ),
    Step::test("browser", "the whole path, in Chromium", |at, counts| {
        node_test(
            &mut browser_script(at)?,
            &tests_in(at, "tests/browser")?,
            counts,
        )
    })
    .built(),
    Step::check(
        "faults",
        "votes through a scripted network, by 50 seeds",
        |at, _| faults::play(at, &Faults::Seeds(EVERY_DAY)),
    )
    .built(),
    Step::test(
        "leptos",
        "the Leptos example in Chromium, and whether the one with a server compiles",
        |at, counts| {
            let mut check = at.cargo();
            check.args([
                "check",
                "-p",
                "example-leptos-axum",
                "--features",
                "hydrate",
            ]);
            check.args(["--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
            run("checking the browser's half of leptos-axum", &mut check)?;
            let mut node = browser_script(at)?;
            node.env("LEPTOS_CSR", Example::Csr.site(at)?);
            node_test(&mut node, &[LEPTOS.into()], counts)
        },
    )
    .built(),
    Step::test(
        "leptos-axum",
        "the Leptos example with server rendering and the receiver inside, in Chromium",
        |at, counts| {
            cargo_test(
                at,
                counts,
                &["-p", "example-leptos-axum", "--features", "ssr"],
            )?;
            let mut node = browser_script(at)?;
            node.env("LEPTOS_AXUM", Example::Axum.site(at)?);
            node.env("LEPTOS_AXUM_SERVER", Example::program(at)?);
            node_test(&mut node, &[LEPTOS.into()], counts)
        },
    )
    .built()
    .long(),
    Step::test(
        "yew",
        "the element in the Yew example, in Chromium",
        |at, counts| custom_element(at, "YEW", Example::Yew, counts),
    )
    .built()
    .long(),
    Step::test(
        "dioxus",
        "the element in the Dioxus example, in Chromium",
        |at, counts| custom_element(at, "DIOXUS", Example::Dioxus, counts),
    )
    .built()
    .long(),
    Step::test(
        "actix-web",
        "the documented minting in actix-web",
        |at, counts| {
            let mut cargo = outside(at, "examples/actix-web");
            cargo.args(["test", "--locked"]);
            run_watched(&mut cargo, |line| counts.read(line))
        },
    )
    .long(),
    Step::test(
        "matrix",
        "the packed package in the bundlers that differ most, and the examples",
        |at, counts| {
            let mut node = browser_script(at)?;
            node.env("MATRIX", "everyday").arg("--test-concurrency=1");
            node_test(&mut node, &matrix::tests(), counts)
        },
    )
    .built(),
    Step::test(
        "matrix-all",
        "the packed package in every bundler and framework, against the table, and every example",
        |at, counts| {
            let mut node = browser_script(at)?;
            // They install into the same folders.
            node.env("MATRIX_TABLE", matrix::TABLE)
                .arg("--test-concurrency=1");
            node_test(&mut node, &matrix::tests(), counts)
        },
    )
    .built()
    .long(),
    Step::test("firefox", "the journeys, in Firefox ESR", firefox).built(),
    Step::test("webkit", "the journeys, in WebKitGTK", webkit).built(),
    Step::check("size", "the package's size against the table", |at, _| {
        size::size(at, Variant::Everyday, false)
    }),
    Step::check(
        "features",
        "every combination of the crates' features",
        crates::features,
    )
    .long(),
    Step::test(
        "otel",
        "the receiver that sends traces, with a collector on a port",
        |at, counts| {
            let traces = ["-p", "workflowai-feedback-server", "--features", "otel"];
            let mut clippy = at.cargo();
            clippy.args(["clippy", "--all-targets"]).args(traces);
            clippy.args(["--", "-D", "warnings"]);
            run("clippy: server that sends traces", &mut clippy)?;
            cargo_test(at, counts, &[&traces[..], &["otel::"]].concat())
        },
    )
    .long(),
    Step::check(
        "packages",
        "the packed crates, each built from its package",
        crates::packages,
    )
    .long(),
    Step::check(
        "dependencies",
        "licences, sources and compilers of what is depended on",
        crates::dependencies,
    )
    .long(),
    Step::check(
        "smallest",
        "the published size against table and budgets",
        |at, _| size::size(at, Variant::Smallest, false),
    )
    .long(),
    Step::check("trunk", "the demo built by Trunk, in Chromium", |at, _| {
        trunk::trunk(at)
    })
    .long(),
];

fn format(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let rust = run_quietly(
        "checking the format of the Rust code",
        at.cargo().args(["fmt", "--all", "--check"]),
    )
    .map_err(|failure| failure.by_hand("cargo fmt --all"));
    let examples = OUTSIDE.iter().try_for_each(|folder| {
        run_quietly(
            &format!("checking the format of {folder}"),
            outside(at, folder).args(["fmt", "--check"]),
        )
        .map_err(|failure| failure.by_hand(format!("cd {folder} && cargo fmt")))
    });
    let others = run_quietly(
        "checking format and lint of the TypeScript",
        at.npx("biome").args(["check", "--error-on-warnings"]),
    )
    .map_err(|failure| failure.by_hand("npx biome check --write"));
    rust.and(examples).and(others)
}

fn types(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    run_quietly(
        "checking the types of element and tests",
        &mut at.npx("tsc"),
    )?;
    run_quietly(
        "checking the types of the demo",
        at.npx("tsc").args(["--project", "demo"]),
    )
}

fn clippy(at: &Workspace, _: &mut Counts) -> Result<(), Failure> {
    let wasm = ["--target", "wasm32-unknown-unknown", "--profile", "wasm"];
    let sets: [(&str, &[&str]); 7] = [
        ("xtask", &["-p", "xtask"]),
        (
            "protocol",
            &[
                "-p",
                "workflowai-feedback-protocol",
                "--features",
                "mint,verify",
            ],
        ),
        ("server", &["-p", "workflowai-feedback-server"]),
        ("benchmarks", &["-p", "workflowai-feedback-bench"]),
        (
            "widget and tools, native",
            &[
                "-p",
                "workflowai-feedback",
                "-p",
                "xtask-tools",
                "--features",
                "workflowai-feedback/ssr",
            ],
        ),
        (
            "core",
            &["-p", "workflowai-feedback", "--features", "element"],
        ),
        (
            "widget in a Rust app",
            &["-p", "workflowai-feedback", "--features", "csr,serde"],
        ),
    ];
    for (what, arguments) in sets {
        let mut cargo = at.cargo();
        cargo.args(["clippy", "--all-targets"]).args(arguments);
        if arguments
            .iter()
            .any(|each| ["element", "csr,serde"].contains(each))
        {
            cargo.args(wasm);
        }
        cargo.args(["--", "-D", "warnings"]);
        run(&format!("clippy: {what}"), &mut cargo)?;
    }
    Ok(())
}

fn wasm(at: &Workspace, counts: &mut Counts) -> Result<(), Failure> {
    let browser = setup::browser(at)?;
    let capabilities = at.widget().join("webdriver.json");
    let settings = serde_json::json!({
        "goog:chromeOptions": { "binary": browser.chromium, "args": ["--no-sandbox"] }
    });
    fs::write(&capabilities, settings.to_string()).map_err(file(&capabilities))?;
    // As an array, so that a folder with a space in its name stays one word.
    let runner = serde_json::json!([tools(at)?, "wasm-bindgen-test-runner"]);
    let mut cargo = at.cargo();
    // As a Rust app has it: the core keeps its votes through the shell, which is not here.
    cargo.args([
        "test",
        "-p",
        "workflowai-feedback",
        "--test",
        "wasm",
        "--features",
        "csr,serde",
    ]);
    cargo.args(["--profile", "wasm", "--target", "wasm32-unknown-unknown"]);
    cargo.args([
        "--config",
        &format!("target.wasm32-unknown-unknown.runner={runner}"),
    ]);
    cargo.env("CHROMEDRIVER", &browser.driver);
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities);
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    run_watched(&mut cargo, |line| counts.read(line))
}

/// Tries an example that uses the custom element; the test finds it by a variable.
fn custom_element(
    at: &Workspace,
    variable: &str,
    example: Example,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let mut node = browser_script(at)?;
    node.env(variable, example.site(at)?);
    let test = "tests/examples/custom-element.test.ts";
    node_test(&mut node, &[test.into()], counts)
}

fn firefox(at: &Workspace, counts: &mut Counts) -> Result<(), Failure> {
    let browser = setup::firefox(at)?;
    let driver = setup::GECKODRIVER.installed(at)?;
    let mut node = package_script(at)?;
    node.env("FIREFOX", browser).env("GECKODRIVER", driver);
    node_test(&mut node, &["tests/engines/firefox.test.ts".into()], counts)
}

fn webkit(at: &Workspace, counts: &mut Counts) -> Result<(), Failure> {
    let programs = setup::webkit(at)?;
    let mut node = package_script(at)?;
    node.env("WEBKIT_DRIVER", programs.driver);
    node.env("MINIBROWSER", programs.browser);
    node.env("XVFB", programs.screen);
    node_test(&mut node, &["tests/engines/webkit.test.ts".into()], counts)
}

fn cargo_test(at: &Workspace, counts: &mut Counts, arguments: &[&str]) -> Result<(), Failure> {
    let mut cargo = at.cargo();
    cargo.args(["test", "--no-fail-fast"]).args(arguments);
    run_watched(&mut cargo, |line| counts.read(line))
}

fn fuzz(at: &Workspace, counts: &mut Counts) -> Result<(), Failure> {
    let sets: [&[&str]; 2] = [
        &["workflowai-feedback-server", "--lib", "fuzz"],
        &[
            "workflowai-feedback-protocol",
            "--features",
            "mint,verify",
            "--test",
            "fuzz",
        ],
    ];
    for arguments in sets {
        let mut cargo = at.cargo();
        cargo.args(["test", "-p"]).args(arguments);
        cargo.env("PROPTEST_CASES", "100000");
        run_watched(&mut cargo, |line| counts.read(line))?;
    }
    Ok(())
}

fn node_test(node: &mut Command, tests: &[PathBuf], counts: &mut Counts) -> Result<(), Failure> {
    node.args(["--test", "--test-reporter", "spec"]).args(tests);
    run_watched(node, |line| counts.read(line))
}

/// The test files of a folder. Node takes no patterns before version 21.
fn tests_in(at: &Workspace, folder: &str) -> Result<Vec<PathBuf>, Failure> {
    let tests: Vec<PathBuf> = files(&at.root.join(folder))
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.ts"))
        .map(|path| {
            path.strip_prefix(&at.root)
                .map(Path::to_owned)
                .unwrap_or(path)
        })
        .collect();
    if tests.is_empty() {
        return Err(Failure::new(format!("{folder} has no *.test.ts")));
    }
    Ok(tests)
}

/// Node, for TypeScript.
fn typescript(at: &Workspace) -> Command {
    let mut node = at.command("node");
    node.args(["--import", "tsx"]);
    node
}

/// Node, for TypeScript that drives the browser against the server. Where things lie is in the
/// environment: `CHROMIUM`, `WORKFLOWAI_FEEDBACK_SERVER` (its program) and
/// `WORKFLOWAI_FEEDBACK_PACKAGE` (the npm package's folder).
pub fn browser_script(at: &Workspace) -> Result<Command, Failure> {
    let browser = setup::browser(at)?;
    let mut node = package_script(at)?;
    node.env("CHROMIUM", browser.chromium);
    Ok(node)
}

/// Node, for TypeScript that tries package and server in a browser the caller names.
fn package_script(at: &Workspace) -> Result<Command, Failure> {
    let mut node = typescript(at);
    node.env("WORKFLOWAI_FEEDBACK_SERVER", server(at)?);
    node.env("WORKFLOWAI_FEEDBACK_PACKAGE", at.package());
    Ok(node)
}
