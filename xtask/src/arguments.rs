//! The command line.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::bench::{self, Bench};
use crate::build::Variant;
use crate::examples::Example;
use crate::faults::{EVERY_DAY, Faults};
use crate::test;

/// What was asked for.
pub enum Chore {
    Start { port: u16 },
    Test { long: bool, only: Vec<String> },
    Build { variant: Variant },
    Size { variant: Variant, write: bool },
    Bench(Bench),
    Crash { sqlite: u32, postgres: u32 },
    Faults(Faults),
    Matrix,
    Example(Example),
    Trunk,
    Screenshots,
}

/// Reads the command line; prints help and ends the program where that was asked or is due.
pub fn parse() -> Chore {
    let matches = command().get_matches();
    match matches.subcommand() {
        Some(("start", given)) => Chore::Start {
            port: given.get_one("port").copied().unwrap_or(8080),
        },
        Some(("test", given)) => Chore::Test {
            long: given.get_flag("long"),
            only: given
                .get_many::<String>("only")
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        },
        Some(("build", given)) => Chore::Build {
            variant: variant(given),
        },
        Some(("size", given)) => Chore::Size {
            variant: variant(given),
            write: given.get_flag("write"),
        },
        Some(("bench", given)) => Chore::Bench(Bench {
            name: given.get_one("name").cloned(),
            rows: given.get_one("rows").copied(),
            database: given.get_one("database").cloned(),
            keep: given.get_flag("keep"),
            short: given.get_flag("short"),
        }),
        Some(("crash", given)) => Chore::Crash {
            sqlite: given.get_one("sqlite").copied().unwrap_or(test::KILLS.0),
            postgres: given.get_one("postgres").copied().unwrap_or(test::KILLS.1),
        },
        Some(("faults", given)) => Chore::Faults(if given.get_flag("mutants") {
            Faults::Mutants
        } else if let Some(seed) = given.get_one("seed") {
            Faults::Seed(*seed)
        } else {
            Faults::Seeds(given.get_one("seeds").copied().unwrap_or(EVERY_DAY))
        }),
        Some(("matrix", _)) => Chore::Matrix,
        Some(("example", given)) => {
            let name = given.get_one::<String>("name").expect("clap asks for it");
            let example = Example::ALL.into_iter().find(|(known, _)| known == name);
            Chore::Example(example.expect("clap takes no other").1)
        }
        Some(("trunk", _)) => Chore::Trunk,
        Some(("screenshots", _)) => Chore::Screenshots,
        _ => unreachable!("clap asks for one of the commands above"),
    }
}

fn variant(given: &ArgMatches) -> Variant {
    if given.get_flag("smallest") {
        Variant::Smallest
    } else {
        Variant::Everyday
    }
}

fn command() -> Command {
    let smallest = flag("smallest")
        .help("The published size: also builds Rust's standard library, which takes minutes more");
    Command::new("cargo xtask")
        .bin_name("cargo xtask")
        .about("The repository's chores. Each sets up what it needs and is missing, and says so.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(
            Command::new("start")
                .about("Builds everything and serves the demo, the API and the dashboard")
                .arg(
                    Arg::new("port")
                        .long("port")
                        .value_name("PORT")
                        .value_parser(value_parser!(u16).range(1..))
                        .help("The port on 127.0.0.1 to listen on [default: 8080]"),
                ),
        )
        .subcommand(
            Command::new("test")
                .about("Tests every part and ends in a table of the steps")
                .arg(flag("long").help("Adds the steps that are too long for every day"))
                .arg(
                    Arg::new("only")
                        .long("only")
                        .value_name("STEP")
                        .action(ArgAction::Append)
                        .value_parser(test::names())
                        .help("Runs this step alone; may be given more than once"),
                ),
        )
        .subcommand(
            Command::new("build")
                .about("Builds the npm package into dist/package/, ready for `npm pack`")
                .arg(smallest.clone()),
        )
        .subcommand(
            Command::new("size")
                .about("Prints what each file of the package weighs; fails when one grew")
                .arg(smallest)
                .arg(flag("write").help("Writes the sizes to the committed table, size.json")),
        )
        .subcommand(
            Command::new("faults")
                .about("Plays votes through a scripted network to the receiver, by seed")
                .arg(number("seeds", "So many seeds, from 1 [default: 50]"))
                .arg(number("seed", "One seed alone, with its schedule"))
                .arg(flag("mutants").help("Builds deliberate faults in until a seed finds each")),
        )
        .subcommand(bench_command())
        .subcommand(
            Command::new("crash")
                .about("Kills the receiver and its database under load, and looks for lost votes")
                .arg(number("sqlite", "Kills on SQLite [default: 200]"))
                .arg(number("postgres", "Kills on PostgreSQL [default: 50]")),
        )
        .subcommand(Command::new("matrix").about(
            "Tries the packed package in every bundler and framework and writes \
                 docs/compatibility.md; the first time it installs them, which takes minutes",
        ))
        .subcommand(
            Command::new("example")
                .about("Builds one of the examples in Rust and serves it")
                .arg(
                    Arg::new("name")
                        .value_name("NAME")
                        .required(true)
                        .value_parser(Example::ALL.map(|(name, _)| name)),
                ),
        )
        .subcommand(Command::new("trunk").about(
            "Builds the demo of the Leptos component with Trunk and tries it in a browser; \
                 the first time it installs Trunk, which takes minutes",
        ))
        .subcommand(Command::new("screenshots").about("Takes the pictures that the README shows"))
}

fn bench_command() -> Command {
    Command::new("bench")
        .about("Measures, as ratios to limits measured in the same run; writes bench/results/")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .value_parser(bench::names())
                .help("What to measure [default: all]"),
        )
        .arg(number(
            "rows",
            "Votes that lists are measured on [default: 10000000]",
        ))
        .arg(
            Arg::new("database")
                .long("database")
                .value_name("DATABASE")
                .value_parser(["sqlite", "postgres"])
                .help("One database alone"),
        )
        .arg(flag("keep").help("Keeps the SQLite file of the lists, for the next run"))
        .arg(flag("short").help("A hundredth of the votes, and no results: whether it runs"))
}

fn number(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("N")
        .value_parser(value_parser!(u32).range(1..))
        .help(help)
}

fn flag(name: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_sound() {
        super::command().debug_assert();
    }
}
