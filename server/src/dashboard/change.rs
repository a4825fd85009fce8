//! Figures against those of the range before, in words that claim no more than is known.

use super::number;
use crate::sketch::Sketch;
use crate::statistics::Share;

/// Standard errors of a 95 % interval.
const Z: f64 = 1.96;

/// How a figure moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
    /// Not clearly either way.
    Level,
    /// There is nothing to compare with.
    Unknown,
}

/// A comparison in words.
pub struct Change {
    pub way: Way,
    pub words: String,
}

impl Change {
    /// Of a share: a change only where the intervals do not meet.
    pub fn of_share(now: Option<&Share>, before: Option<&Share>) -> Self {
        let (Some(now), Some(before)) = (now, before) else {
            return Self::unknown();
        };
        let way = if !now.is_apart_from(before) {
            Way::Level
        } else if now.middle > before.middle {
            Way::Up
        } else {
            Way::Down
        };
        Self::new(way, &format!("{} %", before.percent()))
    }

    /// Of a number of votes in equal times. If nothing changed, either time is as likely for each
    /// vote: a change only where half is outside the interval of the newer time's part.
    pub fn of_count(now: i64, before: i64) -> Self {
        let Some(part) = Share::of(now, now + before).filter(|_| before > 0) else {
            return Self::unknown();
        };
        let way = if part.low > 0.5 {
            Way::Up
        } else if part.high < 0.5 {
            Way::Down
        } else {
            Way::Level
        };
        Self::new(way, &number(before))
    }

    /// Of a number of people, which is known approximately: a change only where it would be one of
    /// votes and the errors of both numbers do not explain it.
    pub fn of_people(now: i64, before: i64) -> Self {
        let change = Self::of_count(now, before);
        let (low, high) = (now.min(before), now.max(before));
        #[expect(clippy::cast_precision_loss, reason = "numbers of people")]
        let (low, high) = (low as f64, high as f64);
        let meet = low * (1.0 + Z * Sketch::ERROR) >= high * (1.0 - Z * Sketch::ERROR);
        match change.way {
            Way::Up | Way::Down if meet => {
                Self::new(Way::Level, &format!("about {}", number(before)))
            }
            Way::Unknown => change,
            way => Self::new(way, &format!("about {}", number(before))),
        }
    }

    fn unknown() -> Self {
        Self {
            way: Way::Unknown,
            words: "nothing to compare with".into(),
        }
    }

    fn new(way: Way, before: &str) -> Self {
        let words = match way {
            Way::Up => format!("up from {before}"),
            Way::Down => format!("down from {before}"),
            Way::Level | Way::Unknown => format!("no clear change from {before}"),
        };
        Self { way, words }
    }

    /// The way as the page's style reads it.
    pub const fn class(&self) -> &'static str {
        match self.way {
            Way::Up => "up",
            Way::Down => "down",
            Way::Level | Way::Unknown => "level",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_intervals_tell_apart_is_a_change() {
        // Of SciPy: binomtest(k, n).proportion_ci(0.95, "wilson") of 60 and 40 of 100 is
        // [0.5020, 0.6906], of 59 and 41 it is [0.4920, 0.6813].
        for (now, before, way) in [
            (60, 40, Way::Up),
            (59, 41, Way::Level),
            (40, 60, Way::Down),
            (1, 1, Way::Level),
            (5, 0, Way::Unknown),
            (0, 5, Way::Down),
            (0, 3, Way::Level),
        ] {
            assert_eq!(
                Change::of_count(now, before).way,
                way,
                "{now} after {before}"
            );
        }
        // 1.96 standard errors of 3.25 % are 6.4 %: from 1,000 people on these meet up to 1,136.
        for (now, before, way) in [
            (1_130, 1_000, Way::Level),
            (1_150, 1_000, Way::Up),
            (1_000, 1_150, Way::Down),
            (6, 4, Way::Level),
            (5, 0, Way::Unknown),
        ] {
            assert_eq!(
                Change::of_people(now, before).way,
                way,
                "{now} people after {before}"
            );
        }
        let share = |some, all| Share::of(some, all);
        let change = |now: Option<Share>, before: Option<Share>| {
            Change::of_share(now.as_ref(), before.as_ref())
        };
        assert_eq!(change(share(3, 3), share(950, 1_000)).way, Way::Level);
        let down = change(share(800, 1_000), share(950, 1_000));
        assert_eq!(
            (down.way, down.words.as_str()),
            (Way::Down, "down from 95 %")
        );
        assert_eq!(change(share(1, 2), None).way, Way::Unknown);
    }
}
