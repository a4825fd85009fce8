//! A page with one widget.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::Owner;

use super::executor;
use super::network::Network;
use crate::key::Key;
use crate::use_feedback::{FeedbackEvent, UseFeedback};
use crate::{clock, outbox, page};

/// The receiver's address.
pub const ENDPOINT: &str = "https://receiver.test";

/// A page, and what its widget told.
pub struct Stage {
    owner: Owner,
    pub feedback: UseFeedback,
    pub network: Network,
    pub told: Rc<RefCell<Vec<FeedbackEvent>>>,
    /// The page gives up what is about to be sent.
    pub cancels: Rc<Cell<bool>>,
}

impl Stage {
    /// A page on a device that knows nothing.
    pub fn new() -> Self {
        executor::install();
        outbox::scripted::clear();
        clock::scripted::reset();
        end_page();
        Self::open()
    }

    fn open() -> Self {
        let owner = Owner::new_root(None);
        let network = Network::default();
        let told = Rc::new(RefCell::new(Vec::new()));
        let cancels = Rc::new(Cell::new(false));
        let feedback = owner.with(|| {
            let (told, cancels) = (Rc::clone(&told), Rc::clone(&cancels));
            let hear = move |event: FeedbackEvent| {
                let go_on = !matches!(event, FeedbackEvent::BeforeSend(_)) || !cancels.get();
                told.borrow_mut().push(event);
                go_on
            };
            UseFeedback::new(Some(Rc::new(network.clone())), Rc::new(hear))
        });
        Self {
            owner,
            feedback,
            network,
            told,
            cancels,
        }
    }

    /// The person reloads the page: what was under way is gone, the device stays.
    pub fn reload(&mut self) {
        self.owner.cleanup();
        end_page();
        *self = Self::open();
    }
}

fn end_page() {
    executor::end_page();
    page::end();
    outbox::end_page();
}

/// The key of a run, by the number of its token.
pub fn key(run: &str, number: u32) -> Key {
    Key {
        endpoint: ENDPOINT.to_owned(),
        token: format!("{run}:{number}"),
        user: String::new(),
    }
}
