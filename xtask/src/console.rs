//! Tells the person at the terminal what is going on.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A step under way: a spinner on a terminal, a plain line elsewhere.
pub struct Progress {
    spinner: ProgressBar,
    what: String,
    begun: Instant,
}

impl Progress {
    pub fn new(what: &str) -> Self {
        // Draws on stderr, and nothing where that is no terminal.
        let spinner = ProgressBar::new_spinner();
        if spinner.is_hidden() {
            say(what);
        } else {
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .expect("a constant template");
            spinner.set_style(style);
            spinner.set_message(what.to_owned());
            spinner.enable_steady_tick(Duration::from_millis(100));
        }
        Self {
            spinner,
            what: what.to_owned(),
            begun: Instant::now(),
        }
    }

    /// The step is over: its line stays, with the time it took.
    pub fn done(self) {
        if !self.spinner.is_hidden() {
            self.spinner.finish_and_clear();
            say(&format!(
                "{} ({:.1} s)",
                self.what,
                self.begun.elapsed().as_secs_f64()
            ));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.spinner.finish_and_clear();
    }
}

/// One line about what is being done.
pub fn say(what: &str) {
    eprintln!("xtask: {what}");
}
