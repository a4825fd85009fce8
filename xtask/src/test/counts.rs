//! How many tests ran, from what the runners print themselves.

/// Tests that passed and tests that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Counts {
    /// Adds what a line of output says, if it is a runner's closing line: cargo's and
    /// wasm-bindgen's `test result: ok. 2 passed; 0 failed; …`, Node's `ℹ pass 2` and `ℹ fail 0`.
    pub fn read(&mut self, line: &str) {
        if let Some(rest) = line.trim_start().strip_prefix("test result: ") {
            for part in rest.split([';', '.']) {
                self.add(
                    part.trim()
                        .rsplit_once(' ')
                        .map(|(number, word)| (word, number)),
                );
            }
        } else if let Some(rest) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            self.add(rest.trim_end().split_once(' '));
        }
    }

    fn add(&mut self, found: Option<(&str, &str)>) {
        let Some((word, number)) = found else { return };
        let Ok(number) = number.parse::<u64>() else {
            return;
        };
        match word {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(lines: &str) -> Counts {
        let mut counts = Counts::default();
        lines.lines().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn cargo_s_closing_lines_are_summed() {
        let lines = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(
            counts(lines),
            Counts {
                passed: 5,
                failed: 4
            }
        );
    }

    #[test]
    fn node_s_closing_lines_are_read() {
        let lines = "✔ passes 7 times (1.2ms)\nℹ tests 9\nℹ suites 0\nℹ pass 6\nℹ fail 2\nℹ cancelled 1\nℹ skipped 0";
        assert_eq!(
            counts(lines),
            Counts {
                passed: 6,
                failed: 3
            }
        );
    }
}
