//! The share of thumbs up and the votes, day by day, as SVGs that need no script.

use std::fmt::Write;

use jiff::civil::Date;

use super::number;
use crate::locale;
use crate::statistics::Share;
use crate::storage::Totals;

/// The drawings' own units; they are stretched to the page.
const WIDTH: f64 = 1_000.0;
const HEIGHT: f64 = 100.0;

/// A day of the chart.
pub struct Day {
    pub date: Date,
    pub totals: Totals,
    pub share: Option<Share>,
}

impl Day {
    pub fn new(date: Date, totals: Totals) -> Self {
        Self {
            date,
            share: Share::of(totals.positive, totals.votes()),
            totals,
        }
    }

    /// As 24 Nov.
    pub fn label(&self) -> String {
        locale::day(self.date)
    }

    /// What there is to know of it, in one line.
    fn words(&self) -> String {
        let date = locale::whole_day(self.date);
        match &self.share {
            Some(share) => format!(
                "{date}: {} of {} positive, {} % (95 %: {} to {} %)",
                number(self.totals.positive),
                number(self.totals.votes()),
                share.percent(),
                share.low_percent(),
                share.high_percent(),
            ),
            None => format!("{date}: no votes"),
        }
    }
}

/// Where a day may be pointed at, and what is said then.
pub struct Spot {
    pub x: String,
    pub width: String,
    pub words: String,
}

/// A bar of one day's votes, from the bottom up: negative ones, then positive ones.
pub struct Bar {
    pub x: String,
    pub width: String,
    pub negative: String,
    pub top: String,
    pub positive: String,
    pub middle: String,
}

/// The days, and how they are drawn.
pub struct Chart {
    pub days: Vec<Day>,
    /// The shares at bottom and top: whole tens of percent around everything that is drawn.
    bottom: f64,
    top: f64,
}

impl Chart {
    pub fn new(days: Vec<Day>) -> Self {
        let shares = || days.iter().filter_map(|day| day.share.as_ref());
        let low = shares().map(|share| share.low).fold(1.0, f64::min);
        let high = shares().map(|share| share.high).fold(0.0, f64::max);
        Self {
            bottom: (low * 10.0).floor() / 10.0,
            top: (high * 10.0).ceil() / 10.0,
            days,
        }
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(|day| day.share.is_none())
    }

    /// The shares written beside the chart, top to bottom.
    pub fn scale(&self) -> [String; 3] {
        let percent = |share: f64| format!("{} %", locale::tenths((share * 100.0).round()));
        [
            percent(self.top),
            percent(f64::midpoint(self.bottom, self.top)),
            percent(self.bottom),
        ]
    }

    /// The votes written beside the bars, top to bottom.
    pub fn count_scale(&self) -> [String; 2] {
        [number(self.most()), number(0)]
    }

    /// Days written below, few enough to fit a phone: the first, the middle one, the last.
    pub fn ends(&self) -> Vec<String> {
        let last = self.days.len().saturating_sub(1);
        [0, last / 2, last]
            .into_iter()
            .filter_map(|index| Some(self.days.get(index)?.label()))
            .collect()
    }

    /// The band in which the shares lie with 95 % confidence: one outline for each stretch of days
    /// with votes.
    pub fn band(&self) -> String {
        let mut path = String::new();
        for stretch in self.stretches() {
            let around = stretch
                .iter()
                .map(|(x, share)| (*x, share.high))
                .chain(stretch.iter().rev().map(|(x, share)| (*x, share.low)));
            for (index, (x, share)) in around.enumerate() {
                let step = if index == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{step}{x:.1} {:.1}", self.y(share));
            }
            path.push('Z');
        }
        path
    }

    /// The intervals of days that stand alone, which have no band.
    pub fn lone(&self) -> String {
        let mut path = String::new();
        for stretch in self.stretches() {
            if let [(x, share)] = stretch.as_slice() {
                let (high, low) = (self.y(share.high), self.y(share.low));
                let _ = write!(path, "M{x:.1} {high:.1}V{low:.1}");
            }
        }
        path
    }

    /// A line through the shares. It breaks where a day has no votes.
    pub fn line(&self) -> String {
        let mut path = String::new();
        for stretch in self.stretches() {
            for (index, (x, share)) in stretch.iter().enumerate() {
                let step = if index == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{step}{x:.1} {:.1}", self.y(share.middle));
            }
        }
        path
    }

    /// A dot a day: lines without length, whose round ends are not stretched.
    pub fn dots(&self) -> String {
        let mut path = String::new();
        for (x, share) in self.stretches().into_iter().flatten() {
            let _ = write!(path, "M{x:.1} {:.1}h0", self.y(share.middle));
        }
        path
    }

    /// One for each day.
    pub fn spots(&self) -> Vec<Spot> {
        let step = self.step();
        let left = |index: u32| f64::from(index) * step;
        (0..)
            .zip(&self.days)
            .map(|(index, day)| Spot {
                x: format!("{:.1}", left(index)),
                width: format!("{step:.1}"),
                words: day.words(),
            })
            .collect()
    }

    /// One for each day.
    #[expect(clippy::cast_precision_loss, reason = "votes stay far below 2^52")]
    pub fn bars(&self) -> Vec<Bar> {
        let step = self.step();
        let most = self.most().max(1) as f64;
        let height = |votes: i64| votes as f64 / most * HEIGHT;
        (0..)
            .zip(&self.days)
            .map(|(index, day): (u32, _)| {
                let (negative, positive) =
                    (height(day.totals.negative), height(day.totals.positive));
                Bar {
                    x: format!("{:.1}", (f64::from(index) + 0.15) * step),
                    width: format!("{:.1}", step * 0.7),
                    negative: format!("{negative:.1}"),
                    middle: format!("{:.1}", HEIGHT - negative),
                    positive: format!("{positive:.1}"),
                    top: format!("{:.1}", HEIGHT - negative - positive),
                }
            })
            .collect()
    }

    fn most(&self) -> i64 {
        self.days
            .iter()
            .map(|day| day.totals.votes())
            .max()
            .unwrap_or(0)
    }

    fn step(&self) -> f64 {
        WIDTH / f64::from(u32::try_from(self.days.len().max(1)).unwrap_or(u32::MAX))
    }

    fn y(&self, share: f64) -> f64 {
        HEIGHT * (self.top - share) / (self.top - self.bottom).max(0.1)
    }

    /// Days with votes that follow each other: where each is drawn, and its share.
    fn stretches(&self) -> Vec<Vec<(f64, Share)>> {
        let step = self.step();
        let mut stretches = vec![Vec::new()];
        for (index, day) in (0_u32..).zip(&self.days) {
            match (&day.share, stretches.last_mut()) {
                (Some(share), Some(last)) => last.push(((f64::from(index) + 0.5) * step, *share)),
                _ => stretches.push(Vec::new()),
            }
        }
        stretches.retain(|stretch| !stretch.is_empty());
        stretches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(votes: &[(i64, i64)]) -> Chart {
        let date = Date::constant(2026, 11, 24);
        let day = |(positive, negative): &(i64, i64)| {
            let totals = Totals {
                positive: *positive,
                negative: *negative,
                ..Totals::default()
            };
            Day::new(date, totals)
        };
        Chart::new(votes.iter().map(day).collect())
    }

    #[test]
    fn days_without_votes_break_line_and_band() {
        let chart = chart(&[(1, 1), (1, 0), (0, 0), (0, 1)]);
        assert_eq!(chart.scale(), ["100 %", "50 %", "0 %"]);
        assert_eq!(chart.line(), "M125.0 50.0L375.0 0.0M875.0 100.0");
        assert_eq!(chart.dots(), "M125.0 50.0h0M375.0 0.0h0M875.0 100.0h0");
        assert_eq!(chart.band().matches('Z').count(), 2);
        assert_eq!(chart.lone().matches('V').count(), 1);
        assert!(chart.spots()[2].words.ends_with("no votes"));
    }

    #[test]
    fn the_scale_fits_what_is_drawn() {
        // Of SciPy: 950 of 1,000 lies between 93.5 and 96.2 %.
        let narrow = chart(&[(950, 50)]);
        assert_eq!(narrow.scale(), ["100 %", "95 %", "90 %"]);
        let none = chart(&[(0, 0)]);
        assert!(none.is_empty() && none.line().is_empty() && none.band().is_empty());
    }

    #[test]
    fn bars_stand_on_each_other() {
        let chart = chart(&[(3, 1), (1, 1)]);
        let bars = chart.bars();
        assert_eq!(
            (bars[0].top.as_str(), bars[0].middle.as_str()),
            ("0.0", "75.0")
        );
        assert_eq!(
            (bars[1].top.as_str(), bars[1].middle.as_str()),
            ("50.0", "75.0")
        );
        assert_eq!(chart.count_scale(), ["4", "0"]);
    }
}
