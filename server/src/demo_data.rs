//! Votes that look like those of a product in use, to try the dashboard with. The same number gives
//! the same votes, ending now.

mod agents;
mod exchanges;

use fastrand::Rng;
use workflowai_feedback_protocol::Outcome;

use crate::annotation::Annotation;
use crate::clock::SECOND;
use crate::storage::{Key, Loaded, LoadedMark};
pub use exchanges::exchange;

use agents::{AGENTS, Agent, ELSEWHERE, NOTES, REASONS};

/// The sequence that everything is drawn from.
const SEED: u64 = 7;
const HOUR: i64 = 60 * 60 * SECOND;
const DAY: i64 = 24 * HOUR;
/// How far back the votes go.
const DAYS: i64 = 120;
const HOURS: i64 = DAYS * 24;
/// Votes a person casts on average.
const VOTES_A_PERSON: usize = 6;

/// So many votes of a tenant, oldest first, the last ones in the hour that ends at `now`.
pub fn votes(tenant: &str, count: usize, now: i64) -> impl Iterator<Item = Loaded> {
    let tenant = tenant.to_owned();
    let mut random = Rng::with_seed(SEED);
    let start = now - HOURS * HOUR;
    let weights: Vec<f64> = (0..HOURS).map(|hour| weight(start + hour * HOUR)).collect();
    let all: f64 = weights.iter().sum();
    let people = (count / VOTES_A_PERSON).max(1);
    let (mut passed, mut made) = (0.0, 0);
    let times = (0..HOURS).zip(weights).flat_map(move |(hour, weight)| {
        passed += weight;
        // The share of all votes that is due by the end of this hour.
        let due = if hour == HOURS - 1 {
            count
        } else {
            scaled(count, passed / all)
        };
        let mut times: Vec<i64> = (made..due)
            .map(|_| start + hour * HOUR + random.i64(0..HOUR))
            .collect();
        made = due.max(made);
        times.sort_unstable();
        times
    });
    let mut random = Rng::with_seed(SEED + 1);
    let mut before = &AGENTS[0];
    times.enumerate().map(move |(index, at)| {
        // Now and then an answer is seen by two.
        let second = index % 9 == 8;
        if !second {
            before = agent(&mut random, now - at);
        }
        let (number, user) = if second {
            (index - 1, person(&mut random, people, 1))
        } else if random.f64() < before.anonymous {
            (index, String::new())
        } else {
            (index, person(&mut random, people, 0))
        };
        let key = Key {
            tenant: tenant.clone(),
            agent: before.name.to_owned(),
            run: format!("run_{:08x}", number * 2_654_435_761 % 0xffff_ffff),
            user,
        };
        vote(&mut random, key, before, at, now)
    })
}

/// Few vote often, many once. Those of one `parity` are never those of the other.
fn person(random: &mut Rng, people: usize, parity: usize) -> String {
    let person = scaled(people, random.f64().powi(2)) * 2 + parity;
    format!("user-{person:04}")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a number of votes times a share of 1"
)]
fn scaled(count: usize, share: f64) -> usize {
    (count as f64 * share) as usize
}

/// How busy an hour is: by day more than by night, at weekends less, growing over the months.
#[expect(clippy::cast_precision_loss, reason = "hours of a few months")]
fn weight(at: i64) -> f64 {
    let hour = at.rem_euclid(DAY) / HOUR;
    let by_hour = match hour {
        0..=5 => 0.15,
        6..=7 | 21..=23 => 0.5,
        9..=11 | 14..=16 => 1.6,
        _ => 1.0,
    };
    // 1970 began on a Thursday.
    let by_day = match at.div_euclid(DAY).rem_euclid(7) {
        2 | 3 => 0.35,
        _ => 1.0,
    };
    let day = at.div_euclid(DAY) as f64;
    let wave = 1.0 + 0.15 * (day * 0.9).sin() + 0.1 * (day * 0.37).cos();
    by_hour * by_day * wave
}

fn vote(random: &mut Rng, key: Key, agent: &Agent, at: i64, now: i64) -> Loaded {
    let positive = random.f64() < agent.share_at(now - at);
    let outcome = if positive {
        Outcome::Positive
    } else {
        Outcome::Negative
    };
    let comment = comment(random, agent, positive);
    let reasons = if !positive && random.f64() < 0.55 {
        let mut reasons = vec![reason(random, agent)];
        if random.f64() < 0.2 {
            let other = reason(random, agent);
            if !reasons.contains(&other) {
                reasons.push(other);
            }
        }
        reasons
    } else {
        Vec::new()
    };
    let at_first = (random.f64() < 0.03).then(|| {
        let until = (at + random.i64(SECOND..10 * 60 * SECOND)).min(now);
        let first = if positive {
            Outcome::Negative
        } else {
            Outcome::Positive
        };
        (first, until)
    });
    Loaded {
        key,
        outcome,
        mark: mark(random, positive, comment.is_some(), at, now),
        comment,
        reasons,
        created_at: at,
        at_first,
    }
}

fn agent(random: &mut Rng, ago: i64) -> &'static Agent {
    let there = AGENTS.iter().filter(|agent| ago < agent.since * DAY);
    let all: f64 = there.clone().map(|agent| agent.weight).sum();
    let mut left = random.f64() * all;
    for agent in there {
        left -= agent.weight;
        if left < 0.0 {
            return agent;
        }
    }
    &AGENTS[0]
}

impl Agent {
    /// How often its answers please so long ago: at first as before, then as since its last change.
    fn share_at(&self, ago: i64) -> f64 {
        match self.changed {
            Some((days, share)) if ago < days * DAY => share,
            _ => self.share,
        }
    }
}

fn one<T: Copy>(random: &mut Rng, of: &[T]) -> T {
    of[random.usize(0..of.len())]
}

fn comment(random: &mut Rng, agent: &Agent, positive: bool) -> Option<String> {
    let (often, said, detail) = if positive {
        (0.05, agent.praise, agent.praise_detail)
    } else {
        (0.28, agent.complaints, agent.complaint_detail)
    };
    if random.f64() >= often {
        return None;
    }
    let elsewhere: Vec<&str> = ELSEWHERE
        .iter()
        .filter(|(liked, _)| *liked == positive)
        .map(|(_, text)| *text)
        .collect();
    if random.f64() < 0.08 {
        return Some(one(random, &elsewhere).to_owned());
    }
    let first = one(random, said);
    Some(if random.f64() < 0.5 {
        format!("{first} {}", one(random, detail))
    } else {
        first.to_owned()
    })
}

fn reason(random: &mut Rng, agent: &Agent) -> String {
    // Each agent has a weakness of its own.
    let index = if random.f64() < 0.45 {
        agent.weakness
    } else {
        random.usize(0..REASONS.len())
    };
    REASONS[index].to_owned()
}

/// The team looks at complaints with words first, a day or so later.
fn mark(
    random: &mut Rng,
    positive: bool,
    has_comment: bool,
    at: i64,
    now: i64,
) -> Option<LoadedMark> {
    let often = match (positive, has_comment) {
        (false, true) => 0.7,
        (false, false) => 0.08,
        (true, true) => 0.15,
        (true, false) => 0.0,
    };
    let marked_at = at + random.i64(2 * HOUR..4 * DAY);
    if random.f64() >= often || marked_at >= now {
        return None;
    }
    let (annotation, note) = one(random, NOTES);
    Some(LoadedMark {
        annotation: if positive {
            Annotation::Correct
        } else {
            annotation
        },
        note: (!positive && random.f64() < 0.4).then(|| note.to_owned()),
        actor: "Admin",
        at: marked_at,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::clock::now;

    #[test]
    fn as_many_votes_as_asked_for_each_with_a_key_of_its_own() {
        let now = now();
        for count in [0, 1, 3, 5_000] {
            let votes: Vec<Loaded> = votes("default", count, now).collect();
            assert_eq!(votes.len(), count);
            let keys: HashSet<String> =
                votes.iter().map(|vote| format!("{:?}", vote.key)).collect();
            assert_eq!(keys.len(), count);
            assert!(votes.is_sorted_by_key(|vote| vote.created_at));
            assert!(votes.iter().all(|vote| vote.created_at < now));
        }
    }

    #[test]
    fn the_same_number_gives_the_same_votes() {
        let made = || {
            format!(
                "{:?}",
                votes("default", 300, DAYS * DAY).collect::<Vec<_>>()
            )
        };
        assert_eq!(made(), made());
    }
}
