use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::task::spawn_local;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::executor::settle;
use super::network::Waiting;
use super::stage::{ENDPOINT, Stage, key};
use crate::delivery::{Echo, Field, Notice, Phase, Reply, Status};
use crate::transport::{Request, Response, Unreachable};
use crate::use_feedback::FeedbackEvent;
use crate::{Outcome, clock, outbox, page};

const RUNS: [&str; 2] = ["first", "second"];
/// A request of another client counts unless it was pressed so long before the stored one.
const TOLERANCE: f64 = 60_000.0;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Act {
    Press(Option<Outcome>, Option<String>),
    /// The widget turns to this run, with the newest token of it, or with an older one.
    Turn(usize, bool),
    /// The page has no token for the moment.
    TakeTokenAway,
    /// Tokens of this run that were handed out so far are over; the widget gets a new one later.
    Expire(usize),
    Flush,
    Wait(f64),
    Reload,
    /// What the requests meet from now on.
    Weather(Weather),
    Chance(f64),
    /// The device takes no more, or does again.
    Full(bool),
    /// The network or the person is back, as far as the browser knows.
    Back,
}

/// What a request meets.
#[derive(Clone, Copy, Debug)]
enum Weather {
    Fine,
    /// Nothing arrives.
    NoWayThere,
    /// It arrives, and the answer does not.
    NoWayBack,
    /// It arrives, and the answer takes so many milliseconds.
    Slow(f64),
    /// The page takes it for lost, and it arrives so many milliseconds later.
    Late(f64),
    /// The receiver asks to wait for so many milliseconds; 0 says nothing of a time.
    Busy(f64),
    /// Something else answers, with a 200.
    Portal,
}

fn act() -> impl Strategy<Value = Act> {
    let outcome = prop_oneof![
        Just(Some(Outcome::Positive)),
        Just(Some(Outcome::Negative)),
        Just(None)
    ];
    let comment = proptest::option::weighted(0.3, "[a-z]{1,3}");
    let weather = prop_oneof![
        3 => Just(Weather::Fine),
        1 => Just(Weather::NoWayThere),
        1 => Just(Weather::NoWayBack),
        1 => (0.0..20_000.0).prop_map(Weather::Slow),
        1 => (0.0..20_000.0).prop_map(Weather::Late),
        1 => prop_oneof![Just(0.0), 1.0..90_000.0].prop_map(Weather::Busy),
        1 => Just(Weather::Portal),
    ];
    prop_oneof![
        6 => (outcome, comment).prop_map(|(outcome, comment)| Act::Press(outcome, comment)),
        3 => (0..RUNS.len(), prop::bool::weighted(0.8)).prop_map(|(run, new)| Act::Turn(run, new)),
        1 => Just(Act::TakeTokenAway),
        1 => (0..RUNS.len()).prop_map(Act::Expire),
        1 => Just(Act::Flush),
        4 => (0.0..120_000.0).prop_map(Act::Wait),
        1 => Just(Act::Reload),
        4 => weather.prop_map(Act::Weather),
        1 => any::<bool>().prop_map(Act::Full),
        1 => Just(Act::Back),
        1 => (0.01..1.0).prop_map(Act::Chance),
    ]
}

/// What the receiver holds for a run.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stored {
    outcome: Option<Outcome>,
    comment: Option<String>,
    client: String,
    sequence: f64,
    pressed: f64,
}

/// A receiver by the wire contract.
#[derive(Default)]
struct Receiver {
    stored: BTreeMap<String, Stored>,
    /// The oldest token of a run that counts.
    valid_from: BTreeMap<String, u32>,
}

impl Receiver {
    fn take(&mut self, request: &Request) -> Response {
        let (run, number) = request.key.token.split_once(':').expect("a token");
        let number: u32 = number.parse().expect("a number");
        if number < self.valid_from.get(run).copied().unwrap_or_default() {
            return Response {
                status: 401,
                reply: Some(Reply {
                    error: Some("expired_feedback_token".to_owned()),
                    ..Reply::default()
                }),
                ..Response::default()
            };
        }
        let sent = &request.intent;
        let pressed = clock::now() - request.age * 1_000.0;
        let stored = self.stored.get(run);
        let applied = stored.is_none_or(|stored| {
            if stored.client == sent.client {
                sent.sequence >= stored.sequence
            } else {
                pressed >= stored.pressed - TOLERANCE
            }
        });
        if applied {
            let stored = Stored {
                outcome: sent.outcome,
                comment: sent.comment.clone(),
                client: sent.client.clone(),
                sequence: sent.sequence,
                pressed,
            };
            self.stored.insert(run.to_owned(), stored);
        }
        Response {
            status: 200,
            retry_after: 0.0,
            reply: Some(Reply {
                has_id: true,
                outcome: self.stored[run].outcome.map_or(Field::Null, Field::Value),
                intent: Some(Echo {
                    client: sent.client.clone(),
                    sequence: sent.sequence,
                }),
                superseded: !applied,
                ..Reply::default()
            }),
        }
    }
}

/// A person, a page and a receiver.
struct World {
    stage: Stage,
    receiver: Rc<RefCell<Receiver>>,
    weather: Weather,
    /// The newest token of each run.
    newest: [u32; RUNS.len()],
    /// The run on the page.
    at: Option<usize>,
    /// What the person last wanted of each run: vote and comment.
    wanted: [Option<(Option<Outcome>, Option<String>)>; RUNS.len()],
}

impl World {
    fn new() -> Self {
        let stage = Stage::new();
        clock::scripted::set_random(0.5);
        Self {
            stage,
            receiver: Rc::default(),
            weather: Weather::Fine,
            newest: [1; RUNS.len()],
            at: None,
            wanted: [const { None }; RUNS.len()],
        }
    }

    fn turn(&mut self, run: usize, number: u32) {
        self.at = Some(run);
        self.stage
            .feedback
            .set_key(Some(key(RUNS[run], number)), None);
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Press(outcome, comment) => {
                let comment = comment.clone().filter(|_| outcome.is_some());
                if let Some(run) = self.at {
                    self.wanted[run] = Some((*outcome, comment.clone()));
                }
                match outcome {
                    Some(outcome) => self.stage.feedback.vote(*outcome, comment, Vec::new()),
                    None => self.stage.feedback.retract(),
                }
            }
            Act::Turn(run, new) => {
                self.newest[*run] += u32::from(*new);
                self.turn(*run, self.newest[*run]);
            }
            Act::TakeTokenAway => {
                self.at = None;
                self.stage.feedback.set_key(None, None);
            }
            Act::Expire(run) => {
                let until = self.newest[*run] + 1;
                let mut receiver = self.receiver.borrow_mut();
                receiver.valid_from.insert(RUNS[*run].to_owned(), until);
            }
            Act::Flush => self.stage.feedback.flush(),
            Act::Wait(time) => self.wait(*time),
            Act::Reload => {
                // What is on its way when the page ends arrives, and nobody hears the answer.
                self.wait(20_000.0);
                self.forget_what_is_not_kept();
                self.stage.reload();
                if let Some(run) = self.at {
                    self.turn(run, self.newest[run]);
                }
            }
            Act::Weather(weather) => self.weather = *weather,
            Act::Chance(chance) => clock::scripted::set_random(*chance),
            Act::Full(full) => outbox::scripted::set_full(*full),
            Act::Back => page::wake_all(),
        }
        self.serve();
    }

    /// What the device refused ends with the page, as the person was told.
    fn forget_what_is_not_kept(&mut self) {
        for key in outbox::keys(ENDPOINT) {
            if !outbox::kept(&key) {
                let run = RUNS.iter().position(|run| key.token.starts_with(run));
                self.wanted[run.expect("a run")] = None;
            }
        }
    }

    /// Lets time pass in small pieces, so that what falls due in between happens in between.
    fn wait(&mut self, time: f64) {
        let pieces = 20.0;
        for _ in 0..20 {
            clock::scripted::advance(time / pieces);
            self.serve();
        }
    }

    /// Everything that is asked meets the weather, until nothing is asked any more.
    fn serve(&mut self) {
        settle();
        // A page that asks over and over is a fault of its own.
        for _ in 0..50 {
            let Some(waiting) = self.stage.network.next() else {
                return self.look();
            };
            self.meet(waiting);
            settle();
        }
        panic!("the page asks over and over");
    }

    fn meet(&mut self, waiting: Waiting) {
        let receiver = Rc::clone(&self.receiver);
        match self.weather {
            Weather::Fine => {
                let answer = receiver.borrow_mut().take(&waiting.request);
                waiting.answer(Ok(answer));
            }
            Weather::NoWayThere => waiting.answer(Err(Unreachable)),
            Weather::NoWayBack => {
                let _ = receiver.borrow_mut().take(&waiting.request);
                waiting.answer(Err(Unreachable));
            }
            Weather::Slow(time) => {
                let answer = receiver.borrow_mut().take(&waiting.request);
                spawn_local(async move {
                    let _: Result<_, _> = clock::sleep(time).await;
                    waiting.answer(Ok(answer));
                });
            }
            Weather::Late(time) => {
                let request = waiting.request.clone();
                waiting.answer(Err(Unreachable));
                spawn_local(async move {
                    let _: Result<_, _> = clock::sleep(time).await;
                    let _ = receiver.borrow_mut().take(&request);
                });
            }
            Weather::Busy(time) => waiting.answer(Ok(Response {
                status: 503,
                retry_after: time,
                reply: None,
            })),
            Weather::Portal => waiting.answer(Ok(Response {
                status: 200,
                retry_after: 0.0,
                reply: None,
            })),
        }
    }

    /// What must hold at every moment.
    fn look(&self) {
        let feedback = self.stage.feedback;
        for event in self.stage.told.take() {
            if let FeedbackEvent::Notice(Notice::Sent, intent, _) = event {
                let held = self.receiver.borrow();
                let found = held.stored.values().any(|stored| {
                    stored.outcome == intent.outcome && stored.comment == intent.comment
                });
                assert!(found, "told of {intent:?}, which the receiver has not");
            }
        }
        let Some(run) = self.at else {
            assert_eq!(feedback.outcome(), None);
            return;
        };
        let receiver = self.receiver.borrow();
        let held = receiver.stored.get(RUNS[run]);
        let status = feedback.status();
        if matches!(status, Status::Sent | Status::Retracted) {
            let held = held.and_then(|stored| stored.outcome);
            assert_eq!(feedback.outcome(), held, "{status:?} of what is not held");
        }
        if matches!(status.phase(), Phase::Sending | Phase::Queued) {
            let wanted = self.wanted[run].as_ref().and_then(|(outcome, _)| *outcome);
            assert_eq!(
                feedback.outcome(),
                wanted,
                "{status:?} of what was not pressed"
            );
            let kept = outbox::keys(ENDPOINT)
                .into_iter()
                .find(|key| key.token.starts_with(RUNS[run]))
                .map(|key| outbox::kept(&key));
            assert!(kept.is_some(), "{status:?}, and nothing is kept");
            if status.phase() == Phase::Queued {
                assert_eq!(status == Status::NotKept, kept == Some(false));
            }
        }
        assert_ne!(status.phase(), Phase::Rejected, "nothing here is refused");
    }

    /// The network is fine, the person comes back to every answer: all that was wanted arrives.
    fn end_well(&mut self) {
        self.weather = Weather::Fine;
        for (run, name) in RUNS.into_iter().enumerate() {
            self.newest[run] += 1;
            self.turn(run, self.newest[run]);
            self.serve();
            self.wait(400_000.0);
            if let Some((wanted, comment)) = &self.wanted[run] {
                let receiver = self.receiver.borrow();
                let stored = receiver.stored.get(name);
                let outcome = stored.and_then(|stored| stored.outcome);
                assert_eq!(outcome, *wanted, "of the {name} run");
                let words = stored.and_then(|stored| stored.comment.as_ref());
                assert_eq!(words, comment.as_ref(), "of the {name} run");
            }
        }
        assert_eq!(outbox::keys(ENDPOINT), [], "all is sent");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_vote_is_never_lost_and_never_falsely_called_sent(
        acts in prop::collection::vec(act(), 1..40)
    ) {
        let mut world = World::new();
        for act in &acts {
            world.act(act);
        }
        world.end_well();
    }
}
