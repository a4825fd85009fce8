//! The life of one vote, from the press to its proof, as a state machine without input or output.
//!
//! `element/delivery.ts` is the other implementation. Both run `tests/vectors/delivery.json`.

#![expect(
    clippy::float_cmp,
    reason = "sequences are whole numbers, exact below 2^53"
)]

mod answer;
mod intent;
mod status;

#[doc(hidden)]
pub use answer::{Answer, read_answer};
pub use answer::{Echo, Field, Reply};
pub use intent::Intent;
pub use status::{Phase, Status};

use crate::Outcome;

/// The longest wait before the first repeat, in milliseconds. It doubles with every failure.
const FIRST_WINDOW: f64 = 2_000.0;
/// No window grows beyond five minutes.
const LAST_WINDOW: f64 = 300_000.0;

/// What the page knows of one key: (endpoint, token, user).
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// The last outcome the receiver proved to hold; `None` when there is none.
    pub acknowledged: Option<Outcome>,
    /// What the person wants and the receiver has not yet proven.
    pub intent: Option<Intent>,
    /// An unproven vote below a retraction: it stands again where votes cannot be taken back.
    pub under: Option<Intent>,
    /// The intent whose request is under way.
    pub in_flight: Option<Intent>,
    /// The receiver named a time: until it is there nothing else leaves.
    pub held: bool,
    /// Failures in a row since the last press or proof.
    pub failures: u32,
    /// What the person is told.
    pub status: Status,
}

/// What the page has to do after an event, in this order.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effects {
    /// Write `intent` to the outbox.
    pub store: bool,
    /// Remove this sequence from the outbox, unless a newer one stands there.
    pub remove: Option<f64>,
    /// Start a request for `intent`, then call [`Delivery::sent`].
    pub send: bool,
    /// Call [`Delivery::due`] after so many milliseconds.
    pub wait: Option<f64>,
    /// Tell the page.
    pub notice: Option<Notice>,
}

/// What a page hears, as an event of the element or a callback of the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The receiver holds the vote: `feedback-sent`.
    Sent,
    /// The receiver holds no vote any more: `feedback-retract`.
    Retracted,
    /// The vote is kept and will be tried again: `feedback-queued`.
    Queued,
    /// The receiver has a newer press of this person, from elsewhere: `feedback-change`.
    Superseded,
    /// The vote was refused and is gone: `feedback-error`.
    Rejected,
}

impl Delivery {
    /// What the thumbs show: the intent while one is open, else what was proven.
    pub fn shown(&self) -> Option<Outcome> {
        match &self.intent {
            Some(intent) => intent.outcome,
            None => self.acknowledged,
        }
    }

    /// A person pressed: a vote, a change, a comment, or a retraction (no outcome).
    pub fn press(&mut self, intent: Intent) -> Effects {
        let before = self.intent.take();
        if intent.outcome.is_some() {
            self.under = None;
        } else if before.as_ref().is_some_and(|open| open.outcome.is_some()) {
            self.under = before;
        }
        self.intent = Some(intent);
        self.failures = 0;
        self.status = if self.held {
            Status::Unavailable
        } else {
            Status::Sending
        };
        Effects {
            store: true,
            send: self.in_flight.is_none() && !self.held,
            ..Effects::default()
        }
    }

    /// A record of an earlier page was found in the outbox, or another tab wrote a newer one.
    pub fn resume(&mut self, intent: Intent) -> Effects {
        if self
            .intent
            .as_ref()
            .is_some_and(|open| open.sequence >= intent.sequence)
        {
            return Effects::default();
        }
        let mut effects = self.press(intent);
        effects.store = false;
        effects
    }

    /// The network or the person came back.
    pub fn wake(&self) -> Effects {
        Effects {
            send: self.intent.is_some()
                && self.in_flight.is_none()
                && !self.held
                && self.status != Status::Expired,
            ..Effects::default()
        }
    }

    /// The wait is over.
    pub fn due(&mut self) -> Effects {
        self.held = false;
        self.wake()
    }

    /// Another tab, or another token of the run, has seen to this press: its record is gone, and
    /// with it the reason to send. What became of it is not known here, so nobody is told anything.
    pub fn gone(&mut self) {
        if let Some(intent) = self.intent.take() {
            self.acknowledged = intent.outcome;
        }
        self.under = None;
        self.status = Status::Idle;
    }

    /// The request for the present intent has started.
    pub fn sent(&mut self) {
        self.in_flight.clone_from(&self.intent);
    }

    /// The receiver was asked for an earlier vote. A press since then wins.
    pub fn restored(&mut self, outcome: Option<Outcome>) {
        if self.intent.is_none() && self.status == Status::Idle {
            self.acknowledged = outcome;
        }
    }

    /// The open intent was given up before it was sent: the page cancelled it, or the outbox is
    /// full or too old.
    pub fn abandon(&mut self, status: Status) -> Effects {
        self.under = None;
        self.settle(status, None)
    }

    /// The request came to an end. `random` in `[0, 1)` spreads the next try.
    pub fn answer(&mut self, answer: Answer, random: f64) -> Effects {
        let Some(flown) = self.in_flight.take() else {
            return Effects::default();
        };
        let confirmed = match answer {
            Answer::Proven => Some(flown.outcome),
            Answer::Superseded(outcome) => Some(outcome),
            _ => None,
        };
        if let Some(outcome) = confirmed {
            self.acknowledged = outcome;
            self.failures = 0;
        }
        let last_word = confirmed.is_some() || matches!(answer, Answer::Refused(_));
        self.under
            .take_if(|under| last_word && under.sequence <= flown.sequence);
        self.held = self.intent.is_some()
            && matches!(answer, Answer::Unavailable { retry_after } if retry_after > 0.0);
        if self
            .intent
            .as_ref()
            .is_none_or(|open| open.sequence != flown.sequence && !self.held)
        {
            // Something newer was pressed meanwhile: it goes out at once, unless the receiver
            // named a time.
            return Effects {
                send: self.intent.is_some(),
                ..Effects::default()
            };
        }
        match answer {
            Answer::Proven if flown.outcome.is_some() => {
                self.settle(Status::Sent, Some(Notice::Sent))
            }
            Answer::Proven => self.settle(Status::Retracted, Some(Notice::Retracted)),
            Answer::Superseded(_) => self.settle(Status::Idle, Some(Notice::Superseded)),
            Answer::Refused(status) => self.settle(status, Some(Notice::Rejected)),
            Answer::Unsupported => match self.under.take() {
                None => self.settle(Status::CannotRetract, Some(Notice::Rejected)),
                Some(mut vote) => {
                    vote.sequence = flown.sequence + 1.0;
                    self.intent = Some(vote);
                    self.status = Status::CannotRetract;
                    Effects {
                        store: true,
                        send: true,
                        notice: Some(Notice::Rejected),
                        ..Effects::default()
                    }
                }
            },
            Answer::Expired => self.keep(Status::Expired, None),
            Answer::Unproven => self.keep(Status::Unproven, Some(random * self.window())),
            Answer::Failed => self.keep(Status::Offline, Some(random * self.window())),
            Answer::Unavailable { retry_after } => self.keep(
                Status::Unavailable,
                Some(retry_after + random * self.window()),
            ),
        }
    }

    /// Full jitter: the next try falls anywhere in a window that doubles with every failure.
    fn window(&self) -> f64 {
        (FIRST_WINDOW * f64::from(1_u32 << self.failures.min(16))).min(LAST_WINDOW)
    }

    fn settle(&mut self, status: Status, notice: Option<Notice>) -> Effects {
        self.status = status;
        self.under = None;
        Effects {
            remove: self.intent.take().map(|intent| intent.sequence),
            notice,
            ..Effects::default()
        }
    }

    fn keep(&mut self, status: Status, wait: Option<f64>) -> Effects {
        let first = self.status.phase() != Phase::Queued;
        self.status = status;
        self.failures += 1;
        Effects {
            wait,
            notice: first.then_some(Notice::Queued),
            ..Effects::default()
        }
    }
}
