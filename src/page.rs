//! The work of the page: every key with something under way, whichever widget it came from.
//!
//! Work belongs to the page and not to a widget, so that a vote goes on when its widget is gone.

mod events;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::Outcome;
use crate::clock::{now, random, sleep};
use crate::delivery::{Answer, Delivery, Effects, Intent, Notice, Phase, Status, read_answer};
use crate::key::Key;
use crate::transport::{Fetch, Request, Transport};
use crate::{
    outbox,
    page::events::{listen, warn},
};

/// What a widget hears of its key.
pub trait Watch {
    /// The state changed; `notice` and the intent it is about say what the page should be told.
    /// `said` is what the person is told.
    fn changed(&self, delivery: &Delivery, said: Status, notice: Option<(Notice, &Intent)>);
    /// The first request of an intent is about to leave. False gives it up.
    fn before_send(&self, intent: &Intent) -> bool;
}

/// A vote's place on this page, shared by all widgets of its key.
pub struct Post {
    key: Key,
    delivery: RefCell<Delivery>,
    watchers: RefCell<Vec<Weak<dyn Watch>>>,
    transport: Rc<dyn Transport>,
    /// Whether the newest press survives this page.
    kept: Cell<bool>,
    /// Counts presses and answers, so that a wait that was overtaken does nothing.
    turn: Cell<u32>,
    /// The last sequence that `before_send` let through.
    announced: Cell<f64>,
}

thread_local! {
    static POSTS: RefCell<Vec<Rc<Post>>> = const { RefCell::new(Vec::new()) };
    static UNPROVEN: Cell<u32> = const { Cell::new(0) };
}

impl Post {
    /// The post of a key, made if it is new. A record in the outbox goes on at once.
    pub fn open(key: Key, transport: Option<Rc<dyn Transport>>) -> Rc<Self> {
        listen();
        let known = POSTS.with_borrow(|posts| posts.iter().find(|post| post.key == key).cloned());
        if let Some(post) = known {
            return post;
        }
        let post = Rc::new(Self {
            key,
            delivery: RefCell::default(),
            watchers: RefCell::default(),
            transport: transport.unwrap_or_else(|| Rc::new(Fetch)),
            kept: Cell::new(true),
            turn: Cell::new(0),
            announced: Cell::new(0.0),
        });
        POSTS.with_borrow_mut(|posts| posts.push(Rc::clone(&post)));
        post
    }

    /// Adds a widget, and lets go of those that are gone.
    pub fn watch(&self, watcher: &Rc<impl Watch + 'static>) {
        let mut watchers = self.watchers.borrow_mut();
        watchers.retain(|watcher| watcher.strong_count() > 0);
        let weak: Weak<dyn Watch> = Rc::downgrade(watcher) as Weak<dyn Watch>;
        watchers.push(weak);
    }

    /// Lets go of a widget that turns to another vote.
    pub fn leave(&self, watcher: &Rc<impl Watch + 'static>) {
        let watcher = Rc::as_ptr(watcher).cast::<()>();
        self.watchers
            .borrow_mut()
            .retain(|other| other.as_ptr().cast::<()>() != watcher);
    }

    /// Takes up what the outbox holds for this key.
    pub fn resume(self: &Rc<Self>) {
        if let Some(intent) = outbox::read(&self.key) {
            self.kept.set(outbox::kept(&self.key));
            let effects = self.delivery.borrow_mut().resume(intent);
            self.run(effects, None);
        }
    }

    /// Whether this is the post of a key.
    #[cfg(not(feature = "element"))]
    pub fn is_for(&self, key: &Key) -> bool {
        self.key == *key
    }

    /// What this key's thumbs show.
    pub fn shown(&self) -> Option<Outcome> {
        self.delivery.borrow().shown()
    }

    /// What the person is told.
    pub fn status(&self) -> Status {
        let status = self.delivery.borrow().status;
        if status.phase() == Phase::Queued && !self.kept.get() {
            Status::NotKept
        } else {
            status
        }
    }

    /// The page knows an earlier vote.
    pub fn restored(&self, outcome: Option<Outcome>) {
        self.delivery.borrow_mut().restored(outcome);
    }

    /// A press: kept first, then sent.
    pub fn press(
        self: &Rc<Self>,
        outcome: Option<Outcome>,
        comment: Option<String>,
        reasons: Vec<String>,
    ) {
        let pressed = Intent {
            outcome,
            comment,
            reasons,
            client: String::new(),
            sequence: 0.0,
            pressed: 0.0,
        };
        if let Some(intent) = self.record(&pressed) {
            let mut effects = self.delivery.borrow_mut().press(intent);
            effects.store = false;
            self.run(effects, None);
        }
    }

    /// Numbers and keeps a press.
    fn record(&self, pressed: &Intent) -> Option<Intent> {
        let intent = outbox::record(&self.key, pressed);
        self.kept.set(outbox::kept(&self.key));
        intent
    }

    /// Tries again now.
    pub fn wake(self: &Rc<Self>) {
        let effects = self.delivery.borrow().wake();
        self.run(effects, None);
    }

    /// Another tab wrote down a newer press, or has seen to this one.
    fn hear(self: &Rc<Self>) {
        if outbox::read(&self.key).is_some() {
            self.resume();
        } else {
            self.delivery.borrow_mut().gone();
            self.run(Effects::default(), None);
        }
    }

    fn run(self: &Rc<Self>, effects: Effects, about: Option<&Intent>) {
        // An event without consequences leaves a wait alone.
        if effects.send || effects.wait.is_some() {
            self.turn.set(self.turn.get().wrapping_add(1));
        }
        let turn = self.turn.get();
        if effects.store {
            let intent = self.delivery.borrow().intent.clone();
            let kept = intent.and_then(|intent| self.record(&intent));
            if kept.is_some() {
                self.delivery.borrow_mut().intent = kept;
            }
        }
        if let Some(sequence) = effects.remove {
            outbox::remove(&self.key, sequence);
        }
        self.tell(effects.notice.zip(about));
        if effects.send {
            spawn_local(Rc::clone(self).send());
        }
        if let Some(wait) = effects.wait {
            let post = Rc::clone(self);
            spawn_local(async move {
                // It cannot fail.
                let _: Result<_, _> = sleep(wait).await;
                if post.turn.get() == turn {
                    let effects = post.delivery.borrow_mut().due();
                    post.run(effects, None);
                }
            });
        }
    }

    fn tell(&self, notice: Option<(Notice, &Intent)>) {
        let watchers: Vec<_> = self
            .watchers
            .borrow()
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let delivery = self.delivery.borrow().clone();
        let said = self.status();
        for (index, watcher) in watchers.iter().enumerate() {
            // One widget speaks to the page, or two copies would report one vote twice.
            watcher.changed(&delivery, said, notice.filter(|_| index == 0));
        }
    }

    async fn send(self: Rc<Self>) {
        let intent = {
            let mut delivery = self.delivery.borrow_mut();
            let Some(intent) = delivery
                .intent
                .clone()
                .filter(|_| delivery.in_flight.is_none())
            else {
                return;
            };
            delivery.sent();
            intent
        };
        if intent.sequence > self.announced.get() {
            self.announced.set(intent.sequence);
            let watcher = self.watchers.borrow().iter().find_map(Weak::upgrade);
            if watcher.is_some_and(|watcher| !watcher.before_send(&intent)) {
                let effects = {
                    let mut delivery = self.delivery.borrow_mut();
                    delivery.in_flight = None;
                    // The listener may have voted anew: that vote stands.
                    if delivery.intent.as_ref() == Some(&intent) {
                        delivery.abandon(Status::Idle)
                    } else {
                        delivery.wake()
                    }
                };
                return self.run(effects, None);
            }
        }
        let release = outbox::lock(&self.key).await;
        let effects = if self.delivery.borrow().intent.as_ref() == Some(&intent) {
            self.attempt(&intent).await
        } else {
            // Pressed again, or seen to by another tab, while this one waited.
            let mut delivery = self.delivery.borrow_mut();
            delivery.in_flight = None;
            delivery.wake()
        };
        self.run(effects, Some(&intent));
        // The outbox says by now what other tabs need to know.
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    async fn attempt(&self, intent: &Intent) -> Effects {
        let age = ((now() - intent.pressed) / 1_000.0).floor().max(0.0);
        let answer = self
            .transport
            .send(Request {
                key: self.key.clone(),
                intent: intent.clone(),
                age,
            })
            .await
            .map_or(Answer::Failed, |response| {
                read_answer(
                    intent,
                    &self.key.user,
                    response.status,
                    response.retry_after,
                    response.reply.as_ref(),
                )
            });
        if answer == Answer::Unproven {
            UNPROVEN.set(UNPROVEN.get() + 1);
            if UNPROVEN.get() == 3 {
                warn(
                    "workflowai-feedback: something answers that is no receiver of feedback. Is api-url right?",
                );
            }
        }
        self.delivery.borrow_mut().answer(answer, random())
    }
}

/// Lets go of posts that nobody watches and nobody voted through. A vote is remembered for when its
/// element comes back.
pub fn sweep() {
    POSTS.with_borrow_mut(|posts| {
        posts.retain(|post| {
            let delivery = post.delivery.borrow();
            delivery.status != Status::Idle
                || delivery.held
                || post
                    .watchers
                    .borrow()
                    .iter()
                    .any(|watcher| watcher.strong_count() > 0)
        });
    });
}

/// Tries everything again: the network or the person is back.
pub fn wake_all() {
    let posts = POSTS.with_borrow(Clone::clone);
    for post in posts {
        post.resume();
        post.wake();
    }
}

/// Another tab changed the record of the key that `about` is true of.
pub fn hear(about: impl Fn(&Key) -> bool) {
    let post = POSTS.with_borrow(|posts| posts.iter().find(|post| about(&post.key)).cloned());
    if let Some(post) = post {
        post.hear();
    }
}

/// Ends the page, as a script of the tests has it.
#[cfg(all(test, not(target_arch = "wasm32")))]
pub fn end() {
    POSTS.take();
}
