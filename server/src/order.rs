//! Which of two presses is the later one.
//!
//! A request can outlive its tab or wait in a proxy, so requests arrive in any order. Within one
//! client the sequence decides; between clients the time of the press does, with a minute's grace
//! as their clocks are not compared but their own waiting is.

use workflowai_feedback_protocol::Intent;
use workflowai_feedback_protocol::limits::PRESS_TOLERANCE_SECONDS;

use crate::clock::SECOND;

/// What is stored for a key about the press that won.
#[derive(Clone, Debug)]
pub struct StoredPress {
    /// The client, empty if the request carried no intent.
    pub client: String,
    /// The client's sequence.
    pub sequence: i64,
    /// When it was pressed, in microseconds.
    pub pressed_at: i64,
}

/// What to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Store it.
    Apply,
    /// It is the stored intent again, or an earlier arrival of one that lost since.
    Repeat {
        /// Whether the stored state is still this intent's.
        current: bool,
    },
    /// A later press is stored.
    Superseded,
}

/// When the press of a request received at `received` was made, in microseconds.
pub fn pressed_at(received: i64, intent: Option<&Intent>) -> i64 {
    let age = intent.map_or(0, |intent| i64::try_from(intent.age).unwrap_or(i64::MAX));
    received.saturating_sub(age.saturating_mul(SECOND))
}

/// Judges a request received at `received` for a key where `stored` is the press that won last
/// and `last` the last sequence stored from the request's own client.
pub fn judge(
    received: i64,
    intent: Option<&Intent>,
    stored: Option<&StoredPress>,
    last: Option<i64>,
) -> Verdict {
    let (Some(intent), Some(stored)) = (intent, stored) else {
        return Verdict::Apply;
    };
    let own = stored.client == intent.client;
    let sequence = i64::try_from(intent.sequence).unwrap_or(i64::MAX);
    match last {
        Some(last) if sequence < last => return Verdict::Superseded,
        Some(last) if sequence == last => {
            return Verdict::Repeat {
                current: own && stored.sequence == sequence,
            };
        }
        _ => {}
    }
    let oldest = stored
        .pressed_at
        .saturating_sub(PRESS_TOLERANCE_SECONDS * SECOND);
    if !own && pressed_at(received, Some(intent)) < oldest {
        return Verdict::Superseded;
    }
    Verdict::Apply
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_764_000_000 * SECOND;

    fn intent(client: &str, sequence: u64, age: u64) -> Intent {
        Intent {
            client: client.into(),
            sequence,
            age,
        }
    }

    fn stored(client: &str, sequence: i64, seconds_ago: i64) -> StoredPress {
        StoredPress {
            client: client.into(),
            sequence,
            pressed_at: NOW - seconds_ago * SECOND,
        }
    }

    #[test]
    fn without_an_intent_it_always_applies() {
        assert_eq!(
            judge(NOW, None, Some(&stored("a", 9, 0)), None),
            Verdict::Apply
        );
    }

    #[test]
    fn the_first_one_applies_whatever_its_age() {
        assert_eq!(
            judge(NOW, Some(&intent("a", 1, u64::MAX)), None, None),
            Verdict::Apply
        );
    }

    #[test]
    fn a_lower_sequence_of_a_client_is_late() {
        let press = stored("a", 5, 0);
        assert_eq!(
            judge(NOW, Some(&intent("a", 4, 0)), Some(&press), Some(5)),
            Verdict::Superseded
        );
        assert_eq!(
            judge(NOW, Some(&intent("a", 6, 900)), Some(&press), Some(5)),
            Verdict::Apply
        );
    }

    #[test]
    fn a_client_is_late_even_after_another_client_won() {
        let press = stored("b", 1, 30);
        assert_eq!(
            judge(NOW, Some(&intent("a", 4, 0)), Some(&press), Some(5)),
            Verdict::Superseded
        );
    }

    #[test]
    fn the_same_sequence_is_the_same_intent() {
        let again = Some(intent("a", 5, 0));
        let own = judge(NOW, again.as_ref(), Some(&stored("a", 5, 0)), Some(5));
        assert_eq!(own, Verdict::Repeat { current: true });
        let lost = judge(NOW, again.as_ref(), Some(&stored("b", 5, 0)), Some(5));
        assert_eq!(lost, Verdict::Repeat { current: false });
    }

    #[test]
    fn another_client_is_late_only_when_pressed_over_a_minute_earlier() {
        let press = stored("a", 5, 0);
        let other = |age| judge(NOW, Some(&intent("b", 1, age)), Some(&press), None);
        assert_eq!(other(60), Verdict::Apply);
        assert_eq!(other(61), Verdict::Superseded);
    }
}
