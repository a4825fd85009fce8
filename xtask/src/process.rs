//! Runs other programs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::console::{Progress, say};
use crate::failure::Failure;

/// Runs a program that shows its own progress, as cargo does.
pub fn run(what: &str, command: &mut Command) -> Result<(), Failure> {
    say(what);
    let status = command.status().map_err(|error| missing(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("{what} failed ({status})")).by_hand(line(command)))
}

/// Runs a program behind a spinner; its output is shown only if it fails.
pub fn run_quietly(what: &str, command: &mut Command) -> Result<(), Failure> {
    let progress = Progress::new(what);
    let output = output(command)?;
    if output.status.success() {
        progress.done();
        return Ok(());
    }
    drop(progress);
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Failure::new(format!("{what} failed ({})", output.status)).by_hand(line(command)))
}

/// What a program prints; a failure if it fails.
pub fn printed(command: &mut Command) -> Result<String, Failure> {
    let output = output(command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Failure::new(format!("a program failed ({})", output.status)).by_hand(line(command)))
}

/// Runs a program, passes its output on line by line, and shows each line to `see`.
pub fn run_watched(command: &mut Command, mut see: impl FnMut(&str)) -> Result<(), Failure> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| missing(command, &error))?;
    let output = child.stdout.take().expect("it was piped");
    for each in BufReader::new(output).split(b'\n') {
        let each = each.map_err(|error| Failure::new(format!("lost its output: {error}")))?;
        let text = String::from_utf8_lossy(&each);
        println!("{text}");
        see(&text);
    }
    let status = child
        .wait()
        .map_err(|error| Failure::new(format!("lost it: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("it failed ({status})")).by_hand(line(command)))
}

/// Runs a program to its end and keeps what it says.
pub fn output(command: &mut Command) -> Result<Output, Failure> {
    command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(command, &error))
}

fn missing(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot run {}: {error}", name(command)))
}

fn name(command: &Command) -> String {
    Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The command as a person would type it in the checkout.
fn line(command: &Command) -> String {
    let variables = command.get_envs().filter_map(|(name, value)| {
        Some(format!(
            "{}={}",
            name.to_string_lossy(),
            quoted(&value?.to_string_lossy())
        ))
    });
    let program = command.get_program().to_string_lossy();
    let program = if program.ends_with("/cargo") {
        "cargo"
    } else {
        &*program
    };
    let arguments = command
        .get_args()
        .map(|each| quoted(&each.to_string_lossy()));
    variables
        .chain([quoted(program)])
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=,:@+".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_as_it_can_be_typed() {
        let mut command = Command::new("false");
        command.env("A", "b c").args(["--x", "it's"]);
        let failure = run_quietly("trying", &mut command).unwrap_err();
        assert!(
            failure
                .to_string()
                .ends_with(r"A='b c' false --x 'it'\''s'"),
            "{failure}"
        );
    }

    #[test]
    fn a_watched_program_shows_every_line() {
        let mut lines = Vec::new();
        let mut command = Command::new("printf");
        command.arg("one\ntwo\n");
        run_watched(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
    }
}
