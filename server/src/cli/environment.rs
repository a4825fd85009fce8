//! A misspelt variable would silently leave its default.

use clap::Command;

use super::Failure;

const PREFIX: &str = "WORKFLOWAI_FEEDBACK_";
/// Of the repository's own tests and chores.
const OURS: [&str; 4] = ["TEST_POSTGRES", "TEST_PYTHON", "SERVER", "PACKAGE"];

/// Refuses variables that look like settings and are none.
pub fn check(command: &Command) -> Result<(), Failure> {
    let mut known = Vec::new();
    collect(command, &mut known);
    known.sort_unstable();
    known.dedup();
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if !known.contains(&name) && !OURS.contains(&rest) {
            let known = known.join(", ");
            return Err(Failure(format!("{name} is no setting; there are: {known}")));
        }
    }
    Ok(())
}

fn collect(command: &Command, known: &mut Vec<String>) {
    let variables = command.get_arguments().filter_map(clap::Arg::get_env);
    known.extend(variables.map(|name| name.to_string_lossy().into_owned()));
    for command in command.get_subcommands() {
        collect(command, known);
    }
}
