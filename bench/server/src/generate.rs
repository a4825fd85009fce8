//! Millions of votes in the tables that the receiver fills, by shorter ways than its own: four months
//! of them, more by day than by night.

pub mod postgres;
pub mod sqlite;

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use workflowai_feedback_protocol::Outcome;

use crate::votes::{Vote, Votes};

const MICROS: i64 = 1_000_000;
const QUARTER: i64 = 15 * 60 * MICROS;
const DAY: i64 = 96 * QUARTER;
const DAYS: i64 = 120;
/// Tables whose indexes are made when they are full. Their keys stay.
const FILLED: [&str; 4] = ["feedback", "reasons", "history", "aggregates"];
/// What the team makes of complaints.
const MARKS: [&str; 3] = ["resolved", "incorrect", "correct"];

/// A vote with its past.
pub struct Entry {
    pub id: String,
    pub vote: Vote,
    /// Microseconds.
    pub at: i64,
    pub folded: Option<String>,
    /// What the team made of it, and the history's id of that.
    pub mark: Option<(&'static str, String)>,
    /// The history's id of the vote.
    pub step: String,
}

impl Entry {
    pub fn reasons(&self) -> String {
        serde_json::json!(self.vote.reasons).to_string()
    }

    /// Of the comment, in characters.
    pub fn length(&self) -> Option<i64> {
        let comment = self.vote.comment.as_ref()?;
        i64::try_from(comment.chars().count()).ok()
    }
}

/// So many votes, the oldest first, the last at `end` (microseconds since 1970).
pub fn entries(count: u32, end: i64) -> impl Iterator<Item = Entry> {
    let mut votes = Votes::new(1, (count / 10).max(10));
    (1..=count).map(move |number| {
        let at = end - DAYS * DAY + time(f64::from(number) / f64::from(count));
        let millis = u64::try_from(at / 1_000).unwrap_or_default();
        let vote = votes.next(millis);
        let complaint = vote.outcome == Outcome::Negative && vote.comment.is_some();
        let mark = (complaint && votes.below(3) == 0).then(|| {
            let mark = MARKS[usize::try_from(votes.below(3)).unwrap_or_default()];
            (mark, votes.id(millis))
        });
        Entry {
            id: votes.id(millis),
            step: votes.id(millis),
            folded: vote.comment.as_ref().map(|text| text.to_lowercase()),
            vote,
            at,
            mark,
        }
    })
}

/// When a share of all votes has come: slower by night.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "microseconds of four months"
)]
fn time(share: f64) -> i64 {
    let days = share * DAYS as f64;
    let wave = (days * TAU).sin() * 0.8 / TAU;
    ((days + wave) * DAY as f64) as i64
}

/// Positive, negative, and those of them with a comment.
type Sums = [i64; 4];

/// The totals that are kept, by the key of their rows.
#[derive(Default)]
pub struct Totals {
    pub agents: BTreeMap<(String, i64), Sums>,
    pub all: BTreeMap<i64, Sums>,
    pub days: BTreeMap<(i64, String), Sums>,
}

impl Totals {
    pub fn add(&mut self, entry: &Entry) {
        let agent = &entry.vote.agent;
        let (bucket, day) = (entry.at - entry.at % QUARTER, entry.at - entry.at % DAY);
        let negative = usize::from(entry.vote.outcome == Outcome::Negative);
        let comment = i64::from(entry.vote.comment.is_some());
        for sums in [
            self.agents.entry((agent.clone(), bucket)).or_default(),
            self.all.entry(bucket).or_default(),
            self.days.entry((day, agent.clone())).or_default(),
        ] {
            sums[negative] += 1;
            sums[negative + 2] += comment;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_in_the_order_of_time_and_end_when_told() {
        let end = 20_000 * DAY;
        let made: Vec<Entry> = entries(5_000, end).collect();
        assert_eq!(made.len(), 5_000);
        assert!(made.is_sorted_by_key(|entry| entry.at));
        assert!(made.last().is_some_and(|last| (end - last.at) < MICROS));
        assert!(made[0].at >= end - DAYS * DAY);
        let marked = made.iter().filter(|entry| entry.mark.is_some()).count();
        assert!((50..=120).contains(&marked), "{marked}");
    }

    #[test]
    fn every_vote_is_in_each_of_the_totals() {
        let mut totals = Totals::default();
        entries(3_000, 20_000 * DAY).for_each(|entry| totals.add(&entry));
        let sum =
            |sums: &mut dyn Iterator<Item = &Sums>| -> i64 { sums.map(|s| s[0] + s[1]).sum() };
        assert_eq!(sum(&mut totals.agents.values()), 3_000);
        assert_eq!(sum(&mut totals.all.values()), 3_000);
        assert_eq!(sum(&mut totals.days.values()), 3_000);
    }
}
