//! The file of `--config` gives the flags their defaults, so that flags and environment win.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Command};
use toml::{Table, Value};

use super::Failure;

/// Flags that a file cannot set.
const NOT_SETTINGS: [&str; 4] = ["allow-private-webhooks", "config", "demo", "help"];

/// Puts the values of the file named in `arguments` or the environment into the command.
pub fn apply(command: Command, arguments: &[OsString]) -> Result<Command, Failure> {
    // A first look that only wants to know the file; errors show at the second.
    let matches = command
        .clone()
        .ignore_errors(true)
        .try_get_matches_from(arguments);
    let Some(file) = matches.ok().as_ref().and_then(config) else {
        return Ok(command);
    };
    let shown = file.display();
    let text = std::fs::read_to_string(&file)
        .map_err(|error| Failure(format!("cannot read the settings in {shown}: {error}")))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        Failure(format!("{shown} is not TOML: {}", error.message()))
    })?;
    let known = settings(&command);
    if let Some(key) = table.keys().find(|key| !known.contains(key)) {
        let known = known.join(", ");
        return Err(Failure(format!(
            "{shown} has the unknown setting {key}; there are: {known}"
        )));
    }
    if let Some(key) = table
        .iter()
        .find(|(_, value)| texts(value).is_none())
        .map(|(key, _)| key)
    {
        return Err(Failure(format!(
            "{key} in {shown} must be a text, a number, or a list of them"
        )));
    }
    Ok(with_defaults(command, &table))
}

fn config(matches: &ArgMatches) -> Option<PathBuf> {
    let (_, inner) = matches.subcommand()?;
    let own = inner
        .try_get_one::<PathBuf>("config")
        .ok()
        .flatten()
        .cloned();
    own.or_else(|| config(inner))
}

/// Every setting is one of `serve`.
fn settings(command: &Command) -> Vec<String> {
    let serve = command
        .find_subcommand("serve")
        .expect("serve is a command");
    let flags = serve.get_arguments().filter_map(clap::Arg::get_long);
    flags
        .filter(|flag| !NOT_SETTINGS.contains(flag))
        .map(str::to_owned)
        .collect()
}

fn with_defaults(mut command: Command, table: &Table) -> Command {
    let arguments: Vec<(clap::Id, Vec<String>)> = command
        .get_arguments()
        .filter_map(|argument| {
            let value = table.get(argument.get_long()?)?;
            Some((argument.get_id().clone(), texts(value)?))
        })
        .collect();
    for (id, values) in arguments {
        command = command.mut_arg(id, |argument| argument.default_values(values));
    }
    command.mut_subcommands(|command| with_defaults(command, table))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(boolean) => Some(vec![boolean.to_string()]),
        Value::Array(values) => values.iter().map(|value| texts(value)?.pop()).collect(),
        _ => None,
    }
}
