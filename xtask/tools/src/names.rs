//! Short names, and putting them into the glue.

use anyhow::{Result, ensure};

/// Counts through `a`, `b`, … `z`, `aa`, `ab`, …
#[derive(Default)]
pub struct Names {
    given: usize,
}

impl Names {
    /// A name not given before.
    pub fn next(&mut self) -> String {
        let mut rest = self.given;
        self.given += 1;
        let mut name = Vec::new();
        loop {
            name.insert(0, b"abcdefghijklmnopqrstuvwxyz"[rest % 26]);
            if rest < 26 {
                return String::from_utf8_lossy(&name).into_owned();
            }
            rest = rest / 26 - 1;
        }
    }

    /// Renames a key of the object of imports: `LONG: function(…`.
    pub fn replace_key(glue: &str, long: &str, short: &str) -> Result<String> {
        let renamed = replace_word(glue, long, short, |before, after| {
            before.ends_with(char::is_whitespace) && after.starts_with(':')
        });
        ensure!(renamed != glue, "the glue has no import called {long}");
        Ok(renamed)
    }

    /// Renames a member of the instance's exports: `wasm.LONG`.
    pub fn replace_member(glue: &str, long: &str, short: &str) -> String {
        replace_word(glue, long, short, |before, _| before.ends_with("wasm."))
    }
}

/// Replaces a whole word where what stands around it fits.
fn replace_word(text: &str, long: &str, short: &str, fits: impl Fn(&str, &str) -> bool) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(long) {
        let (before, found) = rest.split_at(at);
        let after = &found[long.len()..];
        let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let whole = !before.ends_with(part_of_word) && !after.starts_with(part_of_word);
        result.push_str(before);
        result.push_str(if whole && fits(before, after) {
            short
        } else {
            long
        });
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_short_and_never_the_same() {
        let mut names = Names::default();
        let given: Vec<_> = (0..1_000).map(|_| names.next()).collect();
        assert_eq!(given[..2], ["a", "b"]);
        assert_eq!(given[25..28], ["z", "aa", "ab"]);
        let mut distinct = given.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), given.len());
    }

    #[test]
    fn only_the_border_is_renamed() {
        let glue = "{ set_1: function(a) { set_1x(wasm.set_1); } }";
        assert_eq!(
            Names::replace_key(glue, "set_1", "k").unwrap(),
            "{ k: function(a) { set_1x(wasm.set_1); } }"
        );
        assert_eq!(
            Names::replace_member("wasm.vote(vote)", "vote", "v"),
            "wasm.v(vote)"
        );
        assert!(Names::replace_key(glue, "gone", "g").is_err());
    }
}
