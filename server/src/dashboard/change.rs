//! Figures against those of the range before, in words that claim no more than is known.

use super::number;
use crate::statistics::Share;

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
