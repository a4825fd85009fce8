//! Votes as a product in use sends them, from a sequence that is the same every time: one agent has
//! half of them, one in four has a comment, half of the thumbs down have reasons.

use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Builder;
use workflowai_feedback_protocol::Outcome;
use workflowai_feedback_protocol::token::{Claims, SigningKey};

/// Agents beside the big one.
pub const AGENTS: usize = 199;
/// The one with half of the votes.
pub const BIG: &str = "support-chat";
/// What the widget offers after thumbs down; the first ones are chosen more.
pub const REASONS: [&str; 5] = [
    "Wrong facts",
    "Too long",
    "Not what I asked",
    "Out of date",
    "Hard to follow",
];
/// In every second comment or so.
pub const COMMON: &str = "answer";
/// In one comment of about 20,000.
pub const RARE: &str = "quadrillion";

/// What people write, with a gap for a detail.
const SENTENCES: [&str; 12] = [
    "The answer is about the old price list, {} is not in it any more.",
    "It told me to look for {}, and there is no such thing on the page.",
    "Good answer, {} was exactly what I needed.",
    "This answer repeats the question and says nothing on {}.",
    "I asked twice about {} and got the same answer again.",
    "Finally somebody explains {} in plain words, thank you!",
    "Too long. I wanted one line on {}.",
    "The link to {} leads nowhere.",
    "Right for {}, wrong for everything else in the answer.",
    "Die Antwort zu {} stimmt nicht mehr.",
    "Très clair sur {}, merci.",
    "{} について正しい回答でした。",
];
const DETAILS: [&str; 16] = [
    "the invoice address",
    "the delivery date",
    "my second account",
    "the discount code",
    "the refund",
    "the return label",
    "a change of name",
    "the yearly plan",
    "the mobile app",
    "two-factor sign-in",
    "the export",
    "tax numbers",
    "the holiday schedule",
    "gift cards",
    "a lost parcel",
    "the new tariff",
];

/// One vote.
#[derive(Clone, Debug, PartialEq)]
pub struct Vote {
    pub agent: String,
    pub run: String,
    /// Empty where nobody is signed in.
    pub user: String,
    pub outcome: Outcome,
    pub comment: Option<String>,
    pub reasons: Vec<&'static str>,
    /// The press's client, as the widget makes it.
    pub client: String,
}

/// Draws votes.
pub struct Votes {
    random: Rng,
    people: u32,
}

impl Votes {
    /// Of so many people; another `seed` gives other votes.
    pub fn new(seed: u64, people: u32) -> Self {
        Self {
            random: Rng::with_seed(seed),
            people,
        }
    }

    /// The next vote, on a run of that time (milliseconds since 1970).
    pub fn next(&mut self, at: u64) -> Vote {
        let random = &mut self.random;
        let agent = if random.bool() {
            BIG.to_owned()
        } else {
            // The first of them have more than the last.
            format!("agent-{:03}", below(AGENTS, random.f64() * random.f64()))
        };
        let user = if random.u8(0..10) < 3 {
            String::new()
        } else {
            // Few vote often, many once.
            let people = self.people as usize;
            format!("user-{:07}", below(people, random.f64().powi(2)))
        };
        let positive = random.u8(0..10) < 8;
        let comment = (random.u8(0..4) == 0).then(|| comment(random));
        let reasons = if !positive && random.bool() {
            vec![REASONS[below(REASONS.len(), random.f64().powi(2))]]
        } else {
            Vec::new()
        };
        Vote {
            agent,
            run: id(random, at),
            user,
            outcome: if positive {
                Outcome::Positive
            } else {
                Outcome::Negative
            },
            comment,
            reasons,
            client: format!("{:016x}{:06x}", random.u64(..), random.u32(..1 << 24)),
        }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.random.u64(..end)
    }

    /// A `UUIDv7` of that time (milliseconds since 1970).
    pub fn id(&mut self, at: u64) -> String {
        id(&mut self.random, at)
    }
}

fn id(random: &mut Rng, at: u64) -> String {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    Builder::from_unix_timestamp_millis(at, &bytes)
        .into_uuid()
        .to_string()
}

fn comment(random: &mut Rng) -> String {
    if random.u32(..20_000) == 0 {
        return format!("It made a {RARE} out of a million.");
    }
    let sentence = SENTENCES[random.usize(..SENTENCES.len())];
    let detail = DETAILS[random.usize(..DETAILS.len())];
    let number = random.u32(1_000..1_000_000);
    format!("{} (order {number})", sentence.replace("{}", detail))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small number times a share of 1"
)]
fn below(end: usize, share: f64) -> usize {
    ((end as f64 * share) as usize).min(end - 1)
}

impl Vote {
    /// The body of the widget's request, with a token of its own.
    pub fn body(&self, key: &SigningKey) -> Value {
        let claims = Claims {
            agent: self.agent.clone(),
            run: self.run.clone(),
            user: Some(self.user.clone()).filter(|user| !user.is_empty()),
            expires_at: None,
        };
        let mut body = json!({
            "feedback_token": key.mint(&claims).expect("good claims"),
            "outcome": self.outcome.as_str(),
            "intent": { "client": self.client, "sequence": 1, "age": 0 },
        });
        if let Some(comment) = &self.comment {
            body["comment"] = json!(comment);
        }
        if !self.reasons.is_empty() {
            body["reasons"] = json!(self.reasons);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn made(seed: u64, count: usize) -> Vec<Vote> {
        let mut votes = Votes::new(seed, 1_000);
        (0..count).map(|_| votes.next(1_700_000_000_000)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_votes() {
        assert_eq!(made(1, 500), made(1, 500));
        assert_ne!(made(1, 500), made(2, 500));
    }

    #[test]
    fn votes_are_spread_as_the_documentation_says() {
        let votes = made(3, 20_000);
        let share = |is: &dyn Fn(&Vote) -> bool| votes.iter().filter(|vote| is(vote)).count() / 200;
        assert!((48..=52).contains(&share(&|vote| vote.agent == BIG)));
        assert!((23..=27).contains(&share(&|vote| vote.comment.is_some())));
        assert!((18..=22).contains(&share(&|vote| vote.outcome == Outcome::Negative)));
        assert!((8..=12).contains(&share(&|vote| !vote.reasons.is_empty())));
        let common = |vote: &Vote| {
            vote.comment
                .as_ref()
                .is_some_and(|text| text.contains(COMMON))
        };
        assert!((10..=17).contains(&share(&common)));
        let agents: HashSet<_> = votes.iter().map(|vote| &vote.agent).collect();
        // The last ones have few votes.
        assert!(agents.len() > AGENTS * 9 / 10, "{}", agents.len());
        let runs: HashSet<_> = votes.iter().map(|vote| &vote.run).collect();
        assert_eq!(runs.len(), votes.len());
    }

    #[test]
    fn a_body_is_what_the_receiver_takes() {
        use workflowai_feedback_protocol::FeedbackRequest;
        use workflowai_feedback_protocol::token::Algorithm;

        let key = SigningKey::generate(Algorithm::Hs256);
        for vote in made(4, 200) {
            let request: FeedbackRequest =
                serde_json::from_value(vote.body(&key)).expect("a request");
            let request = request.checked().expect("within the limits");
            assert_eq!(request.comment, vote.comment);
        }
    }
}
