//! The share of thumbs up, day by day, as an SVG that needs no script.

use std::fmt::Write;

use jiff::Timestamp;

use crate::statistics::Share;
use crate::storage::Totals;

/// The drawing's own units; it is stretched to the page.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 100.0;

/// A day of the chart.
pub struct Day {
    /// As 2026-11-24.
    pub date: String,
    pub totals: Totals,
    pub share: Option<Share>,
}

impl Day {
    pub fn new(at: i64, totals: Totals) -> Self {
        let time = Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            date: time.strftime("%Y-%m-%d").to_string(),
            share: Share::of(totals.positive, totals.votes()),
            totals,
        }
    }
}

/// The days, and how they are drawn.
pub struct Chart {
    pub days: Vec<Day>,
}

impl Chart {
    pub fn new(days: impl Iterator<Item = Day>) -> Self {
        Self {
            days: days.collect(),
        }
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.share.is_none())
    }

    /// One upright line a day, as long as the share is uncertain.
    pub fn intervals(&self) -> String {
        self.path(|path, x, share, _| {
            let _ = write!(path, "M{x:.1} {:.1}V{:.1}", y(share.low), y(share.high));
        })
    }

    /// A line through the shares. It breaks where a day has no votes.
    pub fn line(&self) -> String {
        self.path(|path, x, share, follows| {
            let step = if follows { 'L' } else { 'M' };
            let _ = write!(path, "{step}{x:.1} {:.1}", y(share.middle));
        })
    }

    /// A dot a day: lines without length, whose round ends are not stretched.
    pub fn dots(&self) -> String {
        self.path(|path, x, share, _| {
            let _ = write!(path, "M{x:.1} {:.1}h0", y(share.middle));
        })
    }

    fn path(&self, draw: impl Fn(&mut String, f64, &Share, bool)) -> String {
        let mut path = String::new();
        let mut follows = false;
        let step = WIDTH / f64::from(u32::try_from(self.days.len()).unwrap_or(u32::MAX));
        let mut x = step / 2.0;
        for day in &self.days {
            if let Some(share) = &day.share {
                draw(&mut path, x, share, follows);
            }
            follows = day.share.is_some();
            x += step;
        }
        path
    }
}

fn y(share: f64) -> f64 {
    HEIGHT * (1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_votes_break_the_line() {
        let day = |positive, negative| {
            Day::new(
                0,
                Totals {
                    positive,
                    negative,
                    ..Totals::default()
                },
            )
        };
        let chart = Chart::new([day(1, 1), day(1, 0), day(0, 0), day(0, 1)].into_iter());
        assert_eq!(chart.line(), "M125.0 50.0L375.0 0.0M875.0 100.0");
        assert_eq!(chart.dots(), "M125.0 50.0h0M375.0 0.0h0M875.0 100.0h0");
        assert_eq!(chart.intervals().matches('V').count(), 3);
        assert!(Chart::new([day(0, 0)].into_iter()).is_empty());
    }
}
